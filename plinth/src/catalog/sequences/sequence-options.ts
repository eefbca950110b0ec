// What a sequence is made of, and how CREATE SEQUENCE says it: what PostgreSQL would choose by
// itself is left out.

import type { ObjectId } from '../catalog-object.js';
import { objectId } from '../object-id.js';

/**
 * Of a sequence, be it a column's identity. The numbers are texts: a bigint is more than a JavaScript
 * number holds.
 */
export interface SequenceOptions {
  /** `smallint`, `integer` or `bigint`. */
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  readonly min: string;
  readonly max: string;
  readonly cache: string;
  readonly cycle: boolean;
}

export interface SequenceDefinition extends SequenceOptions {
  readonly unlogged: boolean;
  readonly ownedBy: SequenceOwner | null;
}

/** The column with which a sequence is dropped. */
export interface SequenceOwner {
  /** The kind of its relation: `table` or `foreign-table`. */
  readonly kind: string;
  /** Schema, table and column. */
  readonly column: readonly string[];
}

export function columnOf({ column }: SequenceOwner): ObjectId {
  return objectId('column', column);
}

export function tableOf({ kind, column }: SequenceOwner): ObjectId {
  return objectId(kind, column.slice(0, 2));
}

export function isAscending({ increment }: SequenceOptions): boolean {
  return BigInt(increment) > 0n;
}

const BITS: Readonly<Record<string, bigint>> = { smallint: 16n, integer: 32n, bigint: 64n };

/** The bounds of a sequence whose definition names none. */
export function standardBounds(definition: SequenceOptions): {
  readonly min: string;
  readonly max: string;
} {
  const half = 1n << ((BITS[definition.type] ?? 64n) - 1n);
  return isAscending(definition)
    ? { min: '1', max: String(half - 1n) }
    : { min: String(-half), max: '-1' };
}

/** The clauses of CREATE SEQUENCE, in PostgreSQL's order. */
export function optionClauses(definition: SequenceOptions): readonly string[] {
  const { type, increment, min, max, start, cache, cycle } = definition;
  const standard = standardBounds(definition);
  const clauses: string[] = [];
  if (type !== 'bigint') clauses.push(`AS ${type}`);
  if (increment !== '1') clauses.push(`INCREMENT BY ${increment}`);
  if (min !== standard.min) clauses.push(`MINVALUE ${min}`);
  if (max !== standard.max) clauses.push(`MAXVALUE ${max}`);
  if (start !== (isAscending(definition) ? min : max)) clauses.push(`START WITH ${start}`);
  if (cache !== '1') clauses.push(`CACHE ${cache}`);
  if (cycle) clauses.push('CYCLE');
  return clauses;
}
