// What the ledger says of the steps of a module that was interrupted. It only reads.

import type { Connection } from '../engine/index.js';
import type { EntryState, Json, JsonObject } from './ledger.js';
import { ledgerTable } from './ledger-schema.js';

/** The last entry of one step. */
export interface JournalledStep {
  /** From 1. */
  readonly step: number;
  readonly name: string;
  /** Whether it may never be run again. */
  readonly ended: boolean;
  /** Where its last batch ended; undefined for a step without one. */
  readonly batch: JournalledBatch | undefined;
}

export interface JournalledBatch {
  readonly key: Json;
  /** Rows of all batches so far. */
  readonly allRows: number;
  readonly total: number | undefined;
}

/** What a runner writes of one step. */
export interface StepEntry {
  readonly state: EntryState;
  readonly step: number;
  /** How many steps there are; 0 as long as nobody knows. */
  readonly steps: number;
  readonly observed?: JsonObject;
}

/** The steps of a revision since it last ended, in order. */
export async function readModuleSteps(
  connection: Connection,
  revision: string,
  ledger?: string,
): Promise<readonly JournalledStep[]> {
  const table = ledgerTable(ledger);
  const { rows } = await connection.query<{ state: EntryState; step: number; observed: Json }>(
    `SELECT DISTINCT ON (step) state, step, observed FROM ${table}
      WHERE revision = $1 AND entry > coalesce(
        (SELECT max(entry) FROM ${table} WHERE revision = $1 AND state = 'finished'), 0)
      ORDER BY step, entry DESC`,
    [revision],
  );
  return rows.map(journalledStep);
}

/** As it will be read from the ledger. */
export function journalledStep(entry: {
  readonly state: EntryState;
  readonly step: number;
  readonly observed?: Json;
}): JournalledStep {
  const { state, step } = entry;
  const { name, key, allRows, total } = fieldsOf(entry.observed);
  const batch = state === 'batch' ? { key: key ?? null, ...countsOf(allRows, total) } : undefined;
  return { step, name: String(name), ended: state === 'step', batch };
}

function countsOf(allRows: Json | undefined, total: Json | undefined) {
  return { allRows: Number(allRows), total: typeof total === 'number' ? total : undefined };
}

function fieldsOf(observed: Json | undefined): JsonObject {
  return typeof observed === 'object' && observed !== null && !isArray(observed) ? observed : {};
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Whether JSON keeps a value as it is: a Date or a bigint it does not. */
export function isJson(value: unknown): value is Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      if (value === null) return true;
      if (Array.isArray(value)) return value.every(isJson);
      return (
        Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson)
      );
    default:
      return false;
  }
}
