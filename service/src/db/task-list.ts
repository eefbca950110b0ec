// The lists of tasks, newest first: all of them, and those in which given words occur. It knows
// nothing of HTTP.

import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import { type PgColumn, QueryBuilder } from 'drizzle-orm/pg-core';
import type { Database } from 'plinth';
import type { Task } from '../schemas/task.js';
import { filteredList } from './filtered-list.js';
import {
  newestFirst,
  type TimeColumns,
  type TimeFilters,
  timeConditions,
  timeValues,
} from './newest-first.js';
import type { Owner } from './owner.js';
import { cutPage, type Page } from './page.js';
import { tasks, taskWords } from './schema.js';
import { TASK_COLUMNS, toTask } from './task-columns.js';

/** What a page of tasks is asked for with. */
export interface TaskFilters extends TimeFilters {
  /** Each word of it has to occur in the title or the description. */
  readonly search: string | undefined;
  readonly completed: boolean | undefined;
}

export async function listTasks(
  db: Database,
  owner: Owner,
  limit: number,
  { search, ...filters }: TaskFilters,
): Promise<Page<Task>> {
  const given = { owner, ...filters };
  const query = search === undefined ? listQuery(db, given, limit) : searchQuery(db, given, limit);
  const rows = await db.run(query, {
    count: limit + 1,
    owner,
    search,
    completed: filters.completed,
    ...timeValues(filters),
  });
  return cutPage(rows.map(toTask), limit);
}

type Filter = 'owner' | Exclude<keyof TaskFilters, 'search'>;

const OWNER = sql.placeholder('owner');

/** Where a list finds what it is ordered and filtered by. */
interface ListColumns extends TimeColumns {
  readonly userId: PgColumn;
  readonly completed: PgColumn;
}

function conditionsOn(columns: ListColumns): Readonly<Record<Filter, SQL>> {
  return {
    owner: eq(columns.userId, OWNER),
    completed: eq(columns.completed, sql.placeholder('completed')),
    ...timeConditions(columns),
  };
}

const NOT_DELETED = isNull(tasks.deletedAt);

const listQuery = filteredList({
  name: 'tasks_list',
  conditions: conditionsOn(tasks),
  order: newestFirst(tasks),
  prepare: (db, { name, where, orderBy }) =>
    db
      .select(TASK_COLUMNS)
      .from(tasks)
      .where(and(NOT_DELETED, where))
      .orderBy(...orderBy)
      .prepare(name),
});

/** How far the tasks with a word are counted: beyond that a word is a frequent one. */
const COUNTED = 1000;

/**
 * The words to look for, stemmed by PostgreSQL in the same statement, for nothing else knows how, and
 * in how many tasks each occurs.
 */
function searchedWords(isOwned: boolean): SQL {
  const owned = isOwned ? sql` AND ${eq(taskWords.userId, OWNER)}` : sql``;
  return sql`
    SELECT word, (SELECT count(*) FROM (
      SELECT FROM ${taskWords} WHERE ${taskWords.word} = given.word${owned}
       ORDER BY ${taskWords.createdAt} DESC, ${taskWords.taskId} DESC LIMIT ${sql.raw(String(COUNTED))}) AS counted) AS occurrences
      FROM unnest(tsvector_to_array(to_tsvector('pg_catalog.english', ${sql.placeholder('search')})))
        AS given (word)`;
}

// One word is read by its index, newest first; its task and the other words are looked up for each. It
// is the rarest one: a page costs at most as many steps as that word has tasks. OFFSET 0 keeps
// PostgreSQL from planning the look-ups as joins with whole tables, which it does where it thinks that
// few tasks pass the filters.
const HAS_RAREST = sql`${taskWords.word} = (SELECT word FROM searched ORDER BY occurrences LIMIT 1)`;
const HAS_OTHERS = sql`NOT EXISTS (
  SELECT FROM searched AS other WHERE other.word <> ${taskWords.word} AND NOT EXISTS (
    SELECT FROM ${taskWords} AS held
     WHERE held.task_id = ${taskWords.taskId} AND held.word = other.word OFFSET 0) OFFSET 0)`;

const TASK = new QueryBuilder()
  .select(TASK_COLUMNS)
  .from(tasks)
  .where(sql`${and(eq(tasks.id, taskWords.taskId), NOT_DELETED)} OFFSET 0`)
  .as('task');

const FOUND: ListColumns = {
  createdAt: taskWords.createdAt,
  id: taskWords.taskId,
  userId: taskWords.userId,
  completed: TASK.completed,
};

const searchQuery = filteredList({
  name: 'tasks_search',
  conditions: conditionsOn(FOUND),
  order: newestFirst(FOUND),
  prepare: (db, { name, filters, where, orderBy }) => {
    const words = { word: sql<string>`word`, occurrences: sql<number>`occurrences` };
    const searched = db.$with('searched', words).as(searchedWords(filters.includes('owner')));
    return db
      .with(searched)
      .select(TASK._.selectedFields)
      .from(taskWords)
      .crossJoinLateral(TASK)
      .where(and(HAS_RAREST, HAS_OTHERS, where))
      .orderBy(...orderBy)
      .prepare(name);
  },
});
