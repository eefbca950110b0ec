// Opens an embedded database in memory. PostgreSQL takes seconds to make the files of a new one:
// they are kept beside the installed packages and copied the next time. Nobody's data is in them.

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';

const PACKAGE = '@electric-sql/pglite';

/**
 * @param bundles The files of extensions, by name.
 * @param template Where the files of a new database are kept. Default: below `node_modules/.cache`.
 */
export async function openInMemory(
  bundles: Readonly<Record<string, URL>>,
  template?: string,
): Promise<PGlite> {
  const { PGlite: Embedded } = await import('@electric-sql/pglite');
  const path = template ?? (await templatePath());
  const files = await readTemplate(path);
  const extensions = { ...bundles };
  if (files !== undefined) {
    try {
      return await Embedded.create({ extensions, loadDataDir: files });
    } catch {
      // Where the template is not to blame, the attempt without it tells what is.
      await removeTemplate(path);
    }
  }
  const database = await Embedded.create({ dataDir: 'memory://', extensions });
  if (files === undefined) await keepTemplate(database, path);
  return database;
}

async function readTemplate(path: string | undefined): Promise<Blob | undefined> {
  try {
    return path === undefined ? undefined : new Blob([await readFile(path)]);
  } catch {
    // It saves time, and nothing else depends on it.
    return undefined;
  }
}

/** Whoever reads meanwhile finds all of it or nothing. */
async function keepTemplate(database: PGlite, path: string | undefined): Promise<void> {
  if (path === undefined) return;
  const half = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const files = await database.dumpDataDir('none');
    await writeFile(half, Buffer.from(await files.arrayBuffer()));
    await rename(half, path);
  } catch {
    // Packages may belong to somebody else, or lie in an archive.
    await rm(half, { force: true }).catch(() => undefined);
  }
}

async function removeTemplate(path: string | undefined): Promise<void> {
  if (path !== undefined) await rm(path, { force: true });
}

/** One for each version; `undefined` where the packages lie in no folder of their own. */
async function templatePath(): Promise<string | undefined> {
  const entry = createRequire(import.meta.url).resolve(PACKAGE);
  const end = entry.lastIndexOf('node_modules');
  if (end === -1) return undefined;
  const root = entry.slice(0, end + 'node_modules'.length);
  const manifest = await readFile(join(root, ...PACKAGE.split('/'), 'package.json'), 'utf8');
  const version = /"version":\s*"([^"]+)"/.exec(manifest)?.[1];
  return version && join(root, '.cache', 'plinth', `pglite-${version}.tar`);
}
