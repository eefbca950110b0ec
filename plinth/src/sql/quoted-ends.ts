// Finds where something quoted or commented ends. Plain searching, no regular expression with
// a repeated group: those overflow on literals of several megabytes.

/** End of a quoted run whose quote opens at `open`; doubled quotes stay inside. -1: never. */
export function endOfQuoted(text: string, open: number, quote: string): number {
  let at = text.indexOf(quote, open + 1);
  while (at !== -1 && text[at + 1] === quote) at = text.indexOf(quote, at + 2);
  return at === -1 ? -1 : at + 1;
}

/** The same for a string with backslash escapes, whose quote opens at `open`. -1: never. */
export function endOfEscapeString(text: string, open: number): number {
  const special = /['\\]/g;
  special.lastIndex = open + 1;
  for (let found = special.exec(text); found !== null; found = special.exec(text)) {
    const escapes = found[0] === '\\' || text[found.index + 1] === "'";
    if (!escapes) return found.index + 1;
    special.lastIndex = found.index + 2;
  }
  return -1;
}

/** End of a block comment that opens at `open`; block comments nest. -1: never. */
export function endOfBlockComment(text: string, open: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = open;
  let depth = 0;
  for (let found = edge.exec(text); found !== null; found = edge.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return found.index + 2;
  }
  return -1;
}
