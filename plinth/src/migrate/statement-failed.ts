// The errors of a step that failed: where it stands, what it says, what became of the rest, and
// what PostgreSQL said, in PostgreSQL's own words.

import { type ErrorCode, isPlinthError, PlinthError } from '../errors/index.js';
import type { Revision } from '../revisions/index.js';
import {
  describeFailure,
  endsSession,
  installExtensions,
  lineOfFailure,
  quoteStatement,
  readServerFailure,
  type ServerFailure,
  type SqlStatement,
  sqlStateOf,
} from '../sql/index.js';
import type { Direction } from './ledger.js';
import type { Blocker } from './migration-options.js';
import type { StepRun } from './run-context.js';

export type FailedRun = Pick<StepRun, 'revision' | 'direction' | 'step' | 'steps' | 'together'>;

export interface FailedStatement {
  readonly run: FailedRun;
  readonly statement: SqlStatement;
  /** Whether it ran in no transaction. */
  readonly alone: boolean;
  /** Whom it waited for when it was last looked at. */
  readonly blockers: readonly Blocker[];
}

/** @param cause PostgreSQL's error, or the driver's where the connection was lost. */
export function statementFailed(failed: FailedStatement, cause: unknown): PlinthError {
  const { run, statement, blockers } = failed;
  const server = readServerFailure(cause);
  const { sqlstate } = server;
  const line = lineOfFailure(statement, server);
  const { path } = run.revision;
  const place = [`  at ${path}:${line}`, ...quoteStatement(statement.text)];
  const details = { path, line, statement: statement.text, sqlstate };
  if (isPlinthError(cause, 'ENGINE_ABORTED')) return aborted(run, place, cause);
  if (isLost(sqlstate)) return connectionLost(run, place, cause);
  const said = [...describeFailure(server), ...blockers.map(describeBlocker)];
  const hint = hintFor(statement, server);
  return stepFailed(run, outcomeOf(failed), [...place, ...said], { hint, details, cause });
}

/** No SQLSTATE is the driver's own error. */
function isLost(sqlstate: string | undefined): boolean {
  return sqlstate === undefined || endsSession(sqlstate);
}

/** By SQLSTATE: what helps is not in the statement. */
const HINTS: Readonly<Record<string, string>> = {
  '25001': 'Give the revision the header no-transaction and run the command again.',
  '2D000': 'Give the revision the header no-transaction and run the command again.',
  '55P03': 'Run the command again when those sessions have ended, or raise the lock timeout.',
};

/** Functions of PostgreSQL's source that look for a role, in whatever language it then speaks. */
const ROLE_ROUTINES: ReadonlySet<string | undefined> = new Set([
  'get_role_oid',
  'get_rolespec_oid',
  'get_rolespec_tuple',
]);

function hintFor({ text }: SqlStatement, { sqlstate, routine }: ServerFailure): string {
  // feature_not_supported, and undefined_file before PostgreSQL 16: its files are not there.
  const [, name] = /\bCREATE\s+EXTENSION\s+(?:IF\s+NOT\s+EXISTS\s+)?"?([\w-]+)/i.exec(text) ?? [];
  const isAbsent = sqlstate === '0A000' || sqlstate === '58P01';
  if (name !== undefined && isAbsent) {
    return `${installExtensions([name])} An embedded database is opened with embeddedExtensions: ['${name}']. Then run the command again.`;
  }
  if (name !== undefined && sqlstate === '42501') {
    return `Run CREATE EXTENSION ${name} in the database as a superuser, and then the command again.`;
  }
  if (sqlstate === '42704' && ROLE_ROUTINES.has(routine)) {
    return "Create the role first: CREATE ROLE … NOLOGIN, or export pgRole('…') with the models. Then run the command again.";
  }
  return HINTS[sqlstate ?? ''] ?? 'Correct the statement and run the command again.';
}

function outcomeOf({ run, alone }: FailedStatement): string {
  const { step, steps, together } = run;
  if (together) return 'was rolled back, and with it all revisions of this run';
  if (steps === 1 && !alone) return 'was rolled back';
  const before = step === 1 ? '' : ' the steps before it stay,';
  return `stopped at step ${step} of ${steps};${before} the next run resumes here`;
}

export function describeBlocker({ pid, application, query, seconds }: Blocker): string {
  const who = application === '' ? '' : ` (${application})`;
  const text = query.replaceAll(/\s+/g, ' ').slice(0, 120);
  return `  waited for server process ${pid}${who}, in a transaction for ${seconds} s: ${text}`;
}

/** A COMMIT that PostgreSQL refused, as for a constraint that is checked only then. */
export function commitFailed(run: FailedRun, cause: unknown): PlinthError {
  if (isPlinthError(cause, 'ENGINE_ABORTED')) return aborted(run, [], cause);
  const server = readServerFailure(cause);
  if (isLost(server.sqlstate)) return connectionLost(run, [], cause);
  const outcome = 'was rolled back by its commit';
  return stepFailed(run, outcome, describeFailure(server), {
    hint: 'Correct the revision and run the command again.',
    details: { sqlstate: server.sqlstate },
    cause,
  });
}

/** The entry in the ledger could not be written, and so the step was rolled back. */
export function ledgerFailed(run: FailedRun, cause: unknown): PlinthError {
  if (isPlinthError(cause, 'ENGINE_ABORTED')) return aborted(run, [], cause);
  const server = readServerFailure(cause);
  if (isLost(server.sqlstate)) return connectionLost(run, [], cause);
  const outcome = 'was rolled back: it could not be written into the ledger';
  return stepFailed(run, outcome, describeFailure(server), {
    hint: 'Let this role insert into the table of the ledger, or run the command as another one.',
    details: { sqlstate: server.sqlstate },
    cause,
  });
}

/** Nobody knows how far the server came: it may have committed all it had been given. */
function connectionLost(run: FailedRun, place: readonly string[], cause: unknown): PlinthError {
  const outcome = 'lost its connection; the ledger knows whether it was applied';
  return stepFailed(run, outcome, [...place, ...describeFailure(readServerFailure(cause))], {
    hint: 'Run the command again: it goes on where the ledger says.',
    details: {},
    cause,
    code: 'MIGRATE_CONNECTION_LOST',
  });
}

export function aborted(run: FailedRun, place: readonly string[], cause: unknown): PlinthError {
  const { direction, revision } = run;
  const text = `${direction} of revision ${revision.id} (${revision.message}) was stopped`;
  return new PlinthError('MIGRATE_ABORTED', [text, ...place].join('\n'), {
    hint: 'Run the command again: it goes on where the ledger says.',
    details: { revision: revision.id, path: revision.path },
    cause,
  });
}

interface Facts {
  readonly hint: string;
  readonly details: Readonly<Record<string, unknown>>;
  readonly cause: unknown;
  readonly code?: ErrorCode;
}

function stepFailed(
  { direction, revision }: { readonly direction: Direction; readonly revision: Revision },
  outcome: string,
  lines: readonly string[],
  { hint, details, cause, code = 'MIGRATE_STATEMENT_FAILED' }: Facts,
): PlinthError {
  const { id, message, path } = revision;
  const place = lines.some((line) => line.startsWith('  at ')) ? [] : [`  at ${path}`];
  const text = [`${direction} of revision ${id} (${message}) ${outcome}`, ...place, ...lines];
  return new PlinthError(code, text.join('\n'), {
    hint,
    details: { revision: id, path, ...details },
    cause,
  });
}

/** Whether an error is about a procedure that ends the transaction it is called in. */
export function endsTransaction(error: unknown): boolean {
  return error instanceof Error && sqlStateOf(error.cause) === '2D000';
}
