// The most common batch: the next rows of a table along one column, and a statement on them. It
// finds where the batch ends, and runs the statement in the transaction it is given.

import { PlinthError } from '../errors/index.js';
import type { BatchWork, RevisionTransaction } from './revision-module.js';

export interface KeysetOptions {
  /** The table as SQL writes it: `tasks`, `app."Order"`. */
  readonly table: string;
  /**
   * A column of it that is unique, never null and indexed, as the statement and a SELECT from the
   * table alone may both write it: `id`, `tasks.id`.
   */
  readonly key: string;
  /** A condition on the rows to take, which counts in the statement too. Default: all. */
  readonly where?: string;
  /** Rows in a batch. Default: 1000. */
  readonly size?: number;
  /**
   * What is done with the rows of a batch; `{batch}` stands for the condition that takes them:
   * `UPDATE tasks SET slug = lower(title) WHERE {batch}`.
   */
  readonly statement: string;
}

const PLACE = '{batch}';

/**
 * Work for `run.batches` that goes along the key. Rows that are inserted below the key it has
 * reached are not seen: have a default or a trigger in place before.
 *
 * @throws PlinthError MIGRATE_STATEMENT_FAILED for a statement without `{batch}`, which would change
 *   all rows each time.
 * @example
 * await run.batches('fill slugs', keysetBatch({
 *   table: 'tasks',
 *   key: 'id',
 *   statement: 'UPDATE tasks SET slug = lower(title) WHERE {batch}',
 * }));
 */
export function keysetBatch(options: KeysetOptions): BatchWork {
  if (!options.statement.includes(PLACE)) throw placeMissing(options);
  return async (tx, after) => {
    const lower = after === undefined ? [] : [after];
    const key = await endOfBatch(tx, options, lower);
    if (key === undefined) return undefined;
    const { rowCount } = await tx.query(statementSql(options, lower.length), [...lower, key]);
    return { key, rows: rowCount ?? 0 };
  };
}

/** The last key of the next batch, as text, which keeps every type as it is. */
async function endOfBatch(
  tx: RevisionTransaction,
  options: KeysetOptions,
  lower: readonly unknown[],
): Promise<string | undefined> {
  const { table, key, size = 1000 } = options;
  const conditions = conditionsOf(
    options,
    lower.map(() => `${key} > $1`),
  );
  const filter = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  // Qualified where it orders: alone it would be the text beside it.
  const { rows } = await tx.query<{ key: string }>(
    `SELECT batch.key::text AS key
       FROM (SELECT ${key} AS key FROM ${table} ${filter} ORDER BY ${key} LIMIT ${size}) AS batch
      ORDER BY batch.key DESC LIMIT 1`,
    lower,
  );
  return rows[0]?.key;
}

// Both ends, so that PostgreSQL goes along the index and does not read the whole table each time.
function statementSql(options: KeysetOptions, lower: number): string {
  const { key, statement } = options;
  const range = lower === 0 ? [`${key} <= $1`] : [`${key} > $1`, `${key} <= $2`];
  return statement.replaceAll(PLACE, () => `(${conditionsOf(options, range).join(' AND ')})`);
}

function conditionsOf({ where }: KeysetOptions, range: readonly string[]): readonly string[] {
  // Line breaks, because what an author writes may end in a comment.
  return where === undefined ? range : [...range, `(${where}\n)`];
}

function placeMissing({ statement }: KeysetOptions): PlinthError {
  return new PlinthError(
    'MIGRATE_STATEMENT_FAILED',
    `the statement of a batch has no ${PLACE}, and would change all rows each time: ${statement}`,
    { hint: `Write ${PLACE} where the condition on the rows belongs, as in "WHERE ${PLACE}".` },
  );
}
