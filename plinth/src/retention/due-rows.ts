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

// What has no year that ISO 8601 writes with four digits is as good as without end: PostgreSQL reads it
// back as a moment that is no later.
function iso(moment: SQL): SQL {
  return sql`CASE WHEN ${moment} < '0001-01-01 00:00:00Z'::timestamptz THEN '-infinity'
    WHEN isfinite(${moment}) THEN to_char(${moment} AT TIME ZONE 'UTC', ${sql.raw(`'${ISO}'`)})
    ELSE ${moment}::text END`;
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
  /** The moment of the last row of the batch before; what is older was looked at. */
  readonly after: string | undefined;
  /** Rows from there on that are passed over. */
  readonly skip: number;
  /** Milliseconds that it waits for the locks of others. */
  readonly lockTimeout: number;
}

/** The rows of the next batch, as it will find them. */
export function selectBatch(
  portion: Portion,
  { size, after, skip }: Omit<BatchRequest, 'lockTimeout'>,
): SQL {
  const { its } = portion;
  const column = columnOf(its);
  // Where it goes on: entries of an index live on behind deleted rows, until somebody vacuums.
  const behind = after === undefined ? sql`` : sql` AND ${column} >= ${after}::timestamptz`;
  const past = skip === 0 ? sql`` : sql` OFFSET ${skip}`;
  return sql`SELECT ctid AS place, ${column} AS moment FROM ${tableOf(its)}
    WHERE ${isDue(portion)}${behind} ORDER BY ${column} LIMIT ${size}${past}`;
}

/**
 * Takes a batch away. One row: how many it found, how many went, whether others stayed that it could
 * reach, and the moment of the last that it found.
 *
 * One statement, so that it commits without another word of this process: nobody waits for a process
 * that is busy, stopped or gone. The rows are found by their place, which PostgreSQL may have given to
 * another row of a partition; the condition is repeated, so whatever goes is due. What another session
 * has changed meanwhile is found, and is not in its place any more: that is no row that stayed.
 */
export function removeBatch(portion: Portion, request: BatchRequest): SQL {
  const { its, owner } = portion;
  const settings = sql`WITH settings AS MATERIALIZED (
    SELECT set_config('lock_timeout', ${`${request.lockTimeout}ms`}::text, true),
           set_config('app.actor', ${owner.actor}::text, true))`;
  if (its.prune !== undefined) {
    return sql`${settings}
    SELECT ${sql.raw(quoteName(its.prune.function))}(
             ${owner.tenant ?? ''}::text, ${portion.cutOff}::timestamptz, ${request.size}::integer) AS removed
      FROM settings`;
  }
  const there = sql`FROM ${tableOf(its)}
     WHERE ctid = ANY (ARRAY(SELECT place FROM found)) AND ${isDue(portion)}`;
  const removed = sql`(SELECT count(*) FROM gone)`;
  return sql`${settings}, found AS MATERIALIZED (${selectBatch(portion, request)} FOR UPDATE SKIP LOCKED),
    gone AS (DELETE ${there} AND (SELECT count(*) FROM settings) = 1 RETURNING 1)
    SELECT ${removed}::integer AS removed,
           (SELECT count(*) FROM found)::integer AS found,
           CASE WHEN ${removed} < (SELECT count(*) FROM found)
                THEN ${removed} < (SELECT count(*) ${there}) ELSE FALSE END AS kept,
           (SELECT ${iso(sql`max(moment)`)} FROM found) AS last`;
}
