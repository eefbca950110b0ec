// Reduces SQL to what PostgreSQL reads, for fingerprints. The result is never run or shown.

import { groupStatements } from './statement-groups.js';

/**
 * The tokens of each statement with one space between them and a semicolon after each statement:
 * texts that differ only in comments, white space and empty statements come out alike, others do
 * not. Quoted and dollar-quoted text stays byte for byte.
 *
 * A space goes between all tokens, also where the text had none, or `f(a,b)` and `f(a, b)` would
 * differ.
 *
 * @throws PlinthError as `splitStatements` does.
 */
export function normalizeSql(text: string): string {
  return groupStatements(text)
    .map((tokens) => `${tokens.map((token) => token.text).join(' ')};`)
    .join('\n');
}
