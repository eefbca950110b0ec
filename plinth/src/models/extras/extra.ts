// What an extra is: a small node that says what Drizzle cannot. It stands in the third argument of
// pgTable, or is exported beside the table. Each file of this folder makes some and writes them.

import type { SQL } from 'drizzle-orm';
import type { PgColumn, PgRole, PgTable } from 'drizzle-orm/pg-core';
import { invalidModel } from '../model-problem.js';
import type { Part } from '../part.js';
import type { Target } from './target.js';

// Of the whole process: a project may have loaded this file twice.
const EXTRA = Symbol.for('plinth:extra');

/** Says something about what it is attached to: a table, a view, a sequence … */
interface Attached {
  readonly kind: 'attached';
  /** What it is called in messages. */
  readonly what: string;
  readonly write: (target: Target) => readonly Part[];
  /** Roles it names, which may have to be created. */
  readonly roles?: readonly PgRole[];
}

/** An object of its own: a function, a domain, an extension … */
interface Standing {
  readonly kind: 'standing';
  readonly write: () => readonly Part[];
  readonly roles?: readonly PgRole[];
  /** The schema it is in, where it names one. */
  readonly schema?: string | undefined;
  /** What other extras attach to. */
  readonly target?: Target;
}

/** A constraint or index of Drizzle with what Drizzle cannot say of it. */
export interface Refined {
  readonly kind: 'refined';
  readonly builder: object;
  readonly refinement: Refinement;
}

export interface Refinement {
  readonly include?: readonly string[];
  readonly deferrable?: 'IMMEDIATE' | 'DEFERRED';
  readonly notValid?: true;
  readonly nullsNotDistinct?: true;
}

/** An exclusion constraint. */
export interface Exclusion {
  readonly kind: 'exclusion';
  readonly name: string;
  readonly using: string;
  readonly elements: readonly (readonly [PgColumn | SQL, string])[];
  readonly where: SQL | undefined;
  readonly refinement: Refinement;
}

/** How a table is partitioned. */
export interface PartitionedBy {
  readonly kind: 'partitioned-by';
  readonly strategy: 'RANGE' | 'LIST' | 'HASH';
  readonly keys: readonly (PgColumn | SQL)[];
}

/** Generated columns that are not stored. */
export interface Virtual {
  readonly kind: 'virtual';
  readonly columns: readonly string[];
}

/** Extras beside what they are about. */
export interface Bundle {
  readonly kind: 'bundle';
  readonly table: PgTable | undefined;
  readonly target: Target;
  readonly extras: readonly Extra[];
}

export type ExtraNode =
  | Attached
  | Standing
  | Refined
  | Exclusion
  | PartitionedBy
  | Virtual
  | Bundle;

/** What TypeScript wants of a value in the third argument of `pgTable`. Drizzle skips extras. */
interface ThirdArgument {
  readonly [EXTRA]: true;
  build(table: PgTable): never;
}

/** Something that Drizzle cannot say. */
export type Extra = ExtraNode & ThirdArgument;

export function asExtra(node: ExtraNode): Extra {
  return { ...node, [EXTRA]: true, build: refuseToBuild };
}

function refuseToBuild(): never {
  throw invalidModel('an extra is no index of Drizzle', 'Let plinth read the models.');
}

export function isExtra(value: unknown): value is Extra {
  return typeof value === 'object' && value !== null && EXTRA in value;
}

const CARRIED = Symbol.for('plinth:carried');

/** Lets a table, or the default of a column, carry extras along. Returns it. */
export function carry<Carrier extends object>(carrier: Carrier, extras: readonly Extra[]): Carrier {
  const value = [...carriedBy(carrier), ...extras];
  return Object.defineProperty(carrier, CARRIED, { value, configurable: true });
}

export function carriedBy(carrier: unknown): readonly Extra[] {
  if (typeof carrier !== 'object' || carrier === null) return [];
  const value: unknown = Reflect.get(carrier, CARRIED);
  return Array.isArray(value) ? value.filter(isExtra) : [];
}
