// Writes a stamp, and the creation of the ledger, as SQL scripts. Pure.

import {
  planOffline,
  planStamp,
  type Revision,
  type RevisionGraph,
  type RevisionId,
} from '../revisions/index.js';
import { type Expectation, guardText } from './offline-guard.js';
import { frameScript } from './offline-ledger.js';
import { appliedExpectation, dependentsOf, type OfflineOptions } from './offline-script.js';
import { entryText, RESET_TEXT } from './offline-text.js';
import { fileMark, stampEntry } from './stamp.js';

/**
 * The script of `stamp`: what is to be applied, or no longer, in one transaction.
 *
 * @param range What is taken for applied, a colon, and the target; without a colon nothing is taken
 *   for applied.
 * @throws PlinthError of the codes REVISION_*.
 * @example offlineStamp(graph, 'head')
 */
export function offlineStamp(
  graph: RevisionGraph,
  range: string,
  options: Omit<OfflineOptions, 'statementLockTimeout'> = {},
): string {
  const { assumed, target } = readRange(graph, range);
  const { apply, remove } = planStamp(graph, assumed, [target]);
  const marks = [...remove.map(fileMark('downgrade')), ...apply.map(fileMark('upgrade'))];
  const guard = {
    what: `stamp ${range}`,
    expectations: [...notApplied(graph, apply, remove), ...applied(graph, apply, remove)],
    ledger: options.ledger,
  };
  const entries = marks.map((mark) => entryText(stampEntry(mark, options.tag), options.ledger));
  const contents = marks.map(({ direction, revision }) => `${direction} ${revision.id}`);
  const framing = { title: `stamp ${range}`, contents, ledger: options.ledger, lockTimeoutMs: 0 };
  const transaction = ['BEGIN;', guardText(guard), ...entries, 'COMMIT;', RESET_TEXT].join('\n');
  return frameScript(framing, marks.length === 0 ? [] : [transaction]);
}

function readRange(
  graph: RevisionGraph,
  range: string,
): { readonly assumed: ReadonlySet<RevisionId>; readonly target: string } {
  const colon = range.lastIndexOf(':');
  const from = range.slice(0, Math.max(0, colon)).trim() || 'base';
  // A range that leads nowhere: it says what is taken for applied, and refuses what nobody knows.
  const { start } = planOffline(graph, 'upgrade', `${from}:${from}`);
  const assumed = graph.ancestorsOf(start.map(({ id }) => id));
  return { assumed, target: range.slice(colon + 1) };
}

/** The script of `ensure-version`: the ledger, where there is none. */
export function offlineLedger({ ledger }: Pick<OfflineOptions, 'ledger'> = {}): string {
  return frameScript({ title: 'ensure-version', contents: [], ledger, lockTimeoutMs: 0 }, []);
}

function notApplied(
  graph: RevisionGraph,
  apply: readonly Revision[],
  remove: readonly Revision[],
): readonly Expectation[] {
  const above = remove.flatMap((revision) => dependentsOf(graph, revision));
  const outside = above.filter((revision) => !remove.includes(revision));
  return unique([...apply, ...outside]).map((revision) => ({ revision, place: 'not applied' }));
}

function applied(
  graph: RevisionGraph,
  apply: readonly Revision[],
  remove: readonly Revision[],
): readonly Expectation[] {
  const below = apply.flatMap(({ id }) => [...graph.parentsOf(id), ...graph.dependenciesOf(id)]);
  const outside = below.filter((revision) => !apply.includes(revision));
  return unique([...remove, ...outside]).map(appliedExpectation);
}

function unique(revisions: readonly Revision[]): readonly Revision[] {
  return [...new Set(revisions)];
}
