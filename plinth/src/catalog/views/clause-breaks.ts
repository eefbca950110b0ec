// Cuts a statement that PostgreSQL printed on one line into its clauses.

import { tokenize } from '../../sql/index.js';

/**
 * The clauses of a text, cut before each of the keywords that stands outside of parentheses and
 * quotes. PostgreSQL prints keywords in upper case, and names without quotes in lower case.
 *
 * @example breakBefore(['FOR', 'EXECUTE'], 'FOR EACH ROW EXECUTE FUNCTION f()')
 * // ['FOR EACH ROW', 'EXECUTE FUNCTION f()']
 */
export function breakBefore(keywords: readonly string[], text: string): readonly string[] {
  const clauses: string[] = [];
  let clause = '';
  let depth = 0;
  for (const token of tokenize(text)) {
    if (token.text === '(') depth += 1;
    if (token.text === ')') depth -= 1;
    if (depth === 0 && token.kind === 'word' && keywords.includes(token.text)) {
      clauses.push(clause);
      clause = '';
    }
    clause += token.text;
  }
  return [...clauses, clause].map((one) => one.trim()).filter((one) => one !== '');
}
