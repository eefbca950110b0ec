// One look at a database with its revisions, and the frame in which revisions are run: state
// read, refused where it must be, lock taken, state read again.

import type { Connection, Engine } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
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
import { createLedger, type Direction, readLedger } from './ledger.js';
import { type RevisionSource, resolveRevisions } from './load-revisions.js';
import { withMigrationLock } from './migration-lock.js';
import { runRevision } from './run-revision.js';

/** An engine, or a database that stands on one. */
export type MigrationTarget = Engine | { readonly engine: Engine };

export type MigrationProgress =
  | { readonly kind: 'waiting'; readonly holder: string }
  | { readonly kind: 'running'; readonly direction: Direction; readonly revision: Revision }
  | {
      readonly kind: 'finished';
      readonly direction: Direction;
      readonly revision: Revision;
      readonly durationMs: number;
    };

export interface MigrationOptions {
  /** The folder of the revision files, or what `loadRevisions` made of it. */
  readonly revisions: RevisionSource;
  /** Seconds to wait while another process runs revisions. Default: 60. */
  readonly lockTimeout?: number;
  readonly onProgress?: (event: MigrationProgress) => void;
}

/** A revision that was run. */
export interface RevisionOutcome {
  readonly id: string;
  readonly message: string;
  readonly durationMs: number;
}

export interface MigrationOutcome {
  readonly ran: readonly RevisionOutcome[];
  /** The applied revisions that no applied one revises; none at the base. */
  readonly heads: readonly string[];
  readonly warnings: readonly string[];
}

const DEFAULT_LOCK_TIMEOUT = 60;

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
  assertDirect(engineOf(target));
  const graph = await resolveRevisions(options.revisions);
  return await engineOf(target).withConnection(async (connection) => {
    const look = async () => {
      const state = appliedState(graph, await readLedger(connection));
      assertRunnable(state, direction);
      return state;
    };
    const before = await look();
    // Once, before the lock: of two callers that say -1 at the same time, the second finds it done.
    const resolved = resolveTarget(graph, revision, before.applied);
    const isDone = plan(graph, before.applied, resolved).length === 0;
    if (isDone && before.interrupted.size === 0) return outcome(graph, before, []);
    const lock = {
      timeout: options.lockTimeout ?? DEFAULT_LOCK_TIMEOUT,
      onWait: (holder: string) => options.onProgress?.({ kind: 'waiting', holder }),
    };
    return await withMigrationLock(connection, lock, async () => {
      await createLedger(connection);
      const state = await look();
      assertNotInterrupted(state, direction);
      const revisions = plan(graph, state.applied, resolved);
      const ran = await runAll(connection, direction, revisions, state, options);
      return outcome(graph, await look(), ran);
    });
  });
}

/** The migration lock belongs to a session, and a transaction pooler would strand it in one. */
function assertDirect({ pooler, description }: Engine): void {
  if (pooler !== 'transaction') return;
  throw new PlinthError(
    'MIGRATE_POOLER',
    `revisions cannot run through the transaction pooler at ${description}`,
    { hint: 'Set MIGRATION_DATABASE_URL to the server itself, without the pooler.' },
  );
}

async function runAll(
  connection: Connection,
  direction: Direction,
  revisions: readonly Revision[],
  state: AppliedState,
  options: MigrationOptions,
): Promise<readonly RevisionOutcome[]> {
  const ran: RevisionOutcome[] = [];
  for (const revision of revisions) {
    options.onProgress?.({ kind: 'running', direction, revision });
    const interrupted = state.interrupted.get(revision.id);
    const durationMs = await runRevision(connection, { revision, direction, interrupted });
    options.onProgress?.({ kind: 'finished', direction, revision, durationMs });
    ran.push({ id: revision.id, message: revision.message, durationMs });
  }
  return ran;
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
