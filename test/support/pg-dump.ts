// pg_dump as the judge of a schema: finds one that can read a server, and makes its text
// comparable. It never judges by itself.

import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SYSTEM_PACKAGES = '/usr/lib/postgresql';
const EXECUTABLE = process.platform === 'win32' ? 'pg_dump.exe' : 'pg_dump';

/** The major number of a version such as `18.4`, `15.9` or `19beta1`. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}

/**
 * The newest pg_dump that can read a server of this major: pg_dump reads servers of its own
 * major and older ones. Looked for in PLINTH_PG_DUMP, PATH and the system's packages.
 */
export async function findPgDump(serverMajor: number): Promise<string | undefined> {
  let best: { readonly path: string; readonly major: number } | undefined;
  for (const path of pgDumpCandidates()) {
    const { stdout } = await run(path, ['--version']);
    const major = majorOf(/\(PostgreSQL\) (\S+)/.exec(stdout)?.[1] ?? '');
    if (major >= serverMajor && major > (best?.major ?? 0)) best = { path, major };
  }
  return best?.path;
}

function pgDumpCandidates(): readonly string[] {
  const named = process.env.PLINTH_PG_DUMP;
  const inPath = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const folders = [...inPath, ...systemBinDirs()];
  const found = folders
    .map((folder) => join(folder, EXECUTABLE))
    .filter((path) => existsSync(path));
  return named ? [named, ...found] : found;
}

/**
 * The program folders of the PostgreSQL servers the system's packages installed, the newest
 * first: for `startPostgres({ binDir })`, where the only pg_dump is older than the server from
 * npm.
 */
export function systemBinDirs(): readonly string[] {
  if (!existsSync(SYSTEM_PACKAGES)) return [];
  return readdirSync(SYSTEM_PACKAGES)
    .sort((a, b) => majorOf(b) - majorOf(a))
    .map((version) => join(SYSTEM_PACKAGES, version, 'bin'))
    .filter((folder) => existsSync(join(folder, 'initdb')));
}

/** The schema of a database as `pg_dump -s` writes it, without what differs from run to run. */
export async function dumpSchema(pgDump: string, url: string): Promise<string> {
  const { stdout } = await run(pgDump, ['--schema-only', `--dbname=${url}`], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return normalizeDump(stdout);
}

/** Drops the lines that name versions, and the random tokens of newer pg_dumps. */
export function normalizeDump(dump: string): string {
  return dump
    .split('\n')
    .filter((line) => !/^-- Dumped (from|by) |^\\(un)?restrict /.test(line))
    .join('\n');
}
