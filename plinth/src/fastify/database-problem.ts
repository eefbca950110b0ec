// What an error of the database means to a client. It never passes on the driver's words.

import { isBrokenConnection } from '../engine/index.js';
import { causesOf, isPlinthError } from '../errors/index.js';
import { sqlStateOf } from '../sql/index.js';
import { type ProblemFacts, validationProblem } from './problem.js';

const AWAY: ProblemFacts = {
  status: 503,
  detail: 'The service cannot answer at the moment; try again.',
  headers: { 'retry-after': '5' },
};

const TRY_AGAIN: ProblemFacts = {
  status: 503,
  detail: 'The request met another one that changed the same data; try again.',
  headers: { 'retry-after': '1' },
};

const REFUSED_VALUE = validationProblem([
  { detail: 'The database does not accept a value of this request.', pointer: '#' },
]);

/** By SQLSTATE (PostgreSQL documentation, appendix A). */
const BY_SQLSTATE: Readonly<Record<string, ProblemFacts>> = {
  '22001': REFUSED_VALUE, // string_data_right_truncation
  '22003': REFUSED_VALUE, // numeric_value_out_of_range
  '22021': REFUSED_VALUE, // character_not_in_repertoire: U+0000
  '22P05': REFUSED_VALUE, // untranslatable_character
  '23502': REFUSED_VALUE, // not_null_violation
  '23514': REFUSED_VALUE, // check_violation
  '23503': { status: 409, detail: 'The change conflicts with data that refers to it.' },
  '23505': { status: 409, detail: 'The change conflicts with data that exists already.' },
  '25006': AWAY, // read_only_sql_transaction: a standby, or a failover under way
  '40001': TRY_AGAIN, // serialization_failure
  '40P01': TRY_AGAIN, // deadlock_detected
  '53300': AWAY, // too_many_connections
  '57P01': AWAY, // admin_shutdown
  '57P02': AWAY, // crash_shutdown
  '57P03': AWAY, // cannot_connect_now
};

/** The problem behind an error, or behind what caused it; `undefined` when it is none of ours. */
export function databaseProblem(error: unknown): ProblemFacts | undefined {
  const links = causesOf(error);
  const state = links.map(sqlStateOf).find((found) => found !== undefined);
  const known = state === undefined ? undefined : BY_SQLSTATE[state];
  if (known !== undefined) return known;
  // A connection may be refused with any SQLSTATE, such as that of a database that is gone.
  return state?.startsWith('08') || links.some(isAway) ? AWAY : undefined;
}

/** The SQLSTATE behind an error, for logs. */
export function findSqlState(error: unknown): string | undefined {
  return causesOf(error)
    .map(sqlStateOf)
    .find((state) => state !== undefined);
}

/** Whether work was aborted by its signal. */
export function isAborted(error: unknown): boolean {
  return causesOf(error).some((link) => isPlinthError(link) && link.code === 'ENGINE_ABORTED');
}

function isAway(error: Error): boolean {
  if (isPlinthError(error)) {
    const { code } = error;
    return (
      code === 'ENGINE_CONNECT_FAILED' || code === 'ENGINE_POOL_TIMEOUT' || code === 'ENGINE_CLOSED'
    );
  }
  return isBrokenConnection(error);
}
