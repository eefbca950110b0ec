// The queries on one task. They know nothing of HTTP.

import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { PgInsertValue } from 'drizzle-orm/pg-core';
import type { Database, Transaction } from 'plinth';
import type { NewTask, Task, TaskChanges } from '../schemas/task.js';
import { isTransaction } from './is-transaction.js';
import type { Owner } from './owner.js';
import { perDatabase } from './per-database.js';
import { tasks } from './schema.js';
import { TASK_COLUMNS, toTask } from './task-columns.js';

const BY_ID = eq(tasks.id, sql.placeholder('id'));
const OWN = eq(tasks.userId, sql.placeholder('owner'));
const NOT_DELETED = isNull(tasks.deletedAt);

const prepared = perDatabase((db) => ({
  everybodys: prepareQueries(db, undefined),
  own: prepareQueries(db, OWN),
  insert: insertion(db, {
    title: sql.placeholder('title'),
    description: sql.placeholder('description'),
    userId: sql.placeholder('owner'),
  }).prepare('tasks_insert'),
}));

function prepareQueries(db: Database, owned: SQL | undefined) {
  const suffix = owned === undefined ? '' : '_own';
  return {
    find: db
      .select(TASK_COLUMNS)
      .from(tasks)
      .where(and(BY_ID, owned, NOT_DELETED))
      .prepare(`tasks_find${suffix}`),
    remove: db
      .update(tasks)
      .set({ deletedAt: sql`now()` })
      .where(and(BY_ID, owned, NOT_DELETED))
      .returning({ id: tasks.id })
      .prepare(`tasks_remove${suffix}`),
  };
}

function queriesOf(db: Database, owner: Owner) {
  const { everybodys, own } = prepared(db);
  return owner === undefined ? everybodys : own;
}

export async function insertTask(
  db: Database | Transaction,
  owner: Owner,
  task: NewTask,
): Promise<Task> {
  const { title, description = null } = task;
  const [row] = isTransaction(db)
    ? await insertion(db, { title, description, userId: owner })
    : await db.run(prepared(db).insert, { title, description, owner: owner ?? null });
  if (row === undefined) throw new Error('INSERT … RETURNING gave no row');
  return toTask(row);
}

export async function findTask(db: Database, owner: Owner, id: string): Promise<Task | undefined> {
  const [row] = await db.run(queriesOf(db, owner).find, { id, owner });
  return row && toTask(row);
}

/** Finds a task and keeps everybody else from changing it until the transaction ends. */
export async function lockTask(
  tx: Transaction,
  owner: Owner,
  id: string,
): Promise<Task | undefined> {
  return await lock(tx, isTask(owner, id));
}

/** The same of a task that may be deleted. */
export async function lockAnyTask(
  tx: Transaction,
  owner: Owner,
  id: string,
): Promise<Task | undefined> {
  return await lock(tx, isOwn(owner, id));
}

async function lock(tx: Transaction, where: SQL | undefined): Promise<Task | undefined> {
  const [row] = await tx.select(TASK_COLUMNS).from(tasks).where(where).for('update');
  return row && toTask(row);
}

/** Changes only the fields that are given; `undefined` when there is no such task. */
export async function updateTask(
  db: Database | Transaction,
  owner: Owner,
  id: string,
  changes: TaskChanges,
): Promise<Task | undefined> {
  const isThis = isTask(owner, id);
  const [row] =
    Object.keys(changes).length === 0
      ? await db.select(TASK_COLUMNS).from(tasks).where(isThis)
      : await db.update(tasks).set(changes).where(isThis).returning(TASK_COLUMNS);
  return row && toTask(row);
}

/** Hides a task, until it is restored or its time is up; says whether there was one. */
export async function deleteTask(
  db: Database | Transaction,
  owner: Owner,
  id: string,
): Promise<boolean> {
  const gone = isTransaction(db)
    ? await db
        .update(tasks)
        .set({ deletedAt: sql`now()` })
        .where(isTask(owner, id))
        .returning({ id: tasks.id })
    : await db.run(queriesOf(db, owner).remove, { id, owner });
  return gone.length > 0;
}

/**
 * Brings a deleted task back; one that is not deleted stays as it is. `undefined` when there is no
 * such task, or it was deleted too long ago.
 *
 * @param within How long after its deletion, as PostgreSQL reads an interval.
 */
export async function restoreTask(
  db: Database | Transaction,
  owner: Owner,
  id: string,
  within: string,
): Promise<Task | undefined> {
  const inTime = sql`${tasks.deletedAt} >= now() - ${within}::interval`;
  const [row] = await db
    .update(tasks)
    .set({ deletedAt: null })
    .where(and(isOwn(owner, id), inTime))
    .returning(TASK_COLUMNS);
  if (row !== undefined) return toTask(row);
  const [kept] = await db.select(TASK_COLUMNS).from(tasks).where(isTask(owner, id));
  return kept && toTask(kept);
}

function insertion(db: Pick<Database, 'insert'>, values: PgInsertValue<typeof tasks>) {
  return db.insert(tasks).values(values).returning(TASK_COLUMNS);
}

function isTask(owner: Owner, id: string): SQL | undefined {
  return and(isOwn(owner, id), NOT_DELETED);
}

/** Deleted or not. */
function isOwn(owner: Owner, id: string): SQL | undefined {
  return and(eq(tasks.id, id), owner === undefined ? undefined : eq(tasks.userId, owner));
}
