// How an error reads: lines for a person, one JSON document for a program.

import type { CommanderError } from 'commander';
import { causesOf, isPlinthError, PlinthError } from '../errors/index.js';
import type { Terminal } from './terminal.js';
import { toJson } from './to-json.js';

/** @param asJson Whether `--json` was given. */
export async function reportError(
  error: unknown,
  terminal: Terminal,
  asJson: boolean,
): Promise<void> {
  const known = isPlinthError(error)
    ? error
    : ((await connectionLost(error)) ?? (await databaseRefused(error)));
  if (asJson) terminal.error(toJson({ error: errorData(known ?? error) }));
  else
    for (const line of known === undefined ? [stackOf(error)] : linesOf(known)) {
      terminal.error(line);
    }
}

/**
 * A command line that was not understood, as an error like all others.
 *
 * @param command The command it belongs to, where one was found.
 */
export function usageError(error: CommanderError, command: string | undefined): PlinthError {
  const [, message = error.message, near] =
    /^error: (.*?)(?:\n\((Did you mean .*)\))?$/s.exec(error.message) ?? [];
  const help = `Look at \`plinth help${command === undefined ? '' : ` ${command}`}\`.`;
  return new PlinthError('CLI_USAGE', message, { hint: near ?? help, cause: error });
}

/** What PostgreSQL says of a statement that is in no file, such as one that reads the ledger. */
async function databaseRefused(cause: unknown): Promise<PlinthError | undefined> {
  const { describeFailure, readServerFailure } = await import('../sql/index.js');
  const failure = readServerFailure(cause);
  const { sqlstate } = failure;
  if (sqlstate === undefined) return undefined;
  return new PlinthError(
    'CLI_DATABASE_REFUSED',
    ["PostgreSQL refused a statement of Plinth's own", ...describeFailure(failure)].join('\n'),
    {
      hint:
        sqlstate === INSUFFICIENT_PRIVILEGE
          ? 'Run it as a role that may do this, such as the owner of the database.'
          : 'Put right what PostgreSQL says, and run the command again.',
      details: { sqlstate },
      cause,
    },
  );
}

/** The session ended, or what it ran on: nothing is known to be wrong with the command. */
async function connectionLost(cause: unknown): Promise<PlinthError | undefined> {
  const { isBrokenConnection } = await import('../engine/index.js');
  const { endsSession, sqlStateOf } = await import('../sql/index.js');
  const said = causesOf(cause).find(
    (link) => endsSession(sqlStateOf(link) ?? '') || isBrokenConnection(link),
  );
  if (said === undefined) return undefined;
  return new PlinthError(
    'CLI_CONNECTION_LOST',
    `the connection to the database was lost: ${said.message}`,
    { hint: 'Look whether the server is up, and run the command again.', cause },
  );
}

const INSUFFICIENT_PRIVILEGE = '42501';

function linesOf({ message, hint, code }: PlinthError): readonly string[] {
  return [`error: ${message}`, ...(hint === undefined ? [] : [`hint: ${hint}`]), `code: ${code}`];
}

function errorData(error: unknown): object {
  if (isPlinthError(error)) {
    const { code, message, hint = null, details } = error;
    return { code, message, hint, details };
  }
  return { code: null, message: stackOf(error), hint: null, details: {} };
}

/** What no code names is a defect of Plinth or of the project: its stack is wanted. */
function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
