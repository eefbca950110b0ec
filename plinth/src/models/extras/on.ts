// Attaches extras to something from beside it. It writes nothing itself.

import type {
  PgMaterializedView,
  PgRole,
  PgSchema,
  PgSequence,
  PgTable,
  PgView,
} from 'drizzle-orm/pg-core';
import type { EnumType } from '../column-type.js';
import { asExtra, type Extra } from './extra.js';
import { targetOf } from './target.js';

/** What extras can be attached to. */
export type Attachable =
  | PgTable
  | PgView
  | PgMaterializedView
  | PgSequence
  | PgSchema
  | PgRole
  | EnumType
  | Extra;

/**
 * Extras of a table, for those who would not write them in its third argument; or of a view, a
 * sequence, a type, a schema, a role, or of an object that another extra creates. Export it.
 *
 * @example export const notesRules = on(notes, forceRls(), grant('SELECT', { to: 'reader' }));
 */
export function on(attachable: Attachable, ...extras: readonly Extra[]): Extra {
  const target = targetOf(attachable);
  return asExtra({ kind: 'bundle', target, table: target.table, extras });
}
