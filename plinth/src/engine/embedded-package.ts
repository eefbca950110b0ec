// Where the packages of the embedded PostgreSQL lie and which versions they are. It opens nothing.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const PACKAGE = '@electric-sql/pglite';
const WITH_EXTENSIONS = '@electric-sql/pglite-pgvector';

const resolveFrom = createRequire(import.meta.url).resolve;

/** Names the embedded PostgreSQL and what it can be opened with, by the versions of the packages. */
export function embeddedVersions(): string {
  return [PACKAGE, WITH_EXTENSIONS]
    .flatMap((name) => {
      const version = packageVersion(name);
      return version === undefined ? [] : [`${name}@${version}`];
    })
    .join(' ');
}

export function embeddedVersion(): string | undefined {
  return packageVersion(PACKAGE);
}

/**
 * The folder beside the installed packages for what can be made again; `undefined` where they lie
 * in no folder of their own.
 */
export function cacheFolder(): string | undefined {
  const root = packagesFolder(PACKAGE);
  return root && join(root, '.cache', 'plinth');
}

function packageVersion(name: string): string | undefined {
  const root = packagesFolder(name);
  if (root === undefined) return undefined;
  const manifest = readFileSync(join(root, ...name.split('/'), 'package.json'), 'utf8');
  return /"version":\s*"([^"]+)"/.exec(manifest)?.[1];
}

function packagesFolder(name: string): string | undefined {
  const entry = entryOf(name);
  const end = entry?.lastIndexOf('node_modules') ?? -1;
  return end === -1 ? undefined : entry?.slice(0, end + 'node_modules'.length);
}

function entryOf(name: string): string | undefined {
  try {
    return resolveFrom(name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return;
    throw error;
  }
}
