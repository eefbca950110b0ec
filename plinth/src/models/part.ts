// A statement of one model and its place among those of all models.

import type { Target } from './extras/target.js';

/**
 * The order of statements. It is right for models that only use what comes before them; where one
 * uses something of a later phase, such as a function that returns rows of a table, whoever runs
 * the statements has to try it again later.
 */
export const PHASES = [
  'schema',
  'extension',
  'role',
  'type',
  'function',
  'sequence',
  'table',
  'partition',
  'index',
  'constraint',
  'view',
  'object',
  'row-security',
  'policy',
  'trigger',
  'comment',
  'privilege',
] as const;

export type Phase = (typeof PHASES)[number];

/** What has to hold of all models together, and what is said where it does not. */
export interface Demand {
  /** `table`: a file exports the table of this name. `alone`: no other part demands this name. */
  readonly kind: 'table' | 'alone';
  /** As SQL writes it. */
  readonly name: string;
  readonly message: string;
  readonly hint: string;
}

export interface Part {
  readonly phase: Phase;
  /** Without a closing semicolon. */
  readonly sql: string;
  /** Several models may ask for it, and it is written once. */
  readonly shared?: true;
  readonly demands?: readonly Demand[];
  /** Of a partition that is created: itself, and the table it is a part of, as SQL writes it. */
  readonly partition?: { readonly target: Target; readonly of: string };
  /** What each partition of a table needs as well, because PostgreSQL does not give it to them. */
  readonly onPartitions?: { readonly of: string; readonly write: (partition: Target) => Part };
}
