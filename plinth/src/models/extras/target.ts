// What an extra can be attached to, in the words of GRANT and COMMENT. It reads Drizzle's objects
// and writes no statement.

import { is } from 'drizzle-orm';
import {
  getMaterializedViewConfig,
  getViewConfig,
  isPgEnum,
  PgMaterializedView,
  PgRole,
  PgSchema,
  PgSequence,
  PgTable,
  PgView,
} from 'drizzle-orm/pg-core';
import { quoteIdentifier } from '../../sql/index.js';
import { configWith } from '../drizzle-internals.js';
import { invalidModel } from '../model-problem.js';
import { qualify } from '../names.js';
import { isExtra } from './extra.js';

export type TargetWord =
  | 'TABLE'
  | 'VIEW'
  | 'MATERIALIZED VIEW'
  | 'SEQUENCE'
  | 'SCHEMA'
  | 'ROLE'
  | 'TYPE'
  | 'DOMAIN'
  | 'FUNCTION'
  | 'EXTENSION';

export interface Target {
  readonly word: TargetWord;
  /** As SQL writes it. */
  readonly sql: string;
  /** Its own name, without a schema. */
  readonly name: string;
  readonly schema: string | undefined;
  readonly table?: PgTable;
}

/** @throws PlinthError MODELS_INVALID for what nothing can be attached to. */
export function targetOf(value: unknown): Target {
  const target = findTarget(value);
  if (target !== undefined) return target;
  throw invalidModel(
    'an extra is attached to what is neither a table nor another model',
    'Name a table, a view, a sequence, a type, a schema, a role, or an extra that creates something.',
  );
}

/** The target that a table is. */
export function tableTarget(table: PgTable): Target {
  const { name, schema } = configWith(table, []);
  return { ...inSchema('TABLE', schema, name), table };
}

function findTarget(value: unknown): Target | undefined {
  if (isExtra(value)) return value.kind === 'standing' ? value.target : undefined;
  if (isPgEnum(value)) return inSchema('TYPE', value.schema, value.enumName);
  if (typeof value !== 'object' || value === null) return undefined;
  if (is(value, PgTable)) return tableTarget(value);
  if (is(value, PgView)) {
    const { schema, name } = getViewConfig(value);
    return inSchema('VIEW', schema, name);
  }
  if (is(value, PgMaterializedView)) {
    const { schema, name } = getMaterializedViewConfig(value);
    return inSchema('MATERIALIZED VIEW', schema, name);
  }
  if (is(value, PgSequence)) return inSchema('SEQUENCE', value.schema, value.seqName ?? '');
  if (is(value, PgSchema)) return alone('SCHEMA', value.schemaName);
  return is(value, PgRole) ? alone('ROLE', value.name) : undefined;
}

/** Something that is in a schema. */
export function inSchema(word: TargetWord, schema: string | undefined, name: string): Target {
  return { word, sql: qualify(schema, name), name, schema };
}

/** Something that is in no schema. */
export function alone(word: TargetWord, name: string): Target {
  return { word, sql: quoteIdentifier(name), name, schema: undefined };
}
