// Opens an embedded database in memory. PostgreSQL takes seconds to make the files of a new one:
// they are kept beside the installed packages and copied the next time. Nobody's data is in them.

import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { cacheFolder, embeddedVersion } from './embedded-package.js';
import { startParams } from './embedded-start.js';
import { loadEmbedded } from './load-embedded.js';

/**
 * @param bundles The files of extensions, by name.
 * @param template Where the files of a new database are kept. Default: below `node_modules/.cache`.
 */
export async function openInMemory(
  bundles: Readonly<Record<string, URL>>,
  template?: string,
): Promise<PGlite> {
  const Embedded = await loadEmbedded();
  const path = template ?? templatePath();
  const files = await readTemplate(path);
  const options = { extensions: { ...bundles }, startParams: startParams(Embedded) };
  if (files !== undefined) {
    try {
      return await Embedded.create({ ...options, loadDataDir: files });
    } catch {
      // Where the template is not to blame, the attempt without it tells what is.
      await removeTemplate(path);
    }
  }
  const database = await Embedded.create({ ...options, dataDir: 'memory://' });
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
function templatePath(): string | undefined {
  const folder = cacheFolder();
  const version = embeddedVersion();
  return folder && version && join(folder, `pglite-${version}.tar`);
}
