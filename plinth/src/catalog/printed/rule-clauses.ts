// Cuts what PostgreSQL printed of a rule into its clauses.

import { breakBefore } from '../views/clause-breaks.js';
import { readable } from './readable.js';

const STEP = 4;

/**
 * `ON UPDATE TO public.t`, then a condition, then `DO INSTEAD …`: each for a line that is indented
 * by four spaces.
 */
export function ruleClauses(text: string): readonly string[] {
  const [event = '', ...parts] = breakBefore(['DO'], text);
  const action = /^DO\s+(INSTEAD\s+)?(\S[\s\S]*)$/.exec(parts.join(' '));
  if (action === null) return [text];
  const when = breakBefore(['WHERE'], event).map((clause) => readable(clause, STEP));
  const [, instead, body = ''] = action;
  return [...when, `${instead === undefined ? 'DO' : 'DO INSTEAD'}${layOutAction(body)}`];
}

/** Several actions stand in parentheses, one that needs several lines begins on the next. */
function layOutAction(action: string): string {
  if (action.startsWith('(')) return ` ${readable(action, STEP)}`;
  const text = readable(action, 2 * STEP);
  return text.includes('\n') ? `\n${' '.repeat(2 * STEP)}${text}` : ` ${text}`;
}
