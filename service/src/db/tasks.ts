// The queries on tasks. They know nothing of HTTP.

import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Database } from 'plinth';
import { toRfc3339 } from '../rfc3339.js';
import type { NewTask, Task, TaskChanges } from '../schemas/task.js';
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

const prepared = perDatabase((db) => {
  const list = (name: string, condition: SQL | undefined) =>
    db
      .select(COLUMNS)
      .from(tasks)
      .where(condition)
      .orderBy(desc(tasks.createdAt), desc(tasks.id))
      .limit(sql.placeholder('count'))
      .prepare(name);
  return {
    list: list('tasks_list', undefined),
    listAfter: list('tasks_list_after', AFTER),
    listCompleted: list('tasks_list_completed', COMPLETED),
    listCompletedAfter: list('tasks_list_completed_after', and(COMPLETED, AFTER)),
    find: db.select(COLUMNS).from(tasks).where(BY_ID).prepare('tasks_find'),
    insert: db
      .insert(tasks)
      .values({
        title: sql.placeholder('title'),
        description: sql.placeholder('description'),
      })
      .returning(COLUMNS)
      .prepare('tasks_insert'),
    remove: db.delete(tasks).where(BY_ID).returning({ id: tasks.id }).prepare('tasks_remove'),
  };
});

export async function insertTask(db: Database, task: NewTask): Promise<Task> {
  const { title, description = null } = task;
  const [row] = await db.run(prepared(db).insert, { title, description });
  if (row === undefined) throw new Error('INSERT … RETURNING gave no row');
  return toTask(row);
}

export async function findTask(db: Database, id: string): Promise<Task | undefined> {
  const [row] = await db.run(prepared(db).find, { id });
  return row && toTask(row);
}

export async function listTasks(
  db: Database,
  request: PageRequest<TaskPosition>,
): Promise<Page<Task>> {
  const { limit, after, completed } = request;
  const query = queryFor(prepared(db), request);
  const rows = await db.run(query, { count: limit + 1, completed, ...after });
  return cutPage(rows.map(toTask), limit);
}

/** Changes only the fields that are given; `undefined` when there is no such task. */
export async function updateTask(
  db: Database,
  id: string,
  changes: TaskChanges,
): Promise<Task | undefined> {
  if (Object.keys(changes).length === 0) return await findTask(db, id);
  const [row] = await db.update(tasks).set(changes).where(eq(tasks.id, id)).returning(COLUMNS);
  return row && toTask(row);
}

/** Whether there was such a task. */
export async function deleteTask(db: Database, id: string): Promise<boolean> {
  return (await db.run(prepared(db).remove, { id })).length > 0;
}

function toTask(row: Task): Task {
  return {
    ...row,
    created_at: toRfc3339(row.created_at),
    updated_at: toRfc3339(row.updated_at),
  };
}
