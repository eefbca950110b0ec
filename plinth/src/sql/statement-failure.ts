// How PostgreSQL's refusal of a statement reads: the line it means, the statement, and
// PostgreSQL's own words. It throws nothing itself.

import { lineAt } from './line-at.js';
import type { SqlStatement } from './split-statements.js';
import { sqlStateOf } from './sql-state.js';

/** What PostgreSQL says of an error (PostgreSQL documentation, 54.8 "Error and Notice Messages"). */
export interface ServerFailure {
  readonly message: string;
  readonly sqlstate: string | undefined;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  /** Characters, from 1, into the statement. */
  readonly position: number | undefined;
  /** The function of PostgreSQL's source that said it: the same in every language. */
  readonly routine: string | undefined;
}

/** Reads an error of the driver; one that PostgreSQL did not send has only its message. */
export function readServerFailure(cause: unknown): ServerFailure {
  if (!(cause instanceof Error)) return { ...NOTHING_KNOWN, message: String(cause) };
  const position = Number(textOf(cause, 'position'));
  return {
    message: cause.message,
    sqlstate: sqlStateOf(cause),
    detail: textOf(cause, 'detail'),
    hint: textOf(cause, 'hint'),
    position: Number.isInteger(position) && position > 0 ? position : undefined,
    routine: textOf(cause, 'routine'),
  };
}

/** The line of the file that the failure is about. */
export function lineOfFailure(statement: SqlStatement, { position }: ServerFailure): number {
  if (position === undefined) return statement.line;
  // PostgreSQL counts characters; a JavaScript string counts UTF-16 units.
  const before = [...statement.text].slice(0, position - 1).join('');
  return statement.line + lineAt(statement.text, before.length) - 1;
}

/** PostgreSQL's words, a line each. */
export function describeFailure(failure: ServerFailure): readonly string[] {
  const state = failure.sqlstate === undefined ? '' : ` (SQLSTATE ${failure.sqlstate})`;
  return [
    `  PostgreSQL: ${failure.message}${state}`,
    ...(failure.detail === undefined ? [] : [`  detail: ${failure.detail}`]),
    ...(failure.hint === undefined ? [] : [`  its hint: ${failure.hint}`]),
  ];
}

const SHOWN_LINES = 12;

/** The beginning of a statement, indented. */
export function quoteStatement(text: string): readonly string[] {
  const lines = text.split(/\r?\n/);
  const shown = lines.slice(0, SHOWN_LINES).map((line) => `  | ${line}`);
  const left = lines.length - shown.length;
  return left > 0 ? [...shown, `  | … ${left} more lines`] : shown;
}

const NOTHING_KNOWN = {
  sqlstate: undefined,
  detail: undefined,
  hint: undefined,
  position: undefined,
  routine: undefined,
} as const;

function textOf(error: Error, field: string): string | undefined {
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : undefined;
}
