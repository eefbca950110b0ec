// The revisions that an identifier names, for commands that neither apply nor undo them.

import {
  type Revision,
  type RevisionGraph,
  type RevisionId,
  resolveTarget,
  revisionsOf,
} from '../revisions/index.js';

/**
 * None for the base.
 *
 * @param applied What `current` and steps such as `-1` start from.
 * @throws PlinthError as `resolveTarget`.
 */
export function namedRevisions(
  graph: RevisionGraph,
  text: string,
  applied: ReadonlySet<RevisionId> = new Set(),
): readonly Revision[] {
  return revisionsOf(resolveTarget(graph, text, applied));
}

/** Whether an identifier, or an end of a range, says where a database is. */
export function asksDatabase(text: string): boolean {
  const [from = '', to] = text.split(':').map((part) => part.trim());
  if (to === undefined) return isRelative(from);
  if (isRelative(from) && isRelative(to)) return true;
  // In a range, steps down before the colon and up behind it count from the other end.
  return (isRelative(from) && !/^-\d+$/.test(from)) || (isRelative(to) && !/^\+\d+$/.test(to));
}

function isRelative(text: string): boolean {
  return /^(?:.*@)?(?:current(?:[+-]\d+)?|[+-]\d+)$/s.test(text);
}
