// The errors of identifiers that name no revision, or too many. Words only, no decisions.

import { PlinthError } from '../errors/index.js';
import { nearMisses } from './near-misses.js';
import type { Revision } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

/** An identifier that nothing in the history answers to. */
export function notFoundError(graph: RevisionGraph, text: string, part = text): PlinthError {
  const names = graph.revisions.flatMap(({ id, branchLabels }) => [id, ...branchLabels]);
  const near = nearMisses(part, [...names, 'head', 'heads', 'base', 'current']);
  const tooShort = part.length < 4 && names.some((name) => name.startsWith(part));
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
): PlinthError {
  return new PlinthError(
    'REVISION_AMBIGUOUS',
    `"${text}" is ambiguous: ${reason}:${listRevisions(candidates)}`,
    {
      hint: 'Name one of these revisions by its full id, or a branch as in "label@head".',
      details: { identifier: text, candidates: candidates.map(({ id }) => id) },
    },
  );
}

/** `head` where there are several. */
export function multipleHeadsError(text: string, heads: readonly Revision[]): PlinthError {
  return new PlinthError(
    'REVISION_MULTIPLE_HEADS',
    `"${text}" names one head, but the history has ${heads.length}:${listRevisions(heads)}`,
    {
      hint: 'Use "heads" for all of them, name one by its id, or merge them into one revision.',
      details: { identifier: text, heads: heads.map(({ id }) => id) },
    },
  );
}

/** One line for each revision: id and message. */
export function listRevisions(revisions: readonly Revision[]): string {
  return revisions.map(({ id, message }) => `\n  ${id} ${message}`).join('');
}
