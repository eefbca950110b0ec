// Where a database stands in its project's history. It reads and never writes.

import { currentHeads, type Revision } from '../revisions/index.js';
import { type AppliedState, appliedState } from './applied-state.js';
import { readLedger } from './ledger.js';
import { type RevisionSource, resolveRevisions } from './load-revisions.js';
import { engineOf, type MigrationTarget, restyledWarnings } from './migration-session.js';

export interface MigrationStatus {
  /**
   * The first of these that holds. `unknown`: the database has revisions that no file carries, so
   * it is newer than the code. `changed`: the file of an applied revision runs something else now.
   * `interrupted`: a revision is half-way. `pending`: some are not applied. `current`: all are.
   */
  readonly state: 'unknown' | 'changed' | 'interrupted' | 'pending' | 'current';
  /** Ids in the order they were applied. */
  readonly applied: readonly string[];
  readonly pending: readonly Revision[];
  /** Ids that no file carries. */
  readonly unknown: readonly string[];
  /** The applied revisions that no applied one revises; none at the base. */
  readonly heads: readonly string[];
  /** Files that are not as they were applied, and revisions stopped half-way. */
  readonly warnings: readonly string[];
}

/** @throws PlinthError MIGRATE_LEDGER_NEWER, or what reading the folder throws. */
export async function status(
  target: MigrationTarget,
  options: { readonly revisions: RevisionSource },
): Promise<MigrationStatus> {
  const graph = await resolveRevisions(options.revisions);
  const entries = await engineOf(target).withConnection(readLedger);
  const state = appliedState(graph, entries);
  const pending = graph.revisions.filter(({ id }) => !state.applied.has(id));
  const changed = state.changed.map(({ path }) => `${path}: changed since it was applied`);
  const halfway = [...state.interrupted].map(
    ([id, { direction }]) => `${id}: its ${direction} was interrupted half-way`,
  );
  return {
    state: statusWord(state, pending.length),
    applied: [...state.applied],
    pending,
    unknown: state.unknown.map(({ revision }) => revision),
    heads: currentHeads(graph, state.applied).map(({ id }) => id),
    warnings: [...changed, ...restyledWarnings(state), ...halfway],
  };
}

function statusWord(state: AppliedState, pending: number): MigrationStatus['state'] {
  if (state.unknown.length > 0) return 'unknown';
  if (state.changed.length > 0) return 'changed';
  if (state.interrupted.size > 0) return 'interrupted';
  return pending > 0 ? 'pending' : 'current';
}
