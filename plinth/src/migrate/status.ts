// Where a database stands in its project's history. It reads and never writes.

import { currentHeads, type Revision } from '../revisions/index.js';
import { type AppliedState, appliedState } from './applied-state.js';
import { readLedger } from './ledger.js';
import { type RevisionSource, resolveRevisions } from './load-revisions.js';
import type { MigrationTarget } from './migration-options.js';
import { engineOf, restyledWarnings } from './migration-session.js';

export interface MigrationStatus {
  /**
   * The first of these that holds. `unknown`: the database has revisions that no file carries, so
   * it is newer than the code. `changed`: the file of an applied revision runs something else now.
   * `interrupted`: a revision is half-way. `skipped`: one was never applied although a later one
   * is. `pending`: some are not applied. `current`: all are.
   */
  readonly state: 'unknown' | 'changed' | 'interrupted' | 'skipped' | 'pending' | 'current';
  /** Ids in the order they were applied. */
  readonly applied: readonly string[];
  readonly pending: readonly Revision[];
  /** Ids that no file carries. */
  readonly unknown: readonly string[];
  /** The applied revisions that no applied one revises; none at the base. */
  readonly heads: readonly string[];
  /** Files that are not as they were applied, revisions stopped half-way, and those skipped. */
  readonly warnings: readonly string[];
}

/** @throws PlinthError MIGRATE_LEDGER_NEWER, or what reading the folder throws. */
export async function status(
  target: MigrationTarget,
  options: { readonly revisions: RevisionSource; readonly ledger?: string | undefined },
): Promise<MigrationStatus> {
  const graph = await resolveRevisions(options.revisions);
  const entries = await engineOf(target).withConnection((connection) =>
    readLedger(connection, options.ledger),
  );
  const state = appliedState(graph, entries);
  const pending = graph.revisions.filter(({ id }) => !state.applied.has(id));
  const changed = state.changed.map(({ path }) => `${path}: changed since it was applied`);
  const halfway = [...state.interrupted].map(
    ([id, { direction }]) => `${id}: its ${direction} was interrupted half-way`,
  );
  const skipped = state.skipped.map(
    ({ id }) => `${id}: never applied, although a later revision is`,
  );
  return {
    state: statusWord(state, pending.length),
    applied: [...state.applied],
    pending,
    unknown: state.unknown.map(({ revision }) => revision),
    heads: currentHeads(graph, state.applied).map(({ id }) => id),
    warnings: [...changed, ...restyledWarnings(state), ...halfway, ...skipped],
  };
}

function statusWord(state: AppliedState, pending: number): MigrationStatus['state'] {
  if (state.unknown.length > 0) return 'unknown';
  if (state.changed.length > 0) return 'changed';
  if (state.interrupted.size > 0) return 'interrupted';
  if (state.skipped.length > 0) return 'skipped';
  return pending > 0 ? 'pending' : 'current';
}
