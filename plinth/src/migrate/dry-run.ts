// What an upgrade or a downgrade would run, in order, with what it may do to a live system. It
// reads the ledger, takes no lock, and creates nothing.

import type { Hazard, LockMode } from '../catalog/index.js';
import {
  currentHeads,
  hazardsInComments,
  planDowngrade,
  planUpgrade,
  type Revision,
  type RevisionGraph,
  resolveTarget,
} from '../revisions/index.js';
import type { SqlStatement } from '../sql/index.js';
import {
  type AppliedState,
  appliedState,
  assertNotInterrupted,
  assertRunnable,
  type Interrupted,
} from './applied-state.js';
import { assertTogether } from './assert-together.js';
import { HAZARD_KINDS } from './hazards/hazard-rule.js';
import { createdTable, readStatement } from './hazards/statement-hazards.js';
import { type Direction, readLedger } from './ledger.js';
import { resolveRevisions } from './load-revisions.js';
import type { MigrationOptions, MigrationTarget } from './migration-options.js';
import { engineOf, restyledWarnings } from './migration-session.js';
import { type RevisionStep, revisionSteps, stepStatements } from './revision-steps.js';

export interface DryRun {
  readonly direction: Direction;
  /** The heads of what is applied, before and after. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** In the order in which they would run; empty where there is nothing to do. */
  readonly revisions: readonly DryRunRevision[];
  readonly warnings: readonly string[];
}

export interface DryRunRevision {
  readonly id: string;
  readonly message: string;
  readonly path: string;
  readonly steps: readonly DryRunStep[];
}

export interface DryRunStep {
  /**
   * `transaction`: its statements share one. `alone`: PostgreSQL refuses it in a transaction.
   * `procedure`: it may end transactions itself. `module`: a function of a `.ts` revision, whose
   * statements nobody knows before it runs.
   */
  readonly kind: RevisionStep['kind'];
  /** Whether an interrupted run has ended it: it is not run again. */
  readonly isDone: boolean;
  readonly statements: readonly DryRunStatement[];
}

export interface DryRunStatement {
  /** In the file. */
  readonly line: number;
  readonly text: string;
  /** On the table that it names; `undefined` where it locks none, or where that is not known. */
  readonly lock: LockMode | undefined;
  /**
   * As the comments above it tell, which autogenerate writes; without them as its text tells.
   * None for what is done to a table that the same run has created.
   */
  readonly hazards: readonly Hazard[];
}

/**
 * What `upgrade` or `downgrade` would do now.
 *
 * @param revision How far, as `upgrade` and `downgrade` take it.
 * @throws PlinthError of the codes REVISION_* and MIGRATE_*, as the run would.
 * @example
 * const { revisions } = await dryRun(db, 'upgrade', 'head', { revisions: './revisions' });
 */
export async function dryRun(
  target: MigrationTarget,
  direction: Direction,
  revision: string,
  options: Pick<MigrationOptions, 'revisions' | 'ledger' | 'singleTransaction'>,
): Promise<DryRun> {
  const graph = await resolveRevisions(options.revisions);
  const entries = await engineOf(target).withConnection((connection) =>
    readLedger(connection, options.ledger),
  );
  const state = appliedState(graph, entries);
  assertRunnable(state, direction);
  assertNotInterrupted(state, direction);
  const resolved = resolveTarget(graph, revision, state.applied);
  const plan = direction === 'upgrade' ? planUpgrade : planDowngrade;
  const revisions = plan(graph, state.applied, resolved);
  if (options.singleTransaction === true) assertTogether({ revisions, direction, state });
  return describeRun(graph, state, direction, revisions);
}

function describeRun(
  graph: RevisionGraph,
  state: AppliedState,
  direction: Direction,
  plan: readonly Revision[],
): DryRun {
  const after = new Set(state.applied);
  for (const { id } of plan) {
    if (direction === 'upgrade') after.add(id);
    else after.delete(id);
  }
  const headsOf = (applied: AppliedState['applied']) =>
    currentHeads(graph, applied).map(({ id }) => id);
  const fresh = new Set<string>();
  return {
    direction,
    from: headsOf(state.applied),
    to: headsOf(after),
    revisions: plan.map((revision) => {
      return describeRevision(revision, direction, state.interrupted.get(revision.id), fresh);
    }),
    warnings: restyledWarnings(state),
  };
}

/** @param fresh Tables that the run has created so far; those of this revision are added. */
function describeRevision(
  revision: Revision,
  direction: Direction,
  interrupted: Interrupted | undefined,
  fresh: Set<string>,
): DryRunRevision {
  const { id, message, path, source } = revision;
  const done = interrupted?.stepsDone ?? 0;
  const told = new Map<SqlStatement, readonly Hazard[]>();
  if (source.kind === 'sql') {
    for (const statement of source[direction]) {
      told.set(statement, hazardsInComments(statement, HAZARD_KINDS));
    }
  }
  const steps = revisionSteps(revision, direction, interrupted).map((step, index): DryRunStep => {
    // A module counts its own steps, and goes on behind those that have ended.
    const isDone = index < done && step.kind !== 'module';
    const statements = stepStatements(step).map((statement): DryRunStatement => {
      const { text, line } = statement;
      const { lock, hazards } = readStatement(text, fresh);
      const created = isDone ? undefined : createdTable(text);
      if (created !== undefined) fresh.add(created);
      const known = told.get(statement) ?? [];
      return { line, text, lock, hazards: known.length > 0 ? known : hazards };
    });
    return { kind: step.kind, isDone, statements };
  });
  return { id, message, path, steps };
}
