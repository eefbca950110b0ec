// Lists that are asked for with filters: one prepared query for each set of them that was asked for.
// It knows no table.

import { and, type SQL, sql } from 'drizzle-orm';
import type { Database } from 'plinth';
import { PAGE_SIZE } from '../limits.js';
import { perDatabase } from './per-database.js';

/** What a prepared query is made of. */
export interface QueryParts<Filter extends string> {
  /** Of the prepared statement. */
  readonly name: string;
  /** Those that are given. */
  readonly filters: readonly Filter[];
  readonly where: SQL | undefined;
  /** The order, and behind its last term the limit. */
  readonly orderBy: readonly SQL[];
}

export interface FilteredListParts<Filter extends string, Query> {
  /** Begins the names of its prepared statements. */
  readonly name: string;
  /** For each filter its condition; filters are named in statements by their places here. */
  readonly conditions: Readonly<Record<Filter, SQL>>;
  readonly order: readonly [...SQL[], SQL];
  readonly prepare: (db: Database, parts: QueryParts<Filter>) => Query;
}

/** Which filters have a value. */
export type Given<Filter extends string> = { readonly [Name in Filter]?: unknown };

/**
 * Finds, or prepares, the query of a list for the filters that are given. It takes their values by
 * the placeholders of the conditions, and as `count` how many rows are wanted.
 *
 * @example
 * const queryFor = filteredList({ name: 'notes_list', conditions: CONDITIONS, order, prepare });
 * const rows = await db.run(queryFor(db, { status: 'open' }, 50), { status: 'open', count: 51 });
 */
export function filteredList<Filter extends string, Query>({
  name,
  conditions,
  order,
  prepare,
}: FilteredListParts<Filter, Query>): (db: Database, given: Given<Filter>, limit: number) => Query {
  const all = keysOf(conditions);
  const queries = perDatabase(() => new Map<string, Query>());
  return (db, given, limit) => {
    const isUsual = limit === PAGE_SIZE.default;
    const filters = all.filter((filter) => given[filter] !== undefined);
    // Short: PostgreSQL cuts names after 63 bytes.
    const mask = all.map((filter) => (filters.includes(filter) ? '1' : '0')).join('');
    const fullName = `${name}_${isUsual ? 'usual_' : ''}${mask}`;
    const known = queries(db).get(fullName);
    if (known !== undefined) return known;
    const where = and(...filters.map((filter) => conditions[filter]));
    const orderBy = withLimit(order, isUsual);
    const made = prepare(db.root, { name: fullName, filters, where, orderBy });
    queries(db).set(fullName, made);
    return made;
  };
}

// One row more than the page says whether there is another page. Drizzle binds what `limit` is given,
// and PostgreSQL plans a list with a bound limit anew each time; planning a policy costs more than
// reading the rows. So the usual page has its limit in the text, behind the last term of the order.
function withLimit(order: readonly [...SQL[], SQL], isUsual: boolean): readonly SQL[] {
  const count = isUsual ? sql.raw(String(PAGE_SIZE.default + 1)) : sql.placeholder('count');
  return order.map((term, index) =>
    index === order.length - 1 ? sql`${term} limit ${count}` : term,
  );
}

function keysOf<Key extends string>(record: Readonly<Record<Key, unknown>>): readonly Key[] {
  const isKey = (name: string): name is Key => name in record;
  return Object.keys(record).filter(isKey);
}
