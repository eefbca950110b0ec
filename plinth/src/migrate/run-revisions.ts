// Runs planned revisions one after another, or all in one transaction, with the hooks around them.

import { setImmediate } from 'node:timers/promises';
import { PlinthError } from '../errors/index.js';
import type { Revision } from '../revisions/index.js';
import type { AppliedState } from './applied-state.js';
import { assertTogether } from './assert-together.js';
import { callHook, hookContext } from './call-hook.js';
import type { Direction } from './ledger.js';
import type { MigrationHooks, RevisionOutcome } from './migration-options.js';
import { retryObserved } from './retry-locks.js';
import type { RunContext } from './run-context.js';
import { runRevision, wholeTransaction } from './run-revision.js';
import { rollBack, runTransactions, type TransactionRun } from './run-transaction.js';
import { commitFailed } from './statement-failed.js';
import { RESET_SESSION } from './transaction-script.js';

export interface RevisionsRun {
  readonly direction: Direction;
  readonly revisions: readonly Revision[];
  readonly state: AppliedState;
  readonly hooks?: MigrationHooks | undefined;
  readonly singleTransaction?: boolean | undefined;
}

/** @throws PlinthError of the codes MIGRATE_*; what finished before the failure stays. */
export async function runRevisions(
  context: RunContext,
  run: RevisionsRun,
): Promise<readonly RevisionOutcome[]> {
  const { revisions, hooks = {}, singleTransaction = false } = run;
  if (singleTransaction) assertTogether(run);
  if (revisions.length === 0) return [];
  const hook = hookContext(context, run.direction);
  await callHook('beforeRun', () => hooks.beforeRun?.(hook, revisions));
  const ran = singleTransaction ? await runTogether(context, run) : await runEach(context, run);
  await callHook('afterRun', () => hooks.afterRun?.(hook, revisions));
  return ran;
}

/** How many short revisions are handed over at once. */
const MOST_AT_ONCE = 25;
/** Statements in one that is short. */
const FEW_STATEMENTS = 20;
/** After one that took longer, the next is handed over alone. */
const LONG_MS = 500;

async function runEach(
  context: RunContext,
  run: RevisionsRun,
): Promise<readonly RevisionOutcome[]> {
  const ran: RevisionOutcome[] = [];
  const isEmbedded = context.engine.kind === 'embedded';
  let atOnce = 1;
  while (ran.length < run.revisions.length) {
    const next = run.revisions.slice(ran.length, ran.length + atOnce);
    const start = performance.now();
    const short = shortTransactions(context, run, next);
    if (short.length > 1) {
      await runTransactions(
        context,
        short.map((one) => told(context, one, ran)),
      );
    } else {
      for (const revision of next.slice(0, 1)) ran.push(await runOne(context, run, revision));
    }
    // A run that somebody stops shall not have handed over what takes long.
    const isQuick = performance.now() - start < LONG_MS;
    // The embedded database works in this process: only here can a signal be heard.
    if (isEmbedded) await setImmediate();
    atOnce = isQuick && !isEmbedded ? Math.min(atOnce * 2, MOST_AT_ONCE) : 1;
  }
  return ran;
}

type ShortTransaction = Pick<TransactionRun, 'run' | 'statements'>;

/** As many of the next revisions as can be handed over together. */
function shortTransactions(
  context: RunContext,
  { direction, state, hooks = {} }: RevisionsRun,
  revisions: readonly Revision[],
): readonly ShortTransaction[] {
  // A hook stands between two revisions, and may look at what the first has done.
  if (hooks.beforeRevision !== undefined || hooks.afterRevision !== undefined) return [];
  const short: ShortTransaction[] = [];
  for (const revision of revisions) {
    const interrupted = state.interrupted.get(revision.id);
    const one = wholeTransaction(context, { revision, direction, interrupted });
    if (one === undefined || one.statements.length > FEW_STATEMENTS) break;
    short.push(one);
  }
  return short;
}

/** Tells of it as of one that runs alone. */
function told(context: RunContext, one: ShortTransaction, ran: RevisionOutcome[]): TransactionRun {
  const { revision, direction } = one.run;
  let start = 0;
  return {
    ...one,
    onBegin: () => {
      start = performance.now();
      context.tell({ kind: 'running', direction, revision });
    },
    onEnd: () => {
      const durationMs = performance.now() - start;
      ran.push({ id: revision.id, message: revision.message, durationMs });
      context.tell({ kind: 'finished', direction, revision, durationMs });
    },
  };
}

async function runOne(
  context: RunContext,
  { direction, state, hooks = {}, singleTransaction = false }: RevisionsRun,
  revision: Revision,
): Promise<RevisionOutcome> {
  const hook = hookContext(context, direction);
  await callHook('beforeRevision', () => hooks.beforeRevision?.(hook, revision));
  context.tell({ kind: 'running', direction, revision });
  const interrupted = state.interrupted.get(revision.id);
  const one = { revision, direction, interrupted };
  const durationMs = await runRevision(context, one, singleTransaction);
  if (!singleTransaction) context.tell({ kind: 'finished', direction, revision, durationMs });
  await callHook('afterRevision', () => hooks.afterRevision?.(hook, revision));
  return { id: revision.id, message: revision.message, durationMs };
}

/** All or nothing; begun again as a whole when a lock cannot be had in time. */
async function runTogether(
  context: RunContext,
  run: RevisionsRun,
): Promise<readonly RevisionOutcome[]> {
  const { connection } = context;
  let ran: (readonly [Revision, RevisionOutcome])[] = [];
  await retryObserved(context, async (watched) => {
    ran = [];
    await connection.query('BEGIN');
    const transaction = await transactionId(context);
    try {
      for (const revision of run.revisions) {
        ran.push([revision, await runOne(watched, run, revision)]);
      }
      await assertSame(context, transaction);
      await commit(context, run);
    } catch (error) {
      await rollBack(connection);
      throw error;
    }
  });
  const { direction } = run;
  for (const [revision, { durationMs }] of ran) {
    context.tell({ kind: 'finished', direction, revision, durationMs });
  }
  return ran.map(([, outcome]) => outcome);
}

async function transactionId({ connection }: RunContext): Promise<string | undefined> {
  const { rows } = await connection.query<{ id: string }>(
    'SELECT pg_current_xact_id()::text AS id',
  );
  return rows[0]?.id;
}

/** PostgreSQL answers the COMMIT of a transaction that failed, or of none, without an error. */
async function assertSame(context: RunContext, transaction: string | undefined): Promise<void> {
  const now = await transactionId(context).catch(() => undefined);
  if (now === transaction) return;
  throw new PlinthError(
    'MIGRATE_HOOK_FAILED',
    'a hook ended the single transaction, or swallowed the error of a statement that failed it',
    { hint: 'Let hooks neither begin nor end a transaction, and pass their errors on.' },
  );
}

async function commit({ connection }: RunContext, run: RevisionsRun): Promise<void> {
  const { direction, revisions } = run;
  const revision = revisions.at(-1);
  try {
    await connection.query(`COMMIT; ${RESET_SESSION}`);
  } catch (error) {
    if (revision === undefined) throw error;
    throw commitFailed({ revision, direction, step: 1, steps: 1, together: true }, error);
  }
}
