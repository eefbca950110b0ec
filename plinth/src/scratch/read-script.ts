// Reads SQL files as pg_dump and people write them into statements: what psql would do by itself
// is taken out or refused. It runs nothing.

import { isPlinthError, PlinthError } from '../errors/index.js';
import {
  isSignificant,
  lineAt,
  quoteStatement,
  type SqlStatement,
  type SqlToken,
  splitStatements,
  tokenize,
  transactionRule,
} from '../sql/index.js';
import { describePlace, type Place, placeDetails } from './place.js';

/** A text and the name it is known by in messages, such as the path of its file. */
export interface SqlSource {
  readonly file: string;
  readonly text: string;
  /** The export of the file that the text was written for, where it is not the file's own text. */
  readonly name?: string;
}

export interface ScriptStatement extends SqlStatement, Place {
  readonly line: number;
  /** Whether it may run inside of a transaction. */
  readonly transactional: boolean;
}

export interface Script {
  readonly statements: readonly ScriptStatement[];
  /** What was left out, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * The statements of several sources, one after the other.
 *
 * @throws PlinthError SQL_UNTERMINATED or SQL_UNSUPPORTED with file and line;
 *   SCRATCH_STATEMENT_UNSUPPORTED for what would reach beyond a database.
 */
export function readScript(sources: readonly SqlSource[]): Script {
  const scripts = sources.map(readSource);
  return {
    statements: scripts.flatMap(({ statements }) => statements),
    notes: scripts.flatMap(({ notes }) => notes),
  };
}

function readSource({ text, ...origin }: SqlSource): Script {
  const { rest, notes } = takeOutClientLines(origin, text.replace(/^\uFEFF/, ' '));
  const statements = split(origin, rest).flatMap((statement) => {
    const placed = { ...statement, ...origin };
    const rule = transactionRule(statement.text);
    if (rule === 'transaction-control') return keepTogether(placed);
    refuseBeyondDatabase(placed);
    return [{ ...placed, transactional: rule === 'transactional' }];
  });
  return { statements, notes };
}

type Origin = Omit<SqlSource, 'text'>;
type Placed = SqlStatement & Origin;

function split(origin: Origin, text: string): readonly SqlStatement[] {
  try {
    return splitStatements(text);
  } catch (error) {
    if (!isPlinthError(error)) throw error;
    const hint =
      error.code === 'SQL_UNSUPPORTED' ? 'Take it out of the file; write plain SQL.' : error.hint;
    throw new PlinthError(error.code, describeUnreadable(origin, text, error), {
      ...(hint === undefined ? {} : { hint }),
      details: { ...error.details, ...placeDetails({ ...origin, line: undefined }) },
    });
  }
}

/** A text that is in no file has no lines that anybody could look up. */
function describeUnreadable({ file, name }: Origin, text: string, error: PlinthError): string {
  if (name === undefined) return `${file}: ${error.message}`;
  const said = error.message.replace(/ on line \d+/, '');
  return [`${file}: ${name}: ${said}`, ...quoteStatement(text)].join('\n');
}

// What psql reads by itself: pg_dump's guard of its own text, and rows that follow a COPY.
const CLIENT_LINE = /^(?:\\(?:un)?restrict\b[^\r\n]*|COPY\s+([^;]*?)\s+FROM\s+stdin\b[^;]*;)/gim;
const END_OF_ROWS = /^\\\.\r?$/m;

/** Blanks what is taken out, so that the lines of the rest stay as they are. */
function takeOutClientLines(origin: Origin, text: string): { rest: string; notes: string[] } {
  const notes: string[] = [];
  let rest = '';
  let done = 0;
  CLIENT_LINE.lastIndex = 0;
  for (let found = CLIENT_LINE.exec(text); found !== null; found = CLIENT_LINE.exec(text)) {
    // Inside of a quote or a comment it is text as any other.
    if (tokenize(text.slice(done, found.index)).at(-1)?.closed === false) continue;
    const [line, target] = found;
    let end = found.index + line.length;
    if (target !== undefined) {
      const place = describePlace({ ...origin, line: lineAt(text, found.index) });
      notes.push(`${place}: the rows of ${target} are left out`);
      end = endOfRows(text, end);
    }
    rest += text.slice(done, found.index) + blank(text.slice(found.index, end));
    done = end;
    CLIENT_LINE.lastIndex = end;
  }
  return { rest: rest + text.slice(done), notes };
}

function endOfRows(text: string, from: number): number {
  const end = END_OF_ROWS.exec(text.slice(from));
  return end === null ? text.length : from + end.index + end[0].length;
}

function blank(text: string): string {
  return text.replaceAll(/[^\r\n]/g, ' ');
}

/** A text is loaded as a whole anyway; only what would undo a part of it changes anything. */
function keepTogether(statement: Placed): readonly ScriptStatement[] {
  if (!/^(?:ROLLBACK|ABORT|PREPARE)\b/i.test(statement.text)) return [];
  throw unsupported(statement, 'it undoes statements before it');
}

const BEYOND: readonly (readonly string[])[] = [
  ['create', 'database'],
  ['drop', 'database'],
  ['alter', 'system'],
  ['create', 'tablespace'],
  ['drop', 'tablespace'],
  ['alter', 'tablespace'],
];

function refuseBeyondDatabase(statement: Placed): void {
  const words = firstWords(statement.text);
  if (!BEYOND.some(([verb, what]) => words[0] === verb && words[1] === what)) return;
  throw unsupported(statement, 'it changes the server and not a schema');
}

function firstWords(text: string): readonly string[] {
  return significant(text.slice(0, 200))
    .slice(0, 2)
    .map((token) => token.text.toLowerCase());
}

function significant(text: string): readonly SqlToken[] {
  return tokenize(text).filter(isSignificant);
}

function unsupported(statement: Placed, why: string): PlinthError {
  const [shown = ''] = statement.text.split('\n');
  return new PlinthError(
    'SCRATCH_STATEMENT_UNSUPPORTED',
    `${describePlace(statement)}: a schema cannot hold "${shown}": ${why}.`,
    { hint: 'Take it out of the file.', details: placeDetails(statement) },
  );
}
