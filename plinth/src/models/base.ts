// Columns that most tables have. Their values come from the database, so that they are right for
// SQL that was sent by hand too.

import { sql } from 'drizzle-orm';
import { timestamp, uuid } from 'drizzle-orm/pg-core';
import { automaticName } from '../sql/index.js';
import { asExtra, carry } from './extras/extra.js';
import { writeFunction } from './extras/sql-function.js';
import type { Target } from './extras/target.js';
import { writeTrigger } from './extras/trigger.js';
import { qualify } from './names.js';
import type { Part } from './part.js';

const SETTER = 'set_updated_at';

// now() stands still inside a transaction, so the clock is read instead; greatest() makes each
// update later than the one before, even where the clock was set back.
const SETTER_BODY = `
BEGIN
  NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond');
  RETURN NEW;
END
`;

const moved = asExtra({ kind: 'attached', what: 'timestamps', write: writeSetter });

/**
 * `id`, a uuid that the database makes, as primary key; and {@link timestamps}.
 *
 * @example export const notes = pgTable('notes', { ...base(), body: text('body').notNull() });
 */
export function base() {
  return { id: uuid('id').primaryKey().defaultRandom(), ...timestamps() };
}

/**
 * `created_at` and `updated_at`, both timestamptz with the time of the INSERT; and a trigger that
 * moves `updated_at` at every UPDATE, whoever sends it. Drizzle gives them as text, for a Date
 * would drop the microseconds.
 */
export function timestamps() {
  return {
    createdAt: time('created_at').default(sql`now()`),
    // A column knows no trigger, but its default reaches the one who writes the table.
    updatedAt: time('updated_at').default(carry(sql`now()`, [moved])),
  };
}

function time<Name extends string>(name: Name) {
  return timestamp(name, { withTimezone: true, mode: 'string' }).notNull();
}

function writeSetter(table: Target): readonly Part[] {
  const setter = qualify(undefined, SETTER);
  const body = { returns: 'trigger', language: 'plpgsql', body: SETTER_BODY };
  const name = automaticName(table.name, undefined, SETTER);
  const options = { fires: 'BEFORE UPDATE', forEach: 'ROW', execute: setter } as const;
  return [
    { phase: 'function', sql: writeFunction(setter, body), shared: true },
    { phase: 'trigger', sql: writeTrigger(name, table, options) },
  ];
}
