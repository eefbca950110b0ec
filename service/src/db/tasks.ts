// The queries on tasks. They know nothing of HTTP.

import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { PgInsertValue } from 'drizzle-orm/pg-core';
import type { Database, Transaction } from 'plinth';
import { toRfc3339 } from '../rfc3339.js';
import type { NewTask, Task, TaskChanges } from '../schemas/task.js';
import { isTransaction } from './is-transaction.js';
import type { Owner } from './owner.js';
import { cutPage, type Page, type PageRequest, queryFor } from './page.js';
import { perDatabase } from './per-database.js';
import { tasks } from './schema.js';

/** Where a task stands in the list: newest first, ties broken by id. */
export interface TaskPosition {
  readonly createdAt: string;
  readonly id: string;
}

const COLUMNS = {
  id: tasks.id,
  title: tasks.title,
  description: tasks.description,
  completed: tasks.completed,
  user_id: tasks.userId,
  created_at: tasks.createdAt,
  updated_at: tasks.updatedAt,
};

const AFTER = sql`(${tasks.createdAt}, ${tasks.id}) < (${sql.placeholder('createdAt')}::timestamptz, ${sql.placeholder('id')}::uuid)`;
const COMPLETED = eq(tasks.completed, sql.placeholder('completed'));
const BY_ID = eq(tasks.id, sql.placeholder('id'));
const OWN = eq(tasks.userId, sql.placeholder('owner'));

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
  const list = (name: string, condition?: SQL) =>
    db
      .select(COLUMNS)
      .from(tasks)
      .where(and(owned, condition))
      .orderBy(desc(tasks.createdAt), desc(tasks.id))
      .limit(sql.placeholder('count'))
      .prepare(`tasks_${name}${suffix}`);
  return {
    list: list('list'),
    listAfter: list('list_after', AFTER),
    listCompleted: list('list_completed', COMPLETED),
    listCompletedAfter: list('list_completed_after', and(COMPLETED, AFTER)),
    find: db.select(COLUMNS).from(tasks).where(and(BY_ID, owned)).prepare(`tasks_find${suffix}`),
    remove: db
      .delete(tasks)
      .where(and(BY_ID, owned))
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
  const [row] = await tx.select(COLUMNS).from(tasks).where(isTask(owner, id)).for('update');
  return row && toTask(row);
}

export async function listTasks(
  db: Database,
  owner: Owner,
  request: PageRequest<TaskPosition>,
): Promise<Page<Task>> {
  const { limit, after, completed } = request;
  const query = queryFor(queriesOf(db, owner), request);
  const rows = await db.run(query, { count: limit + 1, completed, owner, ...after });
  return cutPage(rows.map(toTask), limit);
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
      ? await db.select(COLUMNS).from(tasks).where(isThis)
      : await db.update(tasks).set(changes).where(isThis).returning(COLUMNS);
  return row && toTask(row);
}

/** Whether there was such a task. */
export async function deleteTask(
  db: Database | Transaction,
  owner: Owner,
  id: string,
): Promise<boolean> {
  const gone = isTransaction(db)
    ? await db.delete(tasks).where(isTask(owner, id)).returning({ id: tasks.id })
    : await db.run(queriesOf(db, owner).remove, { id, owner });
  return gone.length > 0;
}

function insertion(db: Pick<Database, 'insert'>, values: PgInsertValue<typeof tasks>) {
  return db.insert(tasks).values(values).returning(COLUMNS);
}

function isTask(owner: Owner, id: string): SQL | undefined {
  return and(eq(tasks.id, id), owner === undefined ? undefined : eq(tasks.userId, owner));
}

function toTask(row: Task): Task {
  return {
    ...row,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}
