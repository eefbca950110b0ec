// The rows of a batch: locked and read in the order of their key, and written with one statement. It
// knows no key and opens nothing.

import { type SQL, sql } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { ENVELOPE_PREFIX } from '../../models/index.js';
import type { SecretExecutor } from '../secret-database.js';
import type { SecretTable } from './secret-table.js';

export interface BatchRequest {
  readonly tenant: string;
  /** Rows. */
  readonly size: number;
  /** The key behind which it goes on. */
  readonly after: readonly string[] | undefined;
}

export interface LockedRow {
  readonly key: readonly string[];
  /** Of each binding: the values of its row's columns, and its own. */
  readonly cells: readonly { readonly row: readonly string[]; readonly text: string | null }[];
}

export interface Change {
  readonly key: readonly string[];
  /** Of each binding: what its column is to hold. */
  readonly texts: readonly (string | null)[];
  readonly written: number;
}

export async function lockRows(
  tx: SecretExecutor,
  { bindings }: SecretTable,
  { tenant, size, after }: BatchRequest,
  currentId: string,
): Promise<readonly LockedRow[]> {
  const [{ table, tenant: owner, key }] = bindings;
  const selected = [
    ...key.map((column) => sql`${column}::text`),
    ...bindings.flatMap(({ row, column }) => [
      ...row.map((each) => sql`${each.column}::text`),
      sql`${column}`,
    ]),
  ].map((value, index) => sql`${value} AS ${sql.identifier(`v${index}`)}`);
  const left = bindings.map(({ column, kind }) =>
    isLeft(column, ENVELOPE_PREFIX[kind] + currentId),
  );
  const behind = after === undefined ? sql`` : sql` AND (${list(key)}) > (${list(after)})`;
  const { rows } = await tx.execute(sql`
    SELECT ${sql.join(selected, sql`, `)} FROM ${table}
    WHERE ${owner} = ${tenant}${behind} AND (${sql.join(left, sql` OR `)})
    ORDER BY ${list(key)} LIMIT ${size} FOR UPDATE`);
  return rows.map((row) => readLocked(row, bindings, key.length));
}

function isLeft(column: PgColumn, prefix: string): SQL {
  // A NULL is not left, and is not true either.
  return sql`NOT starts_with(${column}, ${`${prefix}:`})`;
}

function list(parts: readonly (PgColumn | string)[]): SQL {
  return sql.join(
    parts.map((part) => sql`${part}`),
    sql`, `,
  );
}

function readLocked(
  row: Readonly<Record<string, unknown>>,
  bindings: SecretTable['bindings'],
  keyLength: number,
): LockedRow {
  let next = 0;
  const take = (): unknown => row[`v${next++}`];
  const takeTexts = (count: number) => Array.from({ length: count }, () => String(take()));
  const key = takeTexts(keyLength);
  const cells = bindings.map((binding) => {
    const its = takeTexts(binding.row.length);
    const text = take();
    return { row: its, text: typeof text === 'string' ? text : null };
  });
  return { key, cells };
}

export async function writeChanges(
  tx: SecretExecutor,
  { bindings, keyTypes }: SecretTable,
  tenant: string,
  changes: readonly Change[],
): Promise<void> {
  if (changes.length === 0) return;
  const [{ table, tenant: owner, key }] = bindings;
  const arrays = [
    ...keyTypes.map((type, index) =>
      asArray(
        changes.map((change) => change.key[index] ?? null),
        type,
      ),
    ),
    ...bindings.map((_, index) =>
      asArray(
        changes.map((change) => change.texts[index] ?? null),
        'text',
      ),
    ),
  ];
  const names = arrays.map((_, index) => sql.identifier(`v${index}`));
  const sets = bindings.map(
    ({ column }, index) =>
      sql`${sql.identifier(column.name)} = fresh.${sql.identifier(`v${keyTypes.length + index}`)}`,
  );
  const matches = key.map((column, index) => sql`${column} = fresh.${sql.identifier(`v${index}`)}`);
  await tx.execute(sql`
    UPDATE ${table} SET ${sql.join(sets, sql`, `)}
    FROM unnest(${sql.join(arrays, sql`, `)}) AS fresh (${sql.join(names, sql`, `)})
    WHERE ${owner} = ${tenant} AND ${sql.join(matches, sql` AND `)}`);
}

/** The type comes from the catalog, which quotes it. */
function asArray(values: readonly (string | null)[], type: string): SQL {
  return sql`${sql.param(values)}::${sql.raw(type)}[]`;
}
