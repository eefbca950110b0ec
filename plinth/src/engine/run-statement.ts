// Runs one statement, or several at once, on a lease: notes what they may leave behind, how long
// each takes and how it ends, and reports it.

import type { Lease } from './lease.js';
import type { Settle } from './named-query.js';
import type { QueryEvent } from './query.js';
import { ScriptQuery, type ScriptStatement } from './script-query.js';
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
  const start = begin(lease, text);
  sendStatement(lease.client, statement, (error, result) => {
    end(lease, error);
    // First: what a listener does wrong must not change how the statement ended.
    settle(error, result);
    report?.({ text, durationMs: performance.now() - start, error });
  });
}

export function runScript(
  lease: Lease,
  statements: readonly ScriptStatement[],
  report: Report | undefined,
  { onEnded, settle }: ScriptEvents,
): void {
  let ended = 0;
  let since = 0;
  for (const { text } of statements) since = begin(lease, text);
  const tell = (error: Error | undefined) => {
    const text = statements[ended]?.text ?? '';
    const now = performance.now();
    report?.({ text, durationMs: now - since, error });
    since = now;
  };
  const query = new ScriptQuery(statements, {
    onEnded: () => {
      end(lease, undefined);
      onEnded(ended);
      tell(undefined);
      ended += 1;
    },
    onSettled: (error) => {
      for (let left = ended; left < statements.length; left += 1) end(lease, error);
      settle(error);
      if (error !== undefined) tell(error);
    },
  });
  lease.client.query(query);
}

export interface ScriptEvents {
  readonly onEnded: (index: number) => void;
  readonly settle: (error: Error | undefined) => void;
}

/** @returns When it was handed over. */
function begin(lease: Lease, text: string): number {
  const start = performance.now();
  const trace = sessionTrace(text);
  if (trace !== 'none') lease.trace = strongerTrace(lease.trace, trace);
  lease.statementSince = start;
  lease.pending += 1;
  return start;
}

function end(lease: Lease, error: Error | undefined): void {
  lease.pending -= 1;
  // Another one may have been sent without waiting for this.
  lease.statementSince = lease.pending > 0 ? performance.now() : undefined;
  lease.failed ||= error !== undefined;
  // The socket's end may come only after the next borrower has the connection.
  if (error !== undefined && endsSession(error)) lease.client.broken = true;
}

/** FATAL and PANIC end the session they are told to (PostgreSQL documentation, 19.8.2). */
function endsSession(error: Error): boolean {
  return 'severity' in error && (error.severity === 'FATAL' || error.severity === 'PANIC');
}
