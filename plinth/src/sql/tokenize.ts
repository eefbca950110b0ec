// Cuts SQL text into tokens by the lexical rules of PostgreSQL (scan.l) and psql (psqlscan.l),
// with standard_conforming_strings on. Never throws and never judges: that is left to callers.

import { endOfBlockComment, endOfEscapeString, endOfQuoted } from './quoted-ends.js';
import type { SqlToken, SqlTokenKind } from './sql-token.js';

const SPACE = /[ \t\n\r\f\v]+/y;
const LINE_COMMENT = /--[^\n\r]*/y;
// PostgreSQL takes every byte above 127 as a letter, so every character above U+007F is one.
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const PARAMETER = /\$\d+/y;
const NUMBER =
  /0[xX](?:_?[\dA-Fa-f])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|(?:\d(?:_?\d)*(?:\.(?!\.)(?:\d(?:_?\d)*)?)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?/y;
const OPERATOR = /[~!@#^&|`?+\-*/%<>=]+/y;
const PUNCTUATION = /::|:=|\.\.|[\s\S]/y;
const STRING_PREFIX = /(?:[bBeEnNxX]|[uU]&)(?=')|[uU]&(?=")/y;

/** An end of -1 means that the token is never closed. */
interface Cut {
  readonly kind: SqlTokenKind;
  readonly end: number;
}

/**
 * All tokens of a text, in order, white space and comments included: joined, they are the text.
 * Only the last one can be open (`closed: false`).
 */
export function tokenize(text: string): readonly SqlToken[] {
  const tokens: SqlToken[] = [];
  for (let offset = 0; offset < text.length; ) {
    const { kind, end } = cutAt(text, offset, tokens);
    const stop = end === -1 ? text.length : end;
    tokens.push({ kind, text: text.slice(offset, stop), offset, closed: end !== -1 });
    offset = stop;
  }
  return tokens;
}

function cutAt(text: string, at: number, before: readonly SqlToken[]): Cut {
  const char = text.charAt(at);
  switch (char) {
    case "'":
      return continuesEscapeString(before)
        ? { kind: 'string', end: endOfEscapeString(text, at) }
        : { kind: 'string', end: endOfQuoted(text, at, "'") };
    case '"':
      return { kind: 'quoted-identifier', end: endOfQuoted(text, at, '"') };
    case '$':
      return cutDollar(text, at);
    case '\\':
      return { kind: 'backslash', end: at + 1 };
    case '(':
    case ')':
    case ',':
    case ';':
      return { kind: 'punctuation', end: at + 1 };
    default:
      return (
        cutComment(text, at) ??
        match(SPACE, 'space', text, at) ??
        cutPrefixed(text, at) ??
        match(WORD, 'word', text, at) ??
        match(NUMBER, 'number', text, at) ??
        cutOperator(text, at) ??
        match(PUNCTUATION, 'punctuation', text, at) ?? { kind: 'punctuation', end: at + 1 }
      );
  }
}

function match(pattern: RegExp, kind: SqlTokenKind, text: string, at: number): Cut | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? { kind, end: pattern.lastIndex } : undefined;
}

function cutComment(text: string, at: number): Cut | undefined {
  if (text.startsWith('/*', at)) return { kind: 'comment', end: endOfBlockComment(text, at) };
  return match(LINE_COMMENT, 'comment', text, at);
}

function cutPrefixed(text: string, at: number): Cut | undefined {
  const prefix = match(STRING_PREFIX, 'string', text, at);
  if (prefix === undefined) return undefined;
  const quote = text.charAt(prefix.end);
  if (quote === '"') {
    return { kind: 'quoted-identifier', end: endOfQuoted(text, prefix.end, quote) };
  }
  const escapes = text.charAt(at).toLowerCase() === 'e';
  const end = escapes ? endOfEscapeString(text, prefix.end) : endOfQuoted(text, prefix.end, quote);
  return { kind: 'string', end };
}

function cutDollar(text: string, at: number): Cut {
  const tag = match(DOLLAR_TAG, 'dollar-string', text, at);
  if (tag === undefined) {
    return match(PARAMETER, 'parameter', text, at) ?? { kind: 'punctuation', end: at + 1 };
  }
  const close = text.indexOf(text.slice(at, tag.end), tag.end);
  return { kind: 'dollar-string', end: close === -1 ? -1 : close + tag.end - at };
}

// An operator stops where a comment starts, and gives back a trailing + or - unless one of its
// other characters shows that it is no plain SQL operator ("Lexical Structure", 4.1.3).
function cutOperator(text: string, at: number): Cut | undefined {
  const run = match(OPERATOR, 'operator', text, at);
  if (run === undefined) return undefined;
  const whole = text.slice(at, run.end);
  const comment = whole.search(/--|\/\*/);
  let operator = comment === -1 ? whole : whole.slice(0, comment);
  if (!/[~!@#^&|`?%]/.test(operator)) {
    while (operator.length > 1 && /[+-]$/.test(operator)) operator = operator.slice(0, -1);
  }
  return { kind: 'operator', end: at + operator.length };
}

// 'a' <newline> 'b' is one string, and what began as E'…' goes on with backslash escapes.
function continuesEscapeString(before: readonly SqlToken[]): boolean {
  let newline = false;
  for (let i = before.length - 1; i >= 0; i--) {
    const token = before[i];
    if (token?.kind === 'string') {
      if (!newline) return false;
      if (!token.text.startsWith("'")) return /^[eE]/.test(token.text);
      newline = false;
    } else if (token?.kind === 'space') {
      newline ||= /[\n\r]/.test(token.text);
    } else if (token?.kind !== 'comment' || token.text.startsWith('/*')) {
      return false;
    }
  }
  return false;
}
