// Extras for partitioned tables and their partitions.

import { is, SQL } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { quoteIdentifier } from '../../sql/index.js';
import { writeExpression } from '../expression.js';
import { checkLength, qualify } from '../names.js';
import { asExtra, type Extra, type PartitionedBy } from './extra.js';
import { type Target, targetOf } from './target.js';

type Strategy = PartitionedBy['strategy'];

type Keys = readonly [PgColumn | SQL, ...(PgColumn | SQL)[]];

/**
 * PARTITION BY: rows go to the partition they belong to.
 *
 * @example partitionBy('RANGE', t.createdAt)
 */
export function partitionBy(strategy: Strategy, ...keys: Keys): Extra {
  return asExtra({ kind: 'partitioned-by', strategy, keys });
}

export interface PartitionOptions {
  /** The partitioned table, or a partition that is partitioned itself. */
  readonly of: PgTable | Extra;
  /** Which rows: sql`FROM ('2026-01-01') TO ('2027-01-01')`, sql`IN ('eu')`; or all others. */
  readonly forValues: SQL | 'DEFAULT';
  /** Default: the schema of the partitioned table. */
  readonly schema?: string;
  /** For a partition that is partitioned itself: how, and by which columns. */
  readonly partitionBy?: readonly [Strategy, ...Keys];
}

/**
 * CREATE TABLE … PARTITION OF.
 *
 * @example
 * export const events2026 = partition('events_2026', {
 *   of: events,
 *   forValues: sql`FROM ('2026-01-01') TO ('2027-01-01')`,
 * });
 */
export function partition(name: string, options: PartitionOptions): Extra {
  const parent = targetOf(options.of);
  const schema = options.schema ?? parent.schema;
  const sql = qualify(schema, name);
  const target: Target = { word: 'TABLE', sql, name, schema };
  return asExtra({
    kind: 'standing',
    schema,
    target,
    write: () => {
      checkLength(name, 'partition');
      const created = writePartition(sql, parent.sql, options);
      return [{ phase: 'partition', sql: created, partition: { target, of: parent.sql } }];
    },
  });
}

function writePartition(name: string, parent: string, options: PartitionOptions): string {
  const { forValues, partitionBy: by } = options;
  const values = is(forValues, SQL) ? `FOR VALUES ${writeExpression(forValues)}` : 'DEFAULT';
  const [strategy, ...keys] = by ?? [];
  return [
    `CREATE TABLE ${name} PARTITION OF ${parent} ${values}`,
    ...(strategy === undefined ? [] : [writePartitionedBy({ strategy, keys })]),
  ].join('\n');
}

/** The clause of a partitioned table. */
export function writePartitionedBy({
  strategy,
  keys,
}: Pick<PartitionedBy, 'strategy' | 'keys'>): string {
  const written = keys.map((key) =>
    is(key, SQL) ? `(${writeExpression(key)})` : quoteIdentifier(key.name),
  );
  return `PARTITION BY ${strategy} (${written.join(', ')})`;
}
