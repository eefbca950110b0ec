// Turns an offset in a text into a line number. LF, CR and CR LF each end one line.

/** How many line ends begin between two offsets. */
export function countLineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let i = from; i < to; i++) {
    const char = text.charCodeAt(i);
    if (char === 10 || (char === 13 && text.charCodeAt(i + 1) !== 10)) count++;
  }
  return count;
}

/** The line of an offset (in UTF-16 code units); the first line is 1. */
export function lineAt(text: string, offset: number): number {
  return 1 + countLineEnds(text, 0, Math.min(offset, text.length));
}
