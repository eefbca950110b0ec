// What a caller reads, and what it must not find: rows of others, and anything at all where it speaks
// for nobody.

import { desc, eq, sql } from 'drizzle-orm';
import type { Database } from 'plinth';
import { type HistoryRow, history, ROW } from './tenant-tables.js';
import type { Turn, WeighedAction } from './tenant-turn.js';

const LIST_LENGTH = 20;

export const READS: readonly WeighedAction[] = [
  [20, list],
  [6, readEverything],
  [10, findOwn],
  [10, findForeign],
  [6, beNobody],
];

const prepared = new WeakMap<Database, ReturnType<typeof prepareQueries>>();

async function list({ db, tally, tenant }: Turn): Promise<void> {
  const rows = await db.tenant(tenant).run(queriesOf(db).list);
  tally.seen(tenant, rows, 'a list');
  if (rows.length !== LIST_LENGTH) tally.leak(`${tenant} listed ${rows.length} rows`);
}

/** Asks for everybody's rows, in a statement without any condition. */
async function readEverything({ db, tally, tenant }: Turn): Promise<void> {
  const { rows } = await db.tenant(tenant).execute<{ tenantId: string; owner: string }>(
    sql`SELECT DISTINCT tenant_id AS "tenantId", ticket_id AS owner FROM enhancement_history
        UNION ALL SELECT tenant_id, name FROM tenant_configs`,
  );
  tally.seen(tenant, rows, 'a read of everything');
}

async function findOwn({ db, tally, own }: Turn): Promise<void> {
  const row = own.pick();
  if (row === undefined) return;
  const rows = await db.tenant(row.tenantId).run(queriesOf(db).find, { id: row.id });
  tally.seen(row.tenantId, rows, 'a search');
  const problem = problemOf(row, rows);
  if (problem !== undefined) tally.leak(problem);
}

async function findForeign({ db, tally, books, random, tenant }: Turn): Promise<void> {
  const id = books.rowOfOther(tenant, random);
  const rows = await db.tenant(tenant).run(queriesOf(db).find, { id });
  tally.seen(tenant, rows, 'a search for another’s');
}

/** Without a scope there is no tenant, nothing of the last one's, and nothing to see. */
async function beNobody({ db, tally, login }: Turn): Promise<void> {
  const { rows } = await db.execute<{ tenant: string; role: string; seen: number }>(
    sql`SELECT coalesce(current_setting('app.current_tenant_id', true), '') AS tenant,
               current_user AS role,
               (SELECT count(*)::int FROM enhancement_history)
                 + (SELECT count(*)::int FROM tenant_configs) AS seen`,
  );
  tally.unscoped += 1;
  const [row] = rows;
  if (row?.tenant === '' && row.role === login && row.seen === 0) return;
  tally.leak(`nobody is ${JSON.stringify(row)}`);
}

/** What is wrong with what was found of a row; nothing where it is what it should be. */
export function problemOf(
  { id, tenantId, version }: HistoryRow,
  found: readonly HistoryRow[],
): string | undefined {
  if (found.length === 1 && found[0]?.version === version) return undefined;
  return `${tenantId} found ${id} to be ${found[0]?.version}, not ${version}`;
}

function queriesOf({ root }: Database) {
  const known = prepared.get(root);
  if (known !== undefined) return known;
  const made = prepareQueries(root);
  prepared.set(root, made);
  return made;
}

function prepareQueries(db: Database) {
  return {
    find: db
      .select(ROW)
      .from(history)
      .where(eq(history.id, sql.placeholder('id')))
      .prepare('find'),
    list: db
      .select(ROW)
      .from(history)
      .orderBy(desc(history.createdAt), desc(history.id))
      .limit(LIST_LENGTH)
      .prepare('list'),
  };
}
