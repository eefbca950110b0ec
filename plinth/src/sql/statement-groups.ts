// Groups tokens into statements by psql's rules: a semicolon ends one unless it stands inside
// parentheses or a BEGIN ATOMIC body. Refuses what cannot be sent to a server.

import { PlinthError } from '../errors/index.js';
import { lineAt } from './line-at.js';
import { isPunctuation, isSignificant, isWord, type SqlToken } from './sql-token.js';
import { tokenize } from './tokenize.js';

/** Where a text stands in its file, for the lines and offsets that are reported. */
export interface SqlOrigin {
  readonly line: number;
  readonly offset: number;
}

export const WHOLE_TEXT: SqlOrigin = { line: 1, offset: 0 };

interface Scan {
  readonly text: string;
  readonly origin: SqlOrigin;
  readonly groups: SqlToken[][];
  current: SqlToken[];
  parentheses: number;
  parenthesisAt: number;
  /** BEGIN ATOMIC and the CASE expressions inside it: each ends with END. */
  blocks: number;
  blockAt: number;
}

/** The significant tokens of each statement, semicolons that end one left out. */
export function groupStatements(
  text: string,
  origin: SqlOrigin = WHOLE_TEXT,
): readonly (readonly SqlToken[])[] {
  const scan: Scan = {
    text,
    origin,
    groups: [],
    current: [],
    parentheses: 0,
    parenthesisAt: 0,
    blocks: 0,
    blockAt: 0,
  };
  for (const token of tokenize(text)) addToken(scan, token);
  if (scan.parentheses > 0) throw unterminated(scan, 'parenthesis', scan.parenthesisAt);
  if (scan.blocks > 0) throw unterminated(scan, 'BEGIN ATOMIC body', scan.blockAt);
  endStatement(scan);
  return scan.groups;
}

function addToken(scan: Scan, token: SqlToken): void {
  if (!token.closed) throw unterminated(scan, constructOf(token), token.offset);
  if (token.kind === 'backslash') throw metaCommand(scan, token);
  if (!isSignificant(token)) return;
  if (isPunctuation(token, ';') && scan.parentheses === 0 && scan.blocks === 0) {
    endStatement(scan);
    return;
  }
  countParentheses(scan, token);
  countBlocks(scan, token);
  scan.current.push(token);
}

function endStatement(scan: Scan): void {
  if (scan.current.length > 0) {
    refuseCopyThroughClient(scan);
    scan.groups.push(scan.current);
  }
  scan.current = [];
}

function countParentheses(scan: Scan, token: SqlToken): void {
  if (isPunctuation(token, '(')) {
    if (scan.parentheses === 0) scan.parenthesisAt = token.offset;
    scan.parentheses++;
  } else if (isPunctuation(token, ')') && scan.parentheses > 0) {
    scan.parentheses--;
  }
}

// Stricter than psql on two counts: BEGIN alone opens nothing, so a routine may be called
// "begin", and a word after AS or a dot is a name ("SELECT 1 AS end").
function countBlocks(scan: Scan, token: SqlToken): void {
  if (token.kind !== 'word' || scan.parentheses > 0) return;
  const previous = scan.current.at(-1);
  if (isWord(token, 'atomic') && isWord(previous, 'begin') && createsRoutine(scan.current)) {
    if (scan.blocks === 0) scan.blockAt = previous?.offset ?? token.offset;
    scan.blocks++;
    return;
  }
  if (scan.blocks === 0 || isWord(previous, 'as') || isPunctuation(previous, '.')) return;
  if (isWord(token, 'case')) scan.blocks++;
  else if (isWord(token, 'end')) scan.blocks--;
}

function createsRoutine(tokens: readonly SqlToken[]): boolean {
  if (!isWord(tokens[0], 'create')) return false;
  const replaces = isWord(tokens[1], 'or') && isWord(tokens[2], 'replace');
  const kind = tokens[replaces ? 3 : 1];
  return isWord(kind, 'function') || isWord(kind, 'procedure');
}

function refuseCopyThroughClient(scan: Scan): void {
  const [first] = scan.current;
  if (!isWord(first, 'copy') || first === undefined) return;
  let depth = 0;
  for (const [index, token] of scan.current.entries()) {
    if (isPunctuation(token, '(')) depth++;
    else if (isPunctuation(token, ')')) depth--;
    if (depth > 0) continue;
    const next = scan.current[index + 1];
    const reads = isWord(token, 'from') && isWord(next, 'stdin');
    const writes = isWord(token, 'to') && isWord(next, 'stdout');
    if (reads || writes) throw copyThroughClient(scan, first, reads ? 'FROM STDIN' : 'TO STDOUT');
  }
}

function lineInFile(scan: Scan, offset: number): number {
  return scan.origin.line - 1 + lineAt(scan.text, offset);
}

function constructOf(token: SqlToken): string {
  switch (token.kind) {
    case 'comment':
      return 'comment';
    case 'quoted-identifier':
      return 'quoted identifier';
    case 'dollar-string':
      return `dollar quote ${token.text.slice(0, token.text.indexOf('$', 1) + 1)}`;
    default:
      return 'quote';
  }
}

function unterminated(scan: Scan, construct: string, offset: number): PlinthError {
  const line = lineInFile(scan, offset);
  return new PlinthError(
    'SQL_UNTERMINATED',
    `The ${construct} opened on line ${line} is never closed.`,
    { hint: `Close the ${construct}.`, details: { line, construct } },
  );
}

function metaCommand(scan: Scan, token: SqlToken): PlinthError {
  const line = lineInFile(scan, token.offset);
  const command = /^\\\S*/.exec(scan.text.slice(token.offset, token.offset + 40))?.[0] ?? '\\';
  return new PlinthError(
    'SQL_UNSUPPORTED',
    `${command} on line ${line} is a command of psql; PostgreSQL itself does not know it.`,
    {
      hint: 'Write plain SQL, or do this work in a .ts revision.',
      details: { line, construct: command },
    },
  );
}

function copyThroughClient(scan: Scan, first: SqlToken, direction: string): PlinthError {
  const line = lineInFile(scan, first.offset);
  const hint =
    direction === 'FROM STDIN'
      ? 'Use INSERT, or load the rows in a .ts revision.'
      : 'Remove the statement: a revision has nowhere to send rows to.';
  return new PlinthError(
    'SQL_UNSUPPORTED',
    `COPY … ${direction} on line ${line} moves rows through the client, which only psql does.`,
    { hint, details: { line, construct: `COPY ${direction}` } },
  );
}
