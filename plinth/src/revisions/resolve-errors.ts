// The errors of identifiers that name no revision, or too many. Words only, no decisions.

import { PlinthError } from '../errors/index.js';
import { nearMisses } from './near-misses.js';
import { RESERVED_IDENTIFIERS, type Revision } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

/** An identifier that nothing in the history answers to. */
export function notFoundError(graph: RevisionGraph, text: string, part = text): PlinthError {
  const near = nearMisses(part, namesIn(graph));
  const tooShort = part.length < 4 && graph.revisions.some(({ id }) => id.startsWith(part));
  const asked = part === text ? `"${text}"` : `"${part}" in "${text}"`;
  const hints = {
    short: 'Give at least four characters of the id.',
    near: `Use one of these if it was meant: ${near.join(', ')}.`,
    none: 'Look the id up with "plinth history".',
  };
  const hint = tooShort ? hints.short : near.length > 0 ? hints.near : hints.none;
  return new PlinthError('REVISION_NOT_FOUND', `No revision or branch is called ${asked}.`, {
    hint,
    details: { identifier: text, near },
  });
}

function* namesIn({ revisions }: RevisionGraph): Generator<string> {
  for (const { id, branchLabels } of revisions) {
    yield id;
    yield* branchLabels;
  }
  yield* RESERVED_IDENTIFIERS;
}

/** A relative identifier that leads out of the history, or the wrong way. */
export function unreachableError(text: string, reason: string): PlinthError {
  return new PlinthError('REVISION_NOT_FOUND', `"${text}" leads to no revision: ${reason}.`, {
    hint: 'Name the revision by its id; "plinth history" lists them.',
    details: { identifier: text },
  });
}

/** An identifier that several revisions answer to. */
export function ambiguousError(
  text: string,
  reason: string,
  candidates: readonly Revision[],
  hint = 'Name one of these revisions by its full id, or a branch as in "label@head".',
): PlinthError {
  return new PlinthError(
    'REVISION_AMBIGUOUS',
    `"${text}" is ambiguous: ${reason}:${listRevisions(candidates)}`,
    {
      hint,
      details: { identifier: text, candidates: candidates.map(({ id }) => id) },
    },
  );
}

/** `head` where there are several, of the history or of a branch. */
export function multipleHeadsError(
  text: string,
  heads: readonly Revision[],
  branch: Revision | undefined,
): PlinthError {
  const whole = branch === undefined ? 'the history' : `the branch of ${branch.id}`;
  const all = text.endsWith('head') ? `, name all of them with "${text}s"` : '';
  const one = branch === undefined ? 'a branch as in "label@head"' : 'one of them by its id';
  return new PlinthError(
    'REVISION_MULTIPLE_HEADS',
    `"${text}" names one head, but ${whole} has ${heads.length}:${listRevisions(heads)}`,
    {
      hint: `Merge them with "plinth merge"${all}, or name ${one}.`,
      details: { identifier: text, heads: heads.map(({ id }) => id) },
    },
  );
}

const MOST_LISTED = 20;

/** One line for each revision: id and message. */
export function listRevisions(revisions: readonly Revision[]): string {
  const lines = revisions.slice(0, MOST_LISTED).map(({ id, message }) => `\n  ${id} ${message}`);
  const more = revisions.length - lines.length;
  return more === 0 ? lines.join('') : `${lines.join('')}\n  and ${more} more`;
}
