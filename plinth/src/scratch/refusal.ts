// What PostgreSQL refuses, as an error that names the place and repeats PostgreSQL's words.

import { PlinthError } from '../errors/index.js';
import {
  describeFailure,
  lineOfFailure,
  quoteStatement,
  readServerFailure,
  type ServerFailure,
} from '../sql/index.js';
import { extensionOf } from './created-names.js';
import { createdObject } from './created-object.js';
import { describePlace, type Place, placeDetails } from './place.js';
import type { ScriptStatement } from './read-script.js';

/** A statement that PostgreSQL refused, and its error. */
export interface Refusal {
  readonly statement: ScriptStatement;
  readonly failure: ServerFailure;
  readonly cause: unknown;
}

export function refusalOf(statement: ScriptStatement, cause: unknown): Refusal {
  return { statement, failure: readServerFailure(cause), cause };
}

/**
 * @param script All statements, to tell who has a name that is taken.
 * @param others Refused too, perhaps only for want of this one.
 */
export function statementFailed(
  { statement, failure, cause }: Refusal,
  script: readonly ScriptStatement[],
  others: readonly Refusal[] = [],
): PlinthError {
  const extension = extensionOf(statement.text);
  if (extension !== undefined && LACKS_EXTENSION.has(failure.sqlstate ?? '')) {
    return extensionMissing(extension, statement);
  }
  const { name } = statement;
  const place = { ...statement, line: lineOfFailure(statement, failure) };
  return new PlinthError(
    'SCRATCH_STATEMENT_FAILED',
    [
      `${describePlace(place)}: PostgreSQL refuses a statement`,
      ...quoteStatement(statement.text),
      ...describeFailure(failure),
      ...describeTwin(statement, failure, script),
      ...describeOthers(others),
    ].join('\n'),
    {
      hint: name === undefined ? 'Correct the statement.' : 'Correct the model.',
      details: {
        ...placeDetails(place),
        statement: statement.text,
        sqlstate: failure.sqlstate,
      },
      cause,
    },
  );
}

/** Names of schemas, relations, functions, and of anything else. */
const NAME_TAKEN: ReadonlySet<string> = new Set(['42P06', '42P07', '42723', '42710']);

function describeTwin(
  statement: ScriptStatement,
  { sqlstate }: ServerFailure,
  script: readonly ScriptStatement[],
): readonly string[] {
  if (!NAME_TAKEN.has(sqlstate ?? '')) return [];
  const id = createdObject(statement.text)?.id;
  const twin = script.find(
    (other) => other !== statement && id !== undefined && createdObject(other.text)?.id === id,
  );
  return twin === undefined ? [] : [`  created by ${describePlace(twin)} too`];
}

const SHOWN = 5;

function describeOthers(others: readonly Refusal[]): readonly string[] {
  if (others.length === 0) return [];
  const places = [...new Set(others.map(({ statement }) => describePlace(statement)))];
  const left = places.length - SHOWN;
  const listed = places.slice(0, SHOWN).join(', ');
  return [`  refused as well: ${left > 0 ? `${listed} and ${left} more` : listed}`];
}

/** `extension "postgis" is not available`, and what older servers say. */
const LACKS_EXTENSION: ReadonlySet<string> = new Set(['0A000', '58P01']);

export function extensionMissing(extension: string, place: Place): PlinthError {
  const own =
    extension === 'vector'
      ? 'Install @electric-sql/pglite-pgvector beside plinth, or name'
      : 'Name';
  return new PlinthError(
    'SCRATCH_EXTENSION_MISSING',
    `${describePlace(place)}: the scratch has no extension ${extension}`,
    {
      hint: `${own} a server that has it: --scratch-url, or scratchUrl in plinth.config.ts.`,
      details: { extension, ...placeDetails(place) },
    },
  );
}
