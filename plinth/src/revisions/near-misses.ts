// Finds the names a mistyped one may have meant, for hints. Never decides anything.

/** How many edits apart two names may be. */
const MOST_EDITS = 2;

/** At most three candidates within two edits of a text, or that begin with it; best first. */
export function nearMisses(text: string, candidates: Iterable<string>): readonly string[] {
  const near: { readonly candidate: string; readonly distance: number }[] = [];
  for (const candidate of candidates) {
    const distance = distanceTo(text, candidate);
    if (distance <= MOST_EDITS) near.push({ candidate, distance });
  }
  near.sort((a, b) => a.distance - b.distance);
  return near.slice(0, 3).map(({ candidate }) => candidate);
}

function distanceTo(text: string, candidate: string): number {
  if (text.length > 1 && candidate.startsWith(text)) return 1;
  return editsBetween(text, candidate, MOST_EDITS);
}

// Levenshtein's distance, given up beyond `most`: a history may have thousands of ids, and most
// of them differ from the first letters on.
function editsBetween(text: string, other: string, most: number, from = 0, at = 0): number {
  if (Math.abs(text.length - from - (other.length - at)) > most) return Number.POSITIVE_INFINITY;
  let i = from;
  let j = at;
  while (i < text.length && j < other.length && text[i] === other[j]) {
    i += 1;
    j += 1;
  }
  if (i === text.length || j === other.length) return Math.max(text.length - i, other.length - j);
  if (most === 0) return Number.POSITIVE_INFINITY;
  const replaced = editsBetween(text, other, most - 1, i + 1, j + 1);
  const removed = editsBetween(text, other, most - 1, i + 1, j);
  const added = editsBetween(text, other, most - 1, i, j + 1);
  return 1 + Math.min(replaced, removed, added);
}
