// Writes into the ledger that revisions are applied, or are not, without running them.

import type { Connection } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import { currentHeads, planStamp, type RevisionGraph } from '../revisions/index.js';
import { type AppliedState, appliedState, assertRunnable } from './applied-state.js';
import {
  type Direction,
  entryStatement,
  type LedgerEntry,
  type NewEntry,
  readLedger,
} from './ledger.js';
import { type RevisionSource, resolveRevisions } from './load-revisions.js';
import type { LedgerOptions, MigrationTarget } from './migration-options.js';
import { withLedger } from './with-ledger.js';

export interface StampOptions extends LedgerOptions {
  /** The folder of the revision files, or what `loadRevisions` made of it. */
  readonly revisions: RevisionSource;
  /**
   * Makes the targets all that is applied: what is on other branches, in no file or half-way is
   * taken away too, and what changed since it was applied is written down as it is now.
   * Default: false.
   */
  readonly purge?: boolean | undefined;
  /** Written into the ledger beside each revision. */
  readonly tag?: string | undefined;
  /** Told when another process holds the migration lock. */
  readonly onWait?: ((holder: string) => void) | undefined;
}

export interface StampOutcome {
  /** Ids that are applied from now on, in their order. */
  readonly applied: readonly string[];
  /** Ids that are no longer. */
  readonly removed: readonly string[];
  /** The applied revisions that no applied one revises; none at the base. */
  readonly heads: readonly string[];
}

/**
 * Makes the ledger say that the database is at some revisions, in one transaction. Nothing of them
 * is run. Use it where a schema is there already, or was put right by hand.
 *
 * @param revisions Identifiers such as `head`, `base`, an id or `label@head`.
 * @throws PlinthError REVISION_NOT_FOUND and its like; MIGRATE_LOCK_TIMEOUT; without `purge` also
 *   MIGRATE_UNKNOWN_REVISION, MIGRATE_CHECKSUM_MISMATCH and MIGRATE_INTERRUPTED.
 * @example
 * const { heads } = await stamp(db, ['head'], { revisions: './revisions' });
 */
export async function stamp(
  target: MigrationTarget,
  revisions: readonly string[],
  options: StampOptions,
): Promise<StampOutcome> {
  const graph = await resolveRevisions(options.revisions);
  return await withLedger(target, options, async (connection) => {
    const entries = await readLedger(connection, options.ledger);
    const state = appliedState(graph, entries);
    const plan = options.purge === true ? purgePlan : stampPlan;
    const marks = plan(graph, state, entries, revisions);
    await writeMarks(connection, marks, options);
    const after = appliedState(graph, await readLedger(connection, options.ledger));
    const idsOf = (direction: Direction) =>
      marks.filter((mark) => mark.direction === direction).map(({ revision }) => revision.id);
    return {
      applied: idsOf('upgrade'),
      removed: idsOf('downgrade'),
      heads: currentHeads(graph, after.applied).map(({ id }) => id),
    };
  });
}

/** What one entry is to say. */
type Mark = Pick<NewEntry, 'revision' | 'direction' | 'fingerprint'>;

type Plan = (
  graph: RevisionGraph,
  state: AppliedState,
  entries: readonly LedgerEntry[],
  targets: readonly string[],
) => readonly Mark[];

const stampPlan: Plan = (graph, state, _entries, targets) => {
  // A revision that was skipped is what a stamp may put right.
  assertRunnable({ ...state, skipped: [] }, 'upgrade');
  assertNothingHalfway(state);
  const { apply, remove } = planStamp(graph, state.applied, targets);
  return [...remove.map(fileMark('downgrade')), ...apply.map(fileMark('upgrade'))];
};

const purgePlan: Plan = (graph, state, entries, targets) => {
  const { apply } = planStamp(graph, new Set(), targets);
  const wanted = new Set<string>(apply.map(({ id }) => id));
  const { applied, interrupted, restyled, changed } = state;
  const there = new Set<string>([...applied, ...interrupted.keys()]);
  const unknown = entries.filter((entry) => state.unknown.includes(entry)).map(unknownMark);
  const remove = graph.revisions.filter(({ id }) => there.has(id) && !wanted.has(id)).toReversed();
  const rewritten = [...restyled, ...changed];
  const write = apply.filter(
    (revision) =>
      !applied.has(revision.id) || interrupted.has(revision.id) || rewritten.includes(revision),
  );
  return [
    ...unknown.toReversed(),
    ...remove.map(fileMark('downgrade')),
    ...write.map(fileMark('upgrade')),
  ];
};

export function fileMark(direction: Direction) {
  return (revision: NewEntry['revision'] & { readonly fingerprint: string }): Mark => ({
    revision,
    direction,
    fingerprint: revision.fingerprint,
  });
}

/** Of a revision that only the ledger knows. */
function unknownMark({ revision: id, message, checksum, fingerprint }: LedgerEntry): Mark {
  return { revision: { id, message, checksum }, direction: 'downgrade', fingerprint };
}

/** The entry of a stamp: no step of the revision was run. */
export function stampEntry(mark: Mark, tag: string | undefined): NewEntry {
  return { ...mark, state: 'finished', step: 0, steps: 0, durationMs: 0, tag, stamped: true };
}

async function writeMarks(
  connection: Connection,
  marks: readonly Mark[],
  { tag, ledger }: StampOptions,
): Promise<void> {
  if (marks.length === 0) return;
  const entries = marks.map((mark) => entryStatement(stampEntry(mark, tag), ledger));
  await connection.script([{ text: 'BEGIN' }, ...entries, { text: 'COMMIT' }]);
}

function assertNothingHalfway({ interrupted }: AppliedState): void {
  const [first] = interrupted;
  if (first === undefined) return;
  const [revision, { direction }] = first;
  throw new PlinthError(
    'MIGRATE_INTERRUPTED',
    `the ${direction} of revision ${revision} was interrupted half-way`,
    {
      hint: `Finish it first with \`plinth ${direction}\`, or stamp with --purge.`,
      details: { revision },
    },
  );
}
