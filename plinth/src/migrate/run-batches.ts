// Runs one step of a module that is made of batches, from the key it has reached to its end. Each
// batch and its key in the ledger are one transaction.

import { isJson, type JournalledBatch, type StepEntry } from './module-journal.js';
import type { Fault } from './module-transaction.js';
import type { Batch, BatchOptions, BatchWork, RevisionTransaction } from './revision-module.js';

export interface BatchesRun {
  /** From 1. */
  readonly step: number;
  readonly name: string;
  readonly work: BatchWork;
  readonly options: BatchOptions;
  /** Where an earlier run was interrupted. */
  readonly last: JournalledBatch | undefined;
  /** Runs the work, and writes the entry it returns, in one transaction. */
  readonly transaction: (work: (tx: RevisionTransaction) => Promise<StepEntry>) => Promise<void>;
  readonly fault: Fault;
  readonly onBatch: (rows: number, done: JournalledBatch) => void;
}

export async function runBatches(run: BatchesRun): Promise<void> {
  for (let last = run.last; ; ) {
    const done = await runBatch(run, last);
    if (done === undefined) return;
    run.onBatch(done.allRows - (last?.allRows ?? 0), done);
    last = done;
  }
}

/** @returns Where it ended; `undefined` when there was nothing left. */
async function runBatch(
  run: BatchesRun,
  last: JournalledBatch | undefined,
): Promise<JournalledBatch | undefined> {
  const { step, name, work } = run;
  let done: JournalledBatch | undefined;
  await run.transaction(async (tx) => {
    const total = last === undefined ? await totalOf(run, tx) : last.total;
    const batch = await work(tx, last?.key);
    const before = last?.allRows ?? 0;
    if (batch === undefined) {
      done = undefined;
      return { state: 'step', step, steps: 0, observed: { name, allRows: before } };
    }
    assertBatch(run, batch, last);
    const { key, rows } = batch;
    const allRows = before + rows;
    done = { key, allRows, total };
    const counts = total === undefined ? { rows, allRows } : { rows, allRows, total };
    return { state: 'batch', step, steps: 0, observed: { name, key, ...counts } };
  });
  return done;
}

async function totalOf(
  { options, fault }: BatchesRun,
  tx: RevisionTransaction,
): Promise<number | undefined> {
  const total = typeof options.total === 'function' ? await options.total(tx) : options.total;
  if (total === undefined || isCount(total)) return total;
  throw fault(`its total is ${notCount(total)}`);
}

function assertBatch(
  { fault }: BatchesRun,
  { key, rows }: Batch,
  last: JournalledBatch | undefined,
): void {
  if (!isCount(rows)) throw fault(`the rows it returned are ${notCount(rows)}`);
  if (!isJson(key)) {
    throw fault('it returned a key that JSON cannot keep; cast it, as in "created_at::text"');
  }
  const text = JSON.stringify(key);
  if (last === undefined || text !== JSON.stringify(last.key)) return;
  throw fault(`it returned the key it was given, ${text}, and would never end`);
}

// What an author says is a number may be a bigint of PostgreSQL, which comes as text.
function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function notCount(value: unknown): string {
  return `${JSON.stringify(value)}, and no whole number; cast it, as in "count(*)::integer"`;
}
