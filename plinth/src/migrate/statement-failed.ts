// The error of a statement that PostgreSQL refused: where it stands, what it says, and what
// PostgreSQL said, in PostgreSQL's own words.

import { PlinthError } from '../errors/index.js';
import type { Revision } from '../revisions/index.js';
import { lineAt, type SqlStatement } from '../sql/index.js';
import type { Direction } from './ledger.js';

interface FailedStatement {
  readonly revision: Revision;
  readonly direction: Direction;
  readonly statement: SqlStatement;
  /** What the failure undid: the whole revision, or only the step it stands in. */
  readonly undone: 'revision' | 'step';
  readonly step: number;
  readonly steps: number;
}

/** What PostgreSQL says of an error (PostgreSQL documentation, 54.8 "Error and Notice Messages"). */
interface ServerError {
  readonly message: string;
  readonly sqlstate: string | undefined;
  readonly detail: string | undefined;
  readonly hint: string | undefined;
  /** Characters, from 1, into the statement. */
  readonly position: number | undefined;
}

export function statementFailed(failed: FailedStatement, cause: unknown): PlinthError {
  const { revision, direction, statement, undone, step, steps } = failed;
  const server = readServerError(cause);
  const line = statement.line + lineInStatement(statement.text, server.position) - 1;
  const outcome =
    undone === 'revision'
      ? 'was rolled back'
      : `stopped at step ${step} of ${steps}; the steps before it stay, the next run resumes here`;
  return new PlinthError(
    'MIGRATE_STATEMENT_FAILED',
    [
      `${direction} of revision ${revision.id} (${revision.message}) ${outcome}`,
      `  at ${revision.path}:${line}`,
      ...indent(statement.text),
      ...describe(server),
    ].join('\n'),
    {
      hint: 'Correct the statement and run the command again.',
      details: {
        revision: revision.id,
        path: revision.path,
        line,
        statement: statement.text,
        sqlstate: server.sqlstate,
      },
      cause,
    },
  );
}

export function commitFailed(
  run: { readonly revision: Revision; readonly direction: Direction },
  cause: unknown,
): PlinthError {
  const { revision, direction } = run;
  const server = readServerError(cause);
  // Without an SQLSTATE the answer was lost on its way: nobody knows whether it was committed.
  const outcome =
    server.sqlstate === undefined
      ? 'lost its connection while it committed; the ledger knows whether it was applied'
      : 'was rolled back by its commit';
  return new PlinthError(
    'MIGRATE_STATEMENT_FAILED',
    [
      `${direction} of revision ${revision.id} (${revision.message}) ${outcome}`,
      `  at ${revision.path}`,
      ...describe(server),
    ].join('\n'),
    {
      hint: 'Look with `plinth current`, then run the command again.',
      details: { revision: revision.id, path: revision.path, sqlstate: server.sqlstate },
      cause,
    },
  );
}

const SHOWN_LINES = 12;

function indent(statement: string): readonly string[] {
  const lines = statement.split(/\r?\n/);
  const shown = lines.slice(0, SHOWN_LINES).map((line) => `  | ${line}`);
  const left = lines.length - shown.length;
  return left > 0 ? [...shown, `  | … ${left} more lines`] : shown;
}

function describe(server: ServerError): readonly string[] {
  const state = server.sqlstate === undefined ? '' : ` (SQLSTATE ${server.sqlstate})`;
  return [
    `  PostgreSQL: ${server.message}${state}`,
    ...(server.detail === undefined ? [] : [`  detail: ${server.detail}`]),
    ...(server.hint === undefined ? [] : [`  its hint: ${server.hint}`]),
  ];
}

function lineInStatement(text: string, position: number | undefined): number {
  if (position === undefined) return 1;
  // PostgreSQL counts characters; a JavaScript string counts UTF-16 units.
  const before = [...text].slice(0, position - 1).join('');
  return lineAt(text, before.length);
}

function readServerError(cause: unknown): ServerError {
  if (!(cause instanceof Error)) return { ...NOTHING_KNOWN, message: String(cause) };
  const position = Number(textOf(cause, 'position'));
  return {
    message: cause.message,
    sqlstate: 'severity' in cause ? textOf(cause, 'code') : undefined,
    detail: textOf(cause, 'detail'),
    hint: textOf(cause, 'hint'),
    position: Number.isInteger(position) && position > 0 ? position : undefined,
  };
}

const NOTHING_KNOWN = {
  sqlstate: undefined,
  detail: undefined,
  hint: undefined,
  position: undefined,
} as const;

function textOf(error: Error, field: string): string | undefined {
  const value: unknown = Reflect.get(error, field);
  return typeof value === 'string' ? value : undefined;
}
