// How long an audit log keeps its rows, kept with its model: the verification holds what was pruned
// against it.

import type { PgTable } from 'drizzle-orm/pg-core';

// Of the whole process: a project may have loaded this file twice.
const KEEP = Symbol.for('plinth:audit-keep');

export function withKeep<Log extends PgTable>(log: Log, keep: string): Log {
  return Object.defineProperty(log, KEEP, { value: keep });
}

/** How long at least the rows of a log are kept: `6 years`. `undefined` for no `auditTable()`. */
export function keepOfLog(log: PgTable): string | undefined {
  const keep: unknown = Reflect.get(log, KEEP);
  return typeof keep === 'string' ? keep : undefined;
}
