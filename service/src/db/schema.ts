// The tables as Drizzle sees them; set-updated-at.sql beside it has the rest of the schema. The
// revisions are made from both (`plinth revision --autogenerate`); nothing here changes a database.

import { type SQL, sql } from 'drizzle-orm';
import {
  boolean,
  check,
  index,
  integer,
  pgTable,
  text,
  timestamp,
  uuid,
  varchar,
} from 'drizzle-orm/pg-core';
import { LIMITS, WHITE_SPACE } from '../limits.js';

// Text keeps the microseconds that a JavaScript Date would drop.
const timestamps = {
  createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
  updatedAt: timestamp('updated_at', { withTimezone: true, mode: 'string' }).notNull().defaultNow(),
};

export const tasks = pgTable(
  'tasks',
  {
    id: uuid('id').primaryKey().defaultRandom(),
    title: text('title').notNull(),
    description: text('description'),
    completed: boolean('completed').notNull().default(false),
    userId: uuid('user_id'),
    ...timestamps,
  },
  (table) => [
    check(
      'check_title_length',
      sql`char_length(${table.title}) <= ${literal(LIMITS.taskTitle.max)} AND ${table.title} ~ ${sql.raw(`'[^${WHITE_SPACE}]'`)}`,
    ),
    check(
      'check_description_length',
      sql`char_length(${table.description}) <= ${literal(LIMITS.taskDescription.max)}`,
    ),
    index('idx_tasks_user_id').on(table.userId),
    index('idx_tasks_created_at').on(
      table.createdAt.desc().nullsFirst(),
      table.id.desc().nullsFirst(),
    ),
  ],
);

export const todos = pgTable(
  'todos',
  {
    id: integer('id').primaryKey().generatedAlwaysAsIdentity(),
    description: varchar('description', { length: LIMITS.todoDescription.max }).notNull(),
    completed: boolean('completed').notNull().default(false),
    ...timestamps,
  },
  (table) => [
    check(
      'check_todo_description_length',
      sql`char_length(${table.description}) >= ${literal(LIMITS.todoDescription.min)}`,
    ),
  ],
);

// A constraint cannot hold a bound value.
function literal(value: number): SQL {
  return sql.raw(String(value));
}
