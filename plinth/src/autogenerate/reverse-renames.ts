// Renames the other way round, for the way back. Pure.

import type { Rename } from '../diff/index.js';
import { quoteIdentifier, splitIdentifiers } from '../sql/index.js';

/** What an object is called after all renames, and what it was called before them. */
interface Pair {
  readonly after: readonly string[];
  readonly before: readonly string[];
}

/**
 * In the same order: what holds another thing is renamed before it in both directions, so a name
 * stands in what its holder is called by then.
 */
export function reverseRenames(renames: readonly Rename[]): readonly Rename[] {
  const pairs: Pair[] = [];
  return renames.map(({ object, to }) => {
    const names = splitIdentifiers(object);
    const holder = names.slice(0, -1);
    const last = names.at(-1) ?? '';
    const held = nameBefore(holder, pairs);
    pairs.push({ after: [...holder, to], before: [...held, last] });
    return { object: [...held, to].map(quoteIdentifier).join('.'), to: last };
  });
}

function nameBefore(names: readonly string[], pairs: readonly Pair[]): readonly string[] {
  const plain = withoutPublic(names);
  const renamed = pairs.findLast(({ after }) => startsWith(plain, withoutPublic(after)));
  if (renamed === undefined) return names;
  return [...renamed.before, ...plain.slice(withoutPublic(renamed.after).length)];
}

function startsWith(names: readonly string[], start: readonly string[]): boolean {
  return start.every((name, index) => names[index] === name);
}

/** A name without a schema is in `public`. */
function withoutPublic(names: readonly string[]): readonly string[] {
  return names.length > 1 && names[0] === 'public' ? names.slice(1) : names;
}
