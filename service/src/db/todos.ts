// The queries on todos. They know nothing of HTTP.

import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { PgInsertValue } from 'drizzle-orm/pg-core';
import type { Database, Transaction } from 'plinth';
import { MAX_INTEGER } from '../limits.js';
import { toRfc3339 } from '../rfc3339.js';
import type { NewTodo, Todo, TodoChanges } from '../schemas/todo.js';
import { isTransaction } from './is-transaction.js';
import type { Owner } from './owner.js';
import { cutPage, type Page, type PageRequest, queryFor } from './page.js';
import { perDatabase } from './per-database.js';
import { todos } from './schema.js';

/** Where a todo stands in the list: the newest has the highest id. */
export interface TodoPosition {
  readonly id: number;
}

const COLUMNS = {
  id: todos.id,
  description: todos.description,
  completed: todos.completed,
  created_at: todos.createdAt,
  updated_at: todos.updatedAt,
  user_id: todos.userId,
};

const AFTER = lt(todos.id, sql.placeholder('id'));
const COMPLETED = eq(todos.completed, sql.placeholder('completed'));
const BY_ID = eq(todos.id, sql.placeholder('id'));
const OWN = eq(todos.userId, sql.placeholder('owner'));

const prepared = perDatabase((db) => ({
  everybodys: prepareQueries(db, undefined),
  own: prepareQueries(db, OWN),
  insert: insertion(db, {
    description: sql.placeholder('description'),
    userId: sql.placeholder('owner'),
  }).prepare('todos_insert'),
}));

function prepareQueries(db: Database, owned: SQL | undefined) {
  const suffix = owned === undefined ? '' : '_own';
  const list = (name: string, condition?: SQL) =>
    db
      .select(COLUMNS)
      .from(todos)
      .where(and(owned, condition))
      .orderBy(desc(todos.id))
      .limit(sql.placeholder('count'))
      .prepare(`todos_${name}${suffix}`);
  return {
    list: list('list'),
    listAfter: list('list_after', AFTER),
    listCompleted: list('list_completed', COMPLETED),
    listCompletedAfter: list('list_completed_after', and(COMPLETED, AFTER)),
    find: db.select(COLUMNS).from(todos).where(and(BY_ID, owned)).prepare(`todos_find${suffix}`),
    remove: db
      .delete(todos)
      .where(and(BY_ID, owned))
      .returning({ id: todos.id })
      .prepare(`todos_remove${suffix}`),
  };
}

function queriesOf(db: Database, owner: Owner) {
  const { everybodys, own } = prepared(db);
  return owner === undefined ? everybodys : own;
}

export async function insertTodo(
  db: Database | Transaction,
  owner: Owner,
  { description }: NewTodo,
): Promise<Todo> {
  const [row] = isTransaction(db)
    ? await insertion(db, { description, userId: owner })
    : await db.run(prepared(db).insert, { description, owner: owner ?? null });
  if (row === undefined) throw new Error('INSERT … RETURNING gave no row');
  return toTodo(row);
}

export async function findTodo(db: Database, owner: Owner, id: number): Promise<Todo | undefined> {
  if (id > MAX_INTEGER) return undefined;
  const [row] = await db.run(queriesOf(db, owner).find, { id, owner });
  return row && toTodo(row);
}

/** Finds a todo and keeps everybody else from changing it until the transaction ends. */
export async function lockTodo(
  tx: Transaction,
  owner: Owner,
  id: number,
): Promise<Todo | undefined> {
  if (id > MAX_INTEGER) return undefined;
  const [row] = await tx.select(COLUMNS).from(todos).where(isTodo(owner, id)).for('update');
  return row && toTodo(row);
}

export async function listTodos(
  db: Database,
  owner: Owner,
  request: PageRequest<TodoPosition>,
): Promise<Page<Todo>> {
  const { limit, after, completed } = request;
  const query = queryFor(queriesOf(db, owner), request);
  const rows = await db.run(query, { count: limit + 1, completed, owner, ...after });
  return cutPage(rows.map(toTodo), limit);
}

/** Changes only the fields that are given; `undefined` when there is no such todo. */
export async function updateTodo(
  db: Database | Transaction,
  owner: Owner,
  id: number,
  changes: TodoChanges,
): Promise<Todo | undefined> {
  if (id > MAX_INTEGER) return undefined;
  const isThis = isTodo(owner, id);
  const [row] =
    Object.keys(changes).length === 0
      ? await db.select(COLUMNS).from(todos).where(isThis)
      : await db.update(todos).set(changes).where(isThis).returning(COLUMNS);
  return row && toTodo(row);
}

/** Whether there was such a todo. */
export async function deleteTodo(
  db: Database | Transaction,
  owner: Owner,
  id: number,
): Promise<boolean> {
  if (id > MAX_INTEGER) return false;
  const gone = isTransaction(db)
    ? await db.delete(todos).where(isTodo(owner, id)).returning({ id: todos.id })
    : await db.run(queriesOf(db, owner).remove, { id, owner });
  return gone.length > 0;
}

function insertion(db: Pick<Database, 'insert'>, values: PgInsertValue<typeof todos>) {
  return db.insert(todos).values(values).returning(COLUMNS);
}

function isTodo(owner: Owner, id: number): SQL | undefined {
  return and(eq(todos.id, id), owner === undefined ? undefined : eq(todos.userId, owner));
}

function toTodo(row: Todo): Todo {
  return {
    ...row,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}
