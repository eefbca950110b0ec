// What Drizzle keeps to itself and models need: read by name, in this one place, and checked. If
// a release of Drizzle moves something, this file follows.

import { is } from 'drizzle-orm';
import { getTableConfig, type PgPolicy, type PgRole, PgTable } from 'drizzle-orm/pg-core';
import { invalidModel } from './model-problem.js';

const EXTRA_CONFIG = Symbol.for('drizzle:ExtraConfigBuilder');
const IS_ALIAS = Symbol.for('drizzle:IsAlias');
const EXTRA_COLUMNS = Symbol.for('drizzle:ExtraConfigColumns');

const NAMES_A_GHOST = 'See that every column it names exists.';

export type TableConfig = ReturnType<typeof getTableConfig>;

/** What the third argument of `pgTable` gives, flat; nothing where there is none. */
export function readThirdArgument(table: PgTable): readonly unknown[] {
  const build: unknown = Reflect.get(table, EXTRA_CONFIG);
  if (typeof build !== 'function') return [];
  const columns: unknown = Reflect.get(table, EXTRA_COLUMNS);
  const given: unknown = callThirdArgument(() => Reflect.apply(build, undefined, [columns]));
  if (Array.isArray(given)) return given.flat(1);
  return typeof given === 'object' && given !== null ? Object.values(given) : [];
}

function callThirdArgument(work: () => unknown): unknown {
  try {
    return work();
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw invalidModel(`the third argument of pgTable throws: ${said}`, NAMES_A_GHOST, { cause });
  }
}

/** The table as Drizzle would read it if its third argument gave these values. */
export function configWith(table: PgTable, values: readonly unknown[]): TableConfig {
  const standIn: PgTable = Object.create(table, {
    [EXTRA_CONFIG]: { value: () => [...values] },
  });
  try {
    return getTableConfig(standIn);
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw invalidModel(`Drizzle cannot read the table: ${said}`, NAMES_A_GHOST, { cause });
  }
}

/** Whether a table is another one under a name for queries, as `alias()` makes it. */
export function isAlias(table: PgTable): boolean {
  return Reflect.get(table, IS_ALIAS) === true;
}

/** The table that `.link()` gave to a policy. */
export function linkedTable(policy: PgPolicy): PgTable | undefined {
  const table: unknown = Reflect.get(policy, '_linkedTable');
  return is(table, PgTable) ? table : undefined;
}

export interface RoleOptions {
  readonly isExisting: boolean;
  readonly createDb: boolean | undefined;
  readonly createRole: boolean | undefined;
  readonly inherit: boolean | undefined;
}

export function roleOptions(role: PgRole): RoleOptions {
  const read = (option: string): boolean | undefined => {
    const value: unknown = Reflect.get(role, option);
    return typeof value === 'boolean' ? value : undefined;
  };
  return {
    isExisting: read('_existing') ?? false,
    createDb: read('createDb'),
    createRole: read('createRole'),
    inherit: read('inherit'),
  };
}
