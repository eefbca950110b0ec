// Runs one statement on a lease: notes what it may leave behind, how long it takes and how it
// ends, and reports it.

import type { Lease } from './lease.js';
import type { Settle } from './named-query.js';
import type { QueryEvent } from './query.js';
import { type Statement, sendStatement } from './send-statement.js';
import { sessionTrace, strongerTrace } from './session-traces.js';

export type Report = (event: QueryEvent) => void;

export function runStatement(
  lease: Lease,
  statement: Statement,
  report: Report | undefined,
  settle: Settle,
): void {
  const { text } = statement;
  const start = performance.now();
  const trace = sessionTrace(text);
  if (trace !== 'none') lease.trace = strongerTrace(lease.trace, trace);
  lease.statementSince = start;
  lease.pending += 1;
  sendStatement(lease.client, statement, (error, result) => {
    lease.pending -= 1;
    // Another one may have been sent without waiting for this.
    lease.statementSince = lease.pending > 0 ? performance.now() : undefined;
    lease.failed ||= error !== undefined;
    // The socket's end may come only after the next borrower has the connection.
    if (error !== undefined && endsSession(error)) lease.client.broken = true;
    // First: what a listener does wrong must not change how the statement ended.
    settle(error, result);
    report?.({ text, durationMs: performance.now() - start, error });
  });
}

/** FATAL and PANIC end the session they are told to (PostgreSQL documentation, 19.8.2). */
function endsSession(error: Error): boolean {
  return 'severity' in error && (error.severity === 'FATAL' || error.severity === 'PANIC');
}
