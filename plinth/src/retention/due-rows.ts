// The statements on the rows of a class: which are due, how old the oldest is, and taking some away.
// Names are quoted, values bound; only a class's own condition stands in the text as it is.

import { type SQL, sql } from 'drizzle-orm';
import { ISO, quoteName, type ReadyClass } from './ready-class.js';
import type { RetentionClass } from './retention-class.js';
import type { Owner } from './retention-database.js';

/** The rows of a class that are one owner's. */
export interface Portion extends ReadyClass {
  readonly owner: Owner;
}

function tableOf({ table }: RetentionClass): SQL {
  return sql.raw(quoteName(table));
}

function columnOf({ column }: RetentionClass): SQL {
  return sql`${sql.identifier(column)}`;
}

// A line break, because what an author writes may end in a comment.
function belongs({ its, owner }: Pick<Portion, 'its' | 'owner'>): SQL {
  const { tenant, where } = its;
  const conditions = [
    ...(tenant === undefined ? [] : [sql`${sql.identifier(tenant)} = ${owner.tenant}`]),
    ...(where === undefined ? [] : [sql.raw(`(${where}\n)`)]),
  ];
  return conditions.length === 0 ? sql`TRUE` : sql.join(conditions, sql` AND `);
}

function isDue(portion: Portion): SQL {
  const { its, cutOff } = portion;
  return sql`${columnOf(its)} < ${cutOff}::timestamptz AND ${belongs(portion)}`;
}

function iso(moment: SQL): SQL {
  return sql`to_char(${moment} AT TIME ZONE 'UTC', ${sql.raw(`'${ISO}'`)})`;
}

/** One row: the moment of the oldest, whether due or not, and whether it is due. */
export function selectOldest(portion: Portion): SQL {
  const { its, cutOff } = portion;
  const column = columnOf(its);
  const order = its.prune === undefined ? column : sql`${sql.identifier(its.prune.order)}`;
  return sql`SELECT ${iso(column)} AS oldest, ${column} < ${cutOff}::timestamptz AS due
    FROM ${tableOf(its)} WHERE ${column} IS NOT NULL AND ${belongs(portion)}
    ORDER BY ${order} LIMIT 1`;
}

/** One row: how many are due, counted to a bound. */
export function countDue(portion: Portion, most: number): SQL {
  const { its } = portion;
  return sql`SELECT count(*)::integer AS due
    FROM (SELECT FROM ${tableOf(its)} WHERE ${isDue(portion)} LIMIT ${most}) AS counted`;
}

export interface BatchRequest {
  /** Rows at most. */
  readonly size: number;
  /** The column of the last row of the batch before; what is older was looked at. */
  readonly after: string | undefined;
  /** Milliseconds that it waits for the locks of others. */
  readonly lockTimeout: number;
}

/** The rows of the next batch, as it will find them. */
export function selectBatch(
  portion: Portion,
  { size, after }: Omit<BatchRequest, 'lockTimeout'>,
): SQL {
  const { its } = portion;
  const column = columnOf(its);
  // Where it goes on: entries of an index live on behind deleted rows, until somebody vacuums.
  const behind = after === undefined ? sql`` : sql` AND ${column} >= ${after}::timestamptz`;
  return sql`SELECT ctid FROM ${tableOf(its)} WHERE ${isDue(portion)}${behind}
    ORDER BY ${column} LIMIT ${size}`;
}

/**
 * Takes a batch away. One row: how many went, and the column of the last.
 *
 * One statement, so that it commits without another word of this process: nobody waits for a process
 * that is busy, stopped or gone. The rows are found by their place, which PostgreSQL may have given to
 * another row of a partition; the condition is repeated, so whatever goes is due.
 */
export function removeBatch(portion: Portion, request: BatchRequest): SQL {
  const { its, owner } = portion;
  const settings = sql`WITH settings AS MATERIALIZED (
    SELECT set_config('lock_timeout', ${`${request.lockTimeout}ms`}::text, true),
           set_config('app.actor', ${owner.actor}::text, true))`;
  if (its.prune !== undefined) {
    return sql`${settings}
    SELECT ${sql.raw(quoteName(its.prune.function))}(
             ${owner.tenant ?? ''}::text, ${portion.cutOff}::timestamptz, ${request.size}::integer) AS removed,
           NULL AS last
      FROM settings`;
  }
  return sql`${settings}, gone AS (
    DELETE FROM ${tableOf(its)}
     WHERE ctid = ANY (ARRAY(${selectBatch(portion, request)} FOR UPDATE SKIP LOCKED))
       AND ${isDue(portion)} AND (SELECT count(*) FROM settings) = 1
    RETURNING ${columnOf(its)} AS moment)
    SELECT count(*)::integer AS removed, ${iso(sql`max(moment)`)} AS last FROM gone`;
}
