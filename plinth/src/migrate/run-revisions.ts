// Runs planned revisions one after another, or all in one transaction, with the hooks around them.

import type { Revision } from '../revisions/index.js';
import type { AppliedState } from './applied-state.js';
import { assertTogether } from './assert-together.js';
import { callHook, hookContext } from './call-hook.js';
import type { Direction } from './ledger.js';
import type { MigrationHooks, RevisionOutcome } from './migration-options.js';
import { retryObserved } from './retry-locks.js';
import type { RunContext } from './run-context.js';
import { runRevision } from './run-revision.js';
import { rollBack } from './run-transaction.js';
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

async function runEach(
  context: RunContext,
  run: RevisionsRun,
): Promise<readonly RevisionOutcome[]> {
  const ran: RevisionOutcome[] = [];
  for (const revision of run.revisions) {
    const outcome = await runOne(context, run, revision);
    ran.push(outcome);
  }
  return ran;
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
    try {
      for (const revision of run.revisions) {
        ran.push([revision, await runOne(watched, run, revision)]);
      }
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
