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

/**
 * The schema of a database as `pg_dump -s` writes it, without what differs from run to run.
 *
 * @param flags Further ones, such as `--no-owner`.
 */
export async function dumpSchema(
  pgDump: string,
  url: string,
  flags: readonly string[] = [],
): Promise<string> {
  const { stdout } = await run(pgDump, ['--schema-only', ...flags, `--dbname=${url}`], {
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

/**
 * A dump as a sorted list of its statements: pg_dump orders some objects by when they were
 * created. The order of columns inside a table is left out too: a column that is dropped and comes
 * back stands last.
 */
export function dumpStatements(dump: string): readonly string[] {
  return (
    dump
      .replace(/^--\n-- [^\n]*\n--\n/gm, '')
      .replace(/^(?:SET \w+ = [^\n]*|SELECT pg_catalog\.set_config\([^\n]*);$/gm, '')
      // A join without a condition reads otherwise once it was dumped and read again.
      .replaceAll(' ON TRUE', ' ON (true)')
      .split(/;\n/)
      .map((statement) => sortColumns(statement.trim()))
      .filter((statement) => statement !== '')
      .sort()
  );
}

/** Columns that PostgreSQL lists in the order of the table, whatever order they were given in. */
const LISTED_COLUMNS: readonly RegExp[] = [
  /(?<=^CREATE STATISTICS [^\n]* ON )[^()]+(?= FROM )/,
  /(?<=^ALTER PUBLICATION [^\n]* ADD TABLE [^\n(]*\()[^()]+(?=\))/,
];

function sortColumns(statement: string): string {
  const list = LISTED_COLUMNS.find((one) => one.test(statement));
  if (list !== undefined) {
    return statement.replace(list, (names) => names.split(', ').sort().join(', '));
  }
  const table = /^(CREATE (?:UNLOGGED |FOREIGN )?TABLE [^\n]*\(|CREATE TYPE [^\n]* AS \()\n/;
  const head = table.exec(statement)?.[0];
  const end = statement.lastIndexOf('\n)');
  if (head === undefined || end < head.length) return statement;
  const lines = statement.slice(head.length, end).split('\n');
  const sorted = lines.map((line) => line.replace(/,$/, '')).sort();
  return `${head}${sorted.join('\n')}${statement.slice(end)}`;
}
