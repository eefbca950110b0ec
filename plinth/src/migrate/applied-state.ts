// What the ledger and the revision files together say about a database. Pure.

import { PlinthError } from '../errors/index.js';
import type { Revision, RevisionGraph, RevisionId } from '../revisions/index.js';
import type { Direction, EntryState, JsonObject, LedgerEntry } from './ledger.js';

/** A revision that was interrupted between two of its steps. */
export interface Interrupted {
  readonly direction: Direction;
  /** How many steps have ended. */
  readonly stepsDone: number;
  /** `started`: the step behind those was begun outside a transaction. */
  readonly state: EntryState;
  readonly fingerprint: string;
  /** What was looked at before that step. */
  readonly observed: JsonObject | null;
}

export interface AppliedState {
  /** Ids that are applied, in the order they were. */
  readonly applied: ReadonlySet<RevisionId>;
  readonly interrupted: ReadonlyMap<string, Interrupted>;
  /** Entries of revisions, applied or half-way, that no file carries. */
  readonly unknown: readonly LedgerEntry[];
  /** Files whose comments or white space changed since they were applied. */
  readonly restyled: readonly Revision[];
  /** Files whose statements changed since they were applied. */
  readonly changed: readonly Revision[];
  /** Those of them whose upgrade is as it was. */
  readonly correctedDowngrades: readonly Revision[];
  /** Revisions never applied although a later one, that needs them, is. */
  readonly skipped: readonly Revision[];
}

/** Reads the state of a database from its ledger's last entries and the files. */
export function appliedState(graph: RevisionGraph, entries: readonly LedgerEntry[]): AppliedState {
  const applied = new Set<RevisionId>();
  const interrupted = new Map<string, Interrupted>();
  const unknown: LedgerEntry[] = [];
  const restyled: Revision[] = [];
  const changed: Revision[] = [];
  const correctedDowngrades: Revision[] = [];
  for (const entry of entries) {
    const isHalfway = entry.state !== 'finished';
    if (isHalfway) interrupted.set(entry.revision, interruption(entry));
    if (!isHalfway && !isApplied(entry)) continue;
    const revision = graph.get(entry.revision);
    if (revision === undefined) {
      unknown.push(entry);
      continue;
    }
    if (!isApplied(entry)) continue;
    applied.add(revision.id);
    // Of one that is half-way, the runner compares what has run.
    if (isHalfway || revision.checksum === entry.checksum) continue;
    (revision.fingerprint === entry.fingerprint ? restyled : changed).push(revision);
    if (upgradePart(revision.fingerprint) !== upgradePart(entry.fingerprint)) continue;
    if (revision.fingerprint !== entry.fingerprint) correctedDowngrades.push(revision);
  }
  const needed = graph.ancestorsOf([...applied]);
  const skipped = graph.revisions.filter(
    (revision) =>
      needed.has(revision.id) && !applied.has(revision.id) && !interrupted.has(revision.id),
  );
  return { applied, interrupted, unknown, restyled, changed, correctedDowngrades, skipped };
}

function upgradePart(fingerprint: string): string {
  return fingerprint.split('.')[0] ?? '';
}

/** A downgrade that was interrupted has not taken its revision away yet. */
function isApplied(entry: LedgerEntry): boolean {
  return entry.direction === 'upgrade' ? entry.state === 'finished' : entry.state !== 'finished';
}

function interruption(entry: LedgerEntry): Interrupted {
  const { direction, fingerprint, state, step, observed } = entry;
  const stepsDone = state === 'step' ? step : step - 1;
  return { direction, fingerprint, stepsDone, state, observed };
}

/**
 * Refuses a state in which nothing may be run: it names each revision that stands in the way.
 *
 * @throws PlinthError MIGRATE_UNKNOWN_REVISION, MIGRATE_CHECKSUM_MISMATCH or MIGRATE_OUT_OF_ORDER.
 */
export function assertRunnable(state: AppliedState, direction: Direction): void {
  if (state.unknown.length > 0) throw unknownRevisions(state.unknown);
  // A downgrade that failed can only be corrected in its file; what was applied is untouched.
  const changed =
    direction === 'upgrade'
      ? state.changed
      : state.changed.filter((revision) => !state.correctedDowngrades.includes(revision));
  if (changed.length > 0) throw changedRevisions(changed);
  if (state.skipped.length > 0 && direction === 'upgrade') throw skippedRevisions(state.skipped);
}

/**
 * Refuses to go one way while a revision is half-way in the other. Only under the migration lock
 * does half-way mean interrupted: before, somebody may be at work on it.
 *
 * @throws PlinthError MIGRATE_INTERRUPTED
 */
export function assertNotInterrupted(state: AppliedState, direction: Direction): void {
  for (const [revision, { direction: halfway }] of state.interrupted) {
    if (halfway === direction) continue;
    throw new PlinthError(
      'MIGRATE_INTERRUPTED',
      `the ${halfway} of revision ${revision} was interrupted half-way`,
      { hint: `Finish it first with \`plinth ${halfway}\`.`, details: { revision } },
    );
  }
}

function unknownRevisions(entries: readonly LedgerEntry[]): PlinthError {
  const names = entries.map(({ revision, message }) => `${revision} (${message})`);
  return new PlinthError(
    'MIGRATE_UNKNOWN_REVISION',
    `the database is newer than the code: it has ${names.join(', ')}, which no file carries`,
    {
      hint: 'Deploy the code that has these revisions, or restore their files.',
      details: { revisions: entries.map(({ revision }) => revision) },
    },
  );
}

function changedRevisions(revisions: readonly Revision[]): PlinthError {
  const names = revisions.map(({ path }) => path);
  return new PlinthError(
    'MIGRATE_CHECKSUM_MISMATCH',
    `changed since it was applied: ${names.join(', ')}`,
    {
      hint: 'Restore the file as it was applied, and put the change into a new revision.',
      details: { revisions: revisions.map(({ id }) => id) },
    },
  );
}

function skippedRevisions(revisions: readonly Revision[]): PlinthError {
  const names = revisions.map(({ id, message }) => `${id} (${message})`);
  return new PlinthError(
    'MIGRATE_OUT_OF_ORDER',
    `never applied, although a later revision is: ${names.join(', ')}`,
    {
      hint: 'Give the new revision the current head as its parent, or downgrade below it first.',
      details: { revisions: revisions.map(({ id }) => id) },
    },
  );
}
