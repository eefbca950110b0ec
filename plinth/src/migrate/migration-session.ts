// One look at a database with its revisions, and the frame in which revisions are run: state
// read, refused where it must be, lock taken, state read again.

import type { Connection, Engine } from '../engine/index.js';
import {
  currentHeads,
  type Revision,
  type RevisionGraph,
  resolveTarget,
  type Target,
} from '../revisions/index.js';
import {
  type AppliedState,
  appliedState,
  assertNotInterrupted,
  assertRunnable,
} from './applied-state.js';
import { orLost } from './connection-lost.js';
import { type Direction, readLedger } from './ledger.js';
import { createLedger } from './ledger-schema.js';
import { resolveRevisions } from './load-revisions.js';
import { withMigrationLock } from './migration-lock.js';
import type {
  MigrationOptions,
  MigrationOutcome,
  MigrationTarget,
  RevisionOutcome,
} from './migration-options.js';
import { assertDirect, ownSession } from './own-session.js';
import type { RunContext } from './run-context.js';
import { runRevisions } from './run-revisions.js';
import { DEFAULT_STATEMENT_LOCK_TIMEOUT } from './statement-lock-timeout.js';

/** Seconds. */
export const DEFAULT_LOCK_TIMEOUT = 60;
const DEFAULT_LOCK_RETRIES = 10;

/** Which revisions a target means, from what is applied. */
type Plan = (
  graph: RevisionGraph,
  applied: AppliedState['applied'],
  target: Target,
) => readonly Revision[];

export interface MigrationRequest {
  readonly direction: Direction;
  /** An identifier as `resolveTarget` takes it. */
  readonly revision: string;
  readonly plan: Plan;
}

/** Plans and runs revisions in one direction; with nothing to run it takes no lock. */
export async function migrate(
  target: MigrationTarget,
  { direction, revision, plan }: MigrationRequest,
  options: MigrationOptions,
): Promise<MigrationOutcome> {
  const engine = engineOf(target);
  assertDirect(engine);
  const graph = await resolveRevisions(options.revisions);
  const { ledger, signal, lockTimeout: timeout = DEFAULT_LOCK_TIMEOUT } = options;
  const work = async (connection: Connection): Promise<MigrationOutcome> => {
    const look = async () => {
      const state = appliedState(graph, await readLedger(connection, ledger));
      assertRunnable(state, direction);
      return state;
    };
    const before = await look();
    // Once, before the lock: of two callers that say -1 at the same time, the second finds it done.
    const resolved = resolveTarget(graph, revision, before.applied);
    const isDone = plan(graph, before.applied, resolved).length === 0;
    if (isDone && before.interrupted.size === 0) return outcome(graph, before, []);
    const context = contextOf(options, engine, connection, await ownSession(engine, connection));
    const onWait = (holder: string) => context.tell({ kind: 'waiting', holder });
    return await withMigrationLock(connection, { ledger, timeout, signal, onWait }, async () => {
      await createLedger(connection, ledger);
      const state = await look();
      assertNotInterrupted(state, direction);
      const revisions = plan(graph, state.applied, resolved);
      const ran = await runRevisions(context, { ...options, direction, revisions, state });
      return outcome(graph, await look(), ran);
    });
  };
  return await engine.withConnection((connection) => orLost(connection, () => work(connection)), {
    signal,
  });
}

function contextOf(
  options: MigrationOptions,
  engine: Engine,
  connection: Connection,
  pid: number,
): RunContext {
  const { statementLockTimeout = DEFAULT_STATEMENT_LOCK_TIMEOUT, onProgress } = options;
  return {
    connection,
    engine,
    pid,
    ledger: options.ledger,
    statementLockTimeoutMs: Math.round(statementLockTimeout * 1000),
    lockRetries: options.lockRetries ?? DEFAULT_LOCK_RETRIES,
    tag: options.tag,
    x: options.x ?? {},
    signal: options.signal,
    tell: (event) => onProgress?.(event),
  };
}

function outcome(
  graph: RevisionGraph,
  state: AppliedState,
  ran: readonly RevisionOutcome[],
): MigrationOutcome {
  const heads = currentHeads(graph, state.applied).map(({ id }) => id);
  return { ran, heads, warnings: restyledWarnings(state) };
}

export function restyledWarnings(state: AppliedState): readonly string[] {
  return state.restyled.map(
    ({ path }) => `${path}: comments or white space changed since it was applied`,
  );
}

export function engineOf(target: MigrationTarget): Engine {
  return 'engine' in target ? target.engine : target;
}
