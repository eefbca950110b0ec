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
  /** Whether it has the name that was asked for. */
  readonly isMeant: boolean;
  /** The server's process that builds it at the moment. */
  readonly builder: number | null;
};

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
            coalesce(c.relname = (parse_ident($2))[cardinality(parse_ident($2))]::name, true)
              AS "isMeant",
            (SELECT min(b.pid) FROM pg_stat_progress_create_index AS b
              WHERE b.index_relid = i.indexrelid AND b.pid <> pg_backend_pid()) AS builder
       FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
      WHERE i.indrelid = coalesce(to_regclass($1)::oid,
              (SELECT indrelid FROM pg_index WHERE indexrelid = to_regclass($2)))
      ORDER BY i.indexrelid`,
    [table ?? null, index ?? null],
  );
  return rows;
}

/** @returns Whether the index is there and valid. */
export async function recoverIndex(
  connection: Connection,
  { name, table, unique }: Lone<'create-index'>,
  observed: JsonObject,
  tell: (what: string) => void,
): Promise<boolean> {
  const indexes = await findIndexes(connection, { table, index: name });
  const made = indexes.filter(
    (index) => index.isMeant && index.unique === unique && isNew(index, observed),
  );
  for (const index of made) await dropInvalid(connection, index, tell);
  return made.some(({ valid }) => valid);
}

/** @returns Whether all that were to be built anew have been. */
export async function recoverReindex(
  connection: Connection,
  { of, name }: Lone<'reindex'>,
  observed: JsonObject,
  tell: (what: string) => void,
): Promise<boolean> {
  const indexes = await findIndexes(connection, { [of]: name });
  // PostgreSQL builds beside the old index, as _ccnew, and calls the old one _ccold at the end.
  const left = indexes.filter(
    ({ valid, bareName }) => !valid && /_cc(?:new|old)\d*$/.test(bareName),
  );
  for (const index of left) await dropInvalid(connection, index, tell);
  const about = indexes.filter((index) => index.isMeant && !left.includes(index));
  return about.length > 0 && about.every((index) => index.valid && isNew(index, observed));
}

/** Whether it came after what was seen before the statement. */
function isNew({ oid }: FoundIndex, { indexes }: JsonObject): boolean {
  return Array.isArray(indexes) && !indexes.includes(oid);
}

async function dropInvalid(
  connection: Connection,
  { name, valid, builder }: FoundIndex,
  tell: (what: string) => void,
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
  await connection.query(`DROP INDEX CONCURRENTLY ${name}`);
  tell(`dropped the INVALID index ${name} that an interrupted run had left`);
}
