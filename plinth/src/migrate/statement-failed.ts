// The error of a statement that PostgreSQL refused: where it stands, what it says, and what
// PostgreSQL said, in PostgreSQL's own words.

import { PlinthError } from '../errors/index.js';
import type { Revision } from '../revisions/index.js';
import {
  describeFailure,
  lineOfFailure,
  quoteStatement,
  readServerFailure,
  type SqlStatement,
} from '../sql/index.js';
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

export function statementFailed(failed: FailedStatement, cause: unknown): PlinthError {
  const { revision, direction, statement, undone, step, steps } = failed;
  const server = readServerFailure(cause);
  const line = lineOfFailure(statement, server);
  const outcome =
    undone === 'revision'
      ? 'was rolled back'
      : `stopped at step ${step} of ${steps}; the steps before it stay, the next run resumes here`;
  return new PlinthError(
    'MIGRATE_STATEMENT_FAILED',
    [
      `${direction} of revision ${revision.id} (${revision.message}) ${outcome}`,
      `  at ${revision.path}:${line}`,
      ...quoteStatement(statement.text),
      ...describeFailure(server),
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
  const server = readServerFailure(cause);
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
      ...describeFailure(server),
    ].join('\n'),
    {
      hint: 'Look with `plinth current`, then run the command again.',
      details: { revision: revision.id, path: revision.path, sqlstate: server.sqlstate },
      cause,
    },
  );
}
