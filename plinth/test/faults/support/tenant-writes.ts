// What a caller writes, and tries to write into other tenants: single statements, transactions with
// savepoints, some that meet others and run again, some that take too long.

import { randomUUID } from 'node:crypto';
import { eq, inArray, sql } from 'drizzle-orm';
import type { Database } from 'plinth';
import { type RowState, Undo } from './tenant-books.js';
import { problemOf } from './tenant-reads.js';
import { configs, type HistoryRow, history, ROW, rowOf } from './tenant-tables.js';
import { codeOf } from './tenant-tally.js';
import { anotherTenant, type Turn, type WeighedAction } from './tenant-turn.js';

type Scope = Pick<Database, 'insert'>;

/** So many tenants' configurations are counted up by everybody, so that transactions meet. */
const COUNTED_TENANTS = 3;

export const WRITES: readonly WeighedAction[] = [
  [14, insert],
  [8, update],
  [8, remove],
  [6, changeForeign],
  [5, insertForeign],
  [3, giveAway],
  [6, transact],
  [3, countUp],
  [1, outliveTime],
];

async function insert({ db, tally, books, own, tenant }: Turn): Promise<void> {
  if (own.isFull) return;
  const row = rowOf(tenant, randomUUID(), 0);
  const rows = await books.writing([changeOf(row, 'absent', 0)], () =>
    db.tenant(tenant).insert(history).values(row).returning(ROW),
  );
  own.put(row);
  tally.seen(tenant, rows, 'an insert');
}

async function update({ db, tally, books, own }: Turn): Promise<void> {
  const row = own.take();
  if (row === undefined) return;
  const changed = { ...row, version: row.version + 1 };
  const rows = await books.writing([changeOf(row, row.version, changed.version)], () =>
    db
      .tenant(row.tenantId)
      .update(history)
      .set({ version: changed.version })
      .where(eq(history.id, row.id))
      .returning(ROW),
  );
  own.put(changed);
  tally.seen(row.tenantId, rows, 'an update');
  const problem = problemOf(changed, rows);
  if (problem !== undefined) tally.leak(problem);
}

async function remove({ db, tally, books, own }: Turn): Promise<void> {
  const row = own.take();
  if (row === undefined) return;
  const rows = await books.writing([changeOf(row, row.version, 'absent')], () =>
    db.tenant(row.tenantId).delete(history).where(eq(history.id, row.id)).returning(ROW),
  );
  tally.seen(row.tenantId, rows, 'a delete');
  const problem = problemOf(row, rows);
  if (problem !== undefined) tally.leak(problem);
}

/** Changes and deletes nothing, because the rows of others are not there for it. */
async function changeForeign({ db, tally, books, random, tenant }: Turn): Promise<void> {
  const id = books.rowOfOther(tenant, random);
  if (id === undefined) return;
  const scope = db.tenant(tenant);
  const work =
    random(2) === 0
      ? scope.update(history).set({ version: 666 }).where(eq(history.id, id)).returning(ROW)
      : scope.delete(history).where(eq(history.id, id)).returning(ROW);
  tally.seen(tenant, await work, 'a change of another’s');
}

async function insertForeign(turn: Turn): Promise<void> {
  const { db, tally, tenant } = turn;
  const other = anotherTenant(turn, tenant);
  await tally.refused(tenant, insertUnknown(db.tenant(tenant), other));
}

/** Tries to move a row of its own into another tenant. */
async function giveAway(turn: Turn): Promise<void> {
  const { db, tally, own } = turn;
  const row = own.pick();
  if (row === undefined) return;
  const work = db
    .tenant(row.tenantId)
    .update(history)
    .set({ tenantId: anotherTenant(turn, row.tenantId) })
    .where(eq(history.id, row.id));
  await tally.refused(row.tenantId, work);
}

/** Two rows, savepoints that are refused, one that is undone; now and then all of it is. */
async function transact(turn: Turn): Promise<void> {
  const { db, tally, books, random, tenant } = turn;
  const rows = [rowOf(tenant, randomUUID(), 0), rowOf(tenant, randomUUID(), 0)];
  const undone = rowOf(tenant, randomUUID(), 0);
  const ids = [...rows, undone].map(({ id }) => id);
  const isUndone = random(4) === 0;
  const work = () =>
    db.tenant(tenant).transaction(async (tx) => {
      for (const row of rows) {
        tally.seen(tenant, await tx.insert(history).values(row).returning(ROW), 'an insert');
        const foreign = tx.transaction((sp) => insertUnknown(sp, anotherTenant(turn, tenant)));
        await tally.refused(tenant, foreign);
      }
      const savepoint = tx.transaction(async (sp) => {
        tally.seen(tenant, await sp.insert(history).values(undone).returning(ROW), 'a savepoint');
        throw new Undo();
      });
      await ignoreUndo(savepoint);
      const found = await tx.select(ROW).from(history).where(inArray(history.id, ids));
      tally.seen(tenant, found, 'a select in a transaction');
      if (found.length !== rows.length) tally.leak(`${tenant} wrote 2, sees ${found.length}`);
      if (isUndone) throw new Undo();
    });
  await ignoreUndo(
    books.writing(
      rows.map((row) => changeOf(row, 'absent', 0)),
      work,
    ),
  );
}

/** Meets other transactions: PostgreSQL refuses one of them, and Plinth runs it again. */
async function countUp({ db, tally, books, tenants, random }: Turn): Promise<void> {
  const tenant = tenants[random(COUNTED_TENANTS)] ?? '';
  const work = () =>
    db.tenant(tenant).transaction(
      async (tx) => {
        const rows = await tx.select().from(configs);
        tally.seen(tenant, rows, 'a read of its configuration');
        const count = (rows[0]?.preferences.count ?? Number.NaN) + 1;
        const changed = await tx.update(configs).set({ preferences: { count } }).returning();
        tally.seen(tenant, changed, 'a change of its configuration');
      },
      { isolation: 'serializable', retries: 5 },
    );
  await books.counting(tenant, work);
}

/** Writes a row, and is undone by the server because it takes too long. */
async function outliveTime({ db, tally, tenant }: Turn): Promise<void> {
  try {
    await db.tenant(tenant).transaction(async (tx) => {
      await insertUnknown(tx, tenant);
      await tx.execute('SET LOCAL statement_timeout = 1');
      await tx.execute(sql`SELECT pg_sleep(60)`);
    });
    tally.leak(`a statement of ${tenant} outlived its time`);
  } catch (error) {
    if (codeOf(error) !== '57014') throw error;
    tally.timeouts += 1;
  }
}

/** A row that no book knows: it must never be kept. */
async function insertUnknown(scope: Scope, tenant: string): Promise<void> {
  await scope.insert(history).values(rowOf(tenant, randomUUID(), 0));
}

function changeOf({ id, tenantId }: HistoryRow, before: RowState, after: RowState) {
  return { id, tenant: tenantId, before, after };
}

async function ignoreUndo(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
  }
}
