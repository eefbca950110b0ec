// Finds the names a mistyped one may have meant, for hints. Never decides anything.

/** At most three candidates within two edits of a text, or that begin with it; best first. */
export function nearMisses(text: string, candidates: readonly string[]): readonly string[] {
  return candidates
    .map((candidate) => ({ candidate, distance: distanceTo(text, candidate) }))
    .filter(({ distance }) => distance <= 2)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

function distanceTo(text: string, candidate: string): number {
  if (text.length > 1 && candidate.startsWith(text)) return 1;
  if (Math.abs(text.length - candidate.length) > 2) return Number.POSITIVE_INFINITY;
  // Levenshtein, one row at a time.
  let row = Array.from({ length: candidate.length + 1 }, (_, index) => index);
  for (let i = 0; i < text.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < candidate.length; j++) {
      const replaced = (row[j] ?? 0) + (text[i] === candidate[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
