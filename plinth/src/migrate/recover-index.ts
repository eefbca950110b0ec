// What a concurrent build of an index had done when it was interrupted: an INVALID index is
// dropped, and one that is valid is kept, because the build had ended.

import type { Connection } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import type { JsonObject } from './ledger.js';
import type { LoneStatement } from './lone-statement.js';

type Lone<Kind extends LoneStatement['kind']> = Extract<LoneStatement, { readonly kind: Kind }>;

// A type and not an interface: a row is a record of anything.
type FoundIndex = {
  readonly oid: number;
  /** Quoted and qualified. */
  readonly name: string;
  readonly bareName: string;
  readonly valid: boolean;
  readonly unique: boolean;
  /** As pg_get_indexdef() prints it. */
  readonly definition: string;
  /** Whether it has the name that was asked for. */
  readonly isMeant: boolean;
  /** Whether it is of the table's TOAST table. */
  readonly isToast: boolean;
  /** The server's process that builds it at the moment. */
  readonly builder: number | null;
};

/** What a recovery goes by, and what it does things with. */
export interface Recovery {
  /** What was seen before the statement. */
  readonly observed: JsonObject;
  /** Runs a statement that stands alone, with its time limit for locks. */
  readonly execute: (text: string) => Promise<void>;
  /** Told in a sentence what was put right. */
  readonly tell: (what: string) => void;
}

/** Names as SQL has them; without an index's name all of the table are meant. */
interface IndexQuestion {
  readonly table?: string;
  /** An index of the table, or where none is given, one whose table's indexes are wanted. */
  readonly index?: string | undefined;
}

/** The indexes of a table. */
export async function findIndexes(
  connection: Connection,
  { table, index }: IndexQuestion,
): Promise<readonly FoundIndex[]> {
  const { rows } = await connection.query<FoundIndex>(
    `SELECT i.indexrelid::bigint::float8 AS oid, format('%I.%I', n.nspname, c.relname) AS name,
            c.relname AS "bareName", i.indisvalid AS valid, i.indisunique AS unique,
            pg_get_indexdef(i.indexrelid) AS definition, i.indrelid <> t.oid AS "isToast",
            coalesce(c.relname = (parse_ident($2))[cardinality(parse_ident($2))]::name, true)
              AS "isMeant",
            (SELECT min(b.pid) FROM pg_stat_progress_create_index AS b
              WHERE b.index_relid = i.indexrelid AND b.pid <> pg_backend_pid()) AS builder
       FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
       JOIN pg_class AS t ON i.indrelid IN (t.oid, t.reltoastrelid)
      WHERE t.oid = coalesce(to_regclass($1)::oid,
              (SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass($2)))
      ORDER BY i.indexrelid`,
    [table ?? null, index ?? null],
  );
  return rows;
}

/** @returns Whether the index is there and valid. */
export async function recoverIndex(
  connection: Connection,
  lone: Lone<'create-index'>,
  { observed, execute, tell }: Recovery,
): Promise<boolean> {
  const { name, table, unique } = lone;
  const indexes = await findIndexes(connection, { table, index: name });
  const candidates = indexes.filter(
    (index) => index.isMeant && !index.isToast && index.unique === unique && isNew(index, observed),
  );
  // Without a name only the definition tells whose it is.
  const made =
    name === undefined && candidates.length > 0
      ? withDefinition(candidates, await definitionOf(connection, lone))
      : candidates;
  for (const index of made) await dropInvalid(index, execute, tell);
  return made.some(({ valid }) => valid);
}

/** How PostgreSQL prints the index that a statement makes: made on an empty table like it. */
async function definitionOf(
  connection: Connection,
  { table, unique, rest }: Lone<'create-index'>,
): Promise<string> {
  await connection.query('BEGIN');
  try {
    await connection.query(`CREATE TEMPORARY TABLE plinth_probe (LIKE ${table}) ON COMMIT DROP`);
    await connection.query(`CREATE ${unique ? 'UNIQUE ' : ''}INDEX ON pg_temp.plinth_probe${rest}`);
    const { rows } = await connection.query<{ definition: string }>(
      `SELECT pg_get_indexdef(indexrelid) AS definition FROM pg_index
        WHERE indrelid = 'pg_temp.plinth_probe'::regclass`,
    );
    return rows[0]?.definition ?? '';
  } finally {
    await connection.rollBack();
  }
}

function withDefinition(indexes: readonly FoundIndex[], wanted: string): readonly FoundIndex[] {
  // Before it stand the names of index and table.
  const what = (definition: string) => definition.slice(definition.indexOf(' USING '));
  return indexes.filter(({ definition }) => what(definition) === what(wanted));
}

/** @returns Whether all that were to be built anew have been. */
export async function recoverReindex(
  connection: Connection,
  { of, name }: Lone<'reindex'>,
  { observed, execute, tell }: Recovery,
): Promise<boolean> {
  const indexes = await findIndexes(connection, { [of]: name });
  // PostgreSQL builds beside the old index, as _ccnew, and calls the old one _ccold at the end.
  const left = indexes.filter(
    ({ valid, bareName }) => !valid && /_cc(?:new|old)\d*$/.test(bareName),
  );
  for (const index of left) await dropInvalid(index, execute, tell);
  const about = indexes.filter((index) => index.isMeant && !index.isToast && !left.includes(index));
  return about.length > 0 && about.every((index) => index.valid && isNew(index, observed));
}

/** Whether it came after what was seen before the statement. */
function isNew({ oid }: FoundIndex, { indexes }: JsonObject): boolean {
  return Array.isArray(indexes) && !indexes.includes(oid);
}

async function dropInvalid(
  { name, valid, builder }: FoundIndex,
  execute: Recovery['execute'],
  tell: Recovery['tell'],
): Promise<void> {
  if (valid) return;
  if (builder !== null) {
    throw new PlinthError(
      'MIGRATE_INTERRUPTED',
      `server process ${builder} is still building the index ${name}`,
      {
        hint: 'Wait until it has ended, or end it with pg_terminate_backend, then run the command again.',
      },
    );
  }
  await execute(`DROP INDEX CONCURRENTLY ${name}`);
  tell(`dropped the INVALID index ${name} that an interrupted run had left`);
}
