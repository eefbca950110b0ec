// Writes a text between dollar signs. It never changes a byte of the text.

/**
 * The text as a dollar-quoted string, `$$…$$`, with a tag where the text itself would end that.
 *
 * @example dollarQuote('SELECT 1') // '$$SELECT 1$$'
 */
export function dollarQuote(text: string): string {
  for (let attempt = 0; ; attempt++) {
    const delimiter = delimiterOf(attempt);
    // The end of the text and the start of the delimiter may also make one together.
    if (`${text}${delimiter}`.indexOf(delimiter) === text.length) {
      return `${delimiter}${text}${delimiter}`;
    }
  }
}

function delimiterOf(attempt: number): string {
  if (attempt === 0) return '$$';
  return attempt === 1 ? '$body$' : `$body${attempt}$`;
}
