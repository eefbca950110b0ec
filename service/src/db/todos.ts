// The queries on todos. They know nothing of HTTP.

import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Database } from 'plinth';
import { MAX_INTEGER } from '../limits.js';
import { toRfc3339 } from '../rfc3339.js';
import type { NewTodo, Todo, TodoChanges } from '../schemas/todo.js';
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
};

const AFTER = lt(todos.id, sql.placeholder('id'));
const COMPLETED = eq(todos.completed, sql.placeholder('completed'));
const BY_ID = eq(todos.id, sql.placeholder('id'));

const prepared = perDatabase((db) => {
  const list = (name: string, condition: SQL | undefined) =>
    db
      .select(COLUMNS)
      .from(todos)
      .where(condition)
      .orderBy(desc(todos.id))
      .limit(sql.placeholder('count'))
      .prepare(name);
  return {
    list: list('todos_list', undefined),
    listAfter: list('todos_list_after', AFTER),
    listCompleted: list('todos_list_completed', COMPLETED),
    listCompletedAfter: list('todos_list_completed_after', and(COMPLETED, AFTER)),
    find: db.select(COLUMNS).from(todos).where(BY_ID).prepare('todos_find'),
    insert: db
      .insert(todos)
      .values({ description: sql.placeholder('description') })
      .returning(COLUMNS)
      .prepare('todos_insert'),
    remove: db.delete(todos).where(BY_ID).returning({ id: todos.id }).prepare('todos_remove'),
  };
});

export async function insertTodo(db: Database, { description }: NewTodo): Promise<Todo> {
  const [row] = await db.run(prepared(db).insert, { description });
  if (row === undefined) throw new Error('INSERT … RETURNING gave no row');
  return toTodo(row);
}

export async function findTodo(db: Database, id: number): Promise<Todo | undefined> {
  if (id > MAX_INTEGER) return undefined;
  const [row] = await db.run(prepared(db).find, { id });
  return row && toTodo(row);
}

export async function listTodos(
  db: Database,
  request: PageRequest<TodoPosition>,
): Promise<Page<Todo>> {
  const { limit, after, completed } = request;
  const query = queryFor(prepared(db), request);
  const rows = await db.run(query, { count: limit + 1, completed, ...after });
  return cutPage(rows.map(toTodo), limit);
}

/** Changes only the fields that are given; `undefined` when there is no such todo. */
export async function updateTodo(
  db: Database,
  id: number,
  changes: TodoChanges,
): Promise<Todo | undefined> {
  if (id > MAX_INTEGER) return undefined;
  if (Object.keys(changes).length === 0) return await findTodo(db, id);
  const [row] = await db.update(todos).set(changes).where(eq(todos.id, id)).returning(COLUMNS);
  return row && toTodo(row);
}

/** Whether there was such a todo. */
export async function deleteTodo(db: Database, id: number): Promise<boolean> {
  return id <= MAX_INTEGER && (await db.run(prepared(db).remove, { id })).length > 0;
}

function toTodo(row: Todo): Todo {
  return {
    ...row,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}
