// All that a run of revisions leaves in a database, as data that can be compared with another
// run's. It judges nothing.

import type { Connection } from 'plinth';
import { introspect } from 'plinth/diff';
import { dumpSchema } from '../../../../test/support/pg-dump.js';
import { UNCOMPARED } from './crash-history.js';
import type { StoryEntry } from './crash-story.js';

export interface Picture {
  /** As pg_dump writes it, or as Plinth reads it where no pg_dump reads this server. */
  readonly schema: string;
  /** A hash of each table's rows. */
  readonly rows: Readonly<Record<string, string>>;
  /** What a statement outside a transaction leaves behind when it is interrupted. */
  readonly wrecks: readonly string[];
  /** Names whose index is not the one that was there first. */
  readonly rebuilt: readonly string[];
  /** Commands that came to their end, each as often as it did. */
  readonly ended: readonly string[];
}

/** An entry of the ledger, every column of it as PostgreSQL writes it. */
export interface LedgerRow extends StoryEntry {
  readonly entry: number;
  readonly text: string;
}

export async function readPicture(
  connection: Connection,
  url: string,
  pgDump: string | undefined,
): Promise<Picture> {
  return {
    wrecks: await readWrecks(connection),
    rebuilt: await readRebuilt(connection),
    ended: await readEnded(connection),
    rows: await readRows(connection),
    schema: pgDump === undefined ? await readCatalog(connection) : await dumpSchema(pgDump, url),
  };
}

/** Nothing where there is no ledger yet. */
export async function readLedgerRows(connection: Connection): Promise<readonly LedgerRow[]> {
  const found = await connection.query<{ there: boolean }>(
    `SELECT to_regclass('plinth.ledger') IS NOT NULL AS there`,
  );
  if (found.rows[0]?.there !== true) return [];
  const { rows } = await connection.query<{
    [Field in keyof LedgerRow]: LedgerRow[Field];
  }>(
    `SELECT entry::int, revision, direction, state, step, steps, ledger::text AS text
       FROM plinth.ledger ORDER BY ledger.entry`,
  );
  return rows;
}

async function readCatalog(connection: Connection): Promise<string> {
  const { objects, unmodelled } = await introspect(connection);
  return [...objects, ...unmodelled].map((one) => JSON.stringify(one)).join('\n');
}

async function readWrecks(connection: Connection): Promise<readonly string[]> {
  return await readTexts(
    connection,
    `SELECT 'index ' || indexrelid::regclass AS text FROM pg_index
      WHERE NOT (indisvalid AND indisready AND indislive)
      UNION ALL
     SELECT 'partition ' || inhrelid::regclass FROM pg_inherits WHERE inhdetachpending
      ORDER BY 1`,
  );
}

async function readRebuilt(connection: Connection): Promise<readonly string[]> {
  return await readTexts(
    connection,
    `SELECT name AS text FROM first_indexes JOIN pg_class ON relname = name
      WHERE relnamespace = 'public'::regnamespace AND pg_class.oid <> first_indexes.oid ORDER BY 1`,
  );
}

/** The order in which a resumed run comes to its ends is that of any other. */
async function readEnded(connection: Connection): Promise<readonly string[]> {
  return await readTexts(
    connection,
    `SELECT command || ' ' || object AS text FROM ended ORDER BY entry`,
  );
}

async function readTexts(connection: Connection, query: string): Promise<readonly string[]> {
  const { rows } = await connection.query<{ text: string }>(query);
  return rows.map(({ text }) => text);
}

async function readRows(connection: Connection): Promise<Record<string, string>> {
  const tables = await readTexts(
    connection,
    `SELECT oid::regclass::text AS text FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
  );
  const compared = tables.filter((name) => !UNCOMPARED.includes(name));
  const hashes = compared.map(
    (name) => `SELECT '${name}' AS name, count(*) || ' ' ||
        coalesce(sum(hashtextextended(one::text, 0)), 0) AS hash FROM ${name} AS one`,
  );
  const { rows } = await connection.query<{ name: string; hash: string }>(
    hashes.join(' UNION ALL '),
  );
  return Object.fromEntries(rows.map(({ name, hash }) => [name, hash]));
}

/** What one picture has and the other has not; nothing where they are alike. */
export function pictureFaults(expected: Picture, actual: Picture): readonly string[] {
  const rows = (picture: Picture) =>
    Object.entries(picture.rows).map(([name, hash]) => `rows of ${name}: ${hash}`);
  const faults = [
    ...listFaults('wreck', expected.wrecks, actual.wrecks),
    ...listFaults('rebuilt', expected.rebuilt, actual.rebuilt),
    ...listFaults('ended', expected.ended, actual.ended).filter((fault) => !mayBeMissing(fault)),
    ...listFaults('', rows(expected), rows(actual)),
    ...listFaults('schema', expected.schema.split('\n'), actual.schema.split('\n')),
  ];
  return faults;
}

/** An index that took its place was built, whatever became of the end of the command. */
function mayBeMissing(fault: string): boolean {
  return fault.startsWith('ended missing: REINDEX ');
}

function listFaults(
  what: string,
  expected: readonly string[],
  actual: readonly string[],
): readonly string[] {
  return [
    ...without(actual, expected).map((line) => `${what} too much: ${line}`),
    ...without(expected, actual).map((line) => `${what} missing: ${line}`),
  ];
}

/** The members of a list that are left when those of another are taken out, each once. */
function without(list: readonly string[], taken: readonly string[]): readonly string[] {
  const left = [...list];
  for (const one of taken) {
    const index = left.indexOf(one);
    if (index >= 0) left.splice(index, 1);
  }
  return left;
}
