// Splits SQL text into its statements, each with its place in the text. Never changes a
// statement's text.

import { countLineEnds } from './line-at.js';
import { groupStatements, type SqlOrigin, WHOLE_TEXT } from './statement-groups.js';

export interface SqlStatement {
  /** From its first token to its last: no semicolon, no comment before or after it. */
  readonly text: string;
  /** Line of its first token; the first line is 1. */
  readonly line: number;
  /** Index of its first token, in UTF-16 code units. */
  readonly offset: number;
}

/**
 * The statements of a text, by psql's rules: quotes, dollar quotes, nested comments, parentheses
 * and BEGIN ATOMIC bodies keep their semicolons. Empty statements are left out.
 *
 * `origin` is where the text begins in its file; lines, offsets and errors count from there.
 *
 * @throws PlinthError `SQL_UNTERMINATED` with the line where it was opened, and
 *   `SQL_UNSUPPORTED` for psql's commands and COPY through the client.
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html
 */
export function splitStatements(
  text: string,
  origin: SqlOrigin = WHOLE_TEXT,
): readonly SqlStatement[] {
  const statements: SqlStatement[] = [];
  let line = origin.line;
  let counted = 0;
  for (const tokens of groupStatements(text, origin)) {
    const first = tokens[0];
    const last = tokens.at(-1);
    if (first === undefined || last === undefined) continue;
    line += countLineEnds(text, counted, first.offset);
    counted = first.offset;
    statements.push({
      text: text.slice(first.offset, last.offset + last.text.length),
      line,
      offset: origin.offset + first.offset,
    });
  }
  return statements;
}
