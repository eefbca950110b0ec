// What a span says about a statement: a name of few different values, and its text without the
// values of one program run.

import { isSignificant, type SqlToken, tokenize } from '../sql/index.js';

export interface StatementDescription {
  /** The first keyword, in upper case; `SQL` where there is none. */
  readonly summary: string;
  readonly text: string;
}

interface StatementText {
  readonly text: string;
  /** Whether its values are bound, and so not part of its text. */
  readonly parameterized: boolean;
}

const KNOWN_TEXTS = 1000;
const known = new Map<string, StatementDescription>();

/**
 * Describes a statement. A text that came without bound values may hold values itself: its literals
 * are replaced by `?` and its comments left out, as OpenTelemetry's conventions ask
 * (`db.query.text`, "Sanitization").
 */
export function describeStatement({ text, parameterized }: StatementText): StatementDescription {
  const key = parameterized ? `$${text}` : text;
  const found = known.get(key);
  if (found !== undefined) return found;
  const tokens = tokenize(text);
  const description = {
    summary: firstKeyword(tokens),
    text: parameterized ? text : tokens.map(withoutValue).join('').trim(),
  };
  if (known.size >= KNOWN_TEXTS) known.clear();
  known.set(key, description);
  return description;
}

function firstKeyword(tokens: readonly SqlToken[]): string {
  const first = tokens.find((token) => isSignificant(token) && token.kind !== 'punctuation');
  return first?.kind === 'word' ? first.text.toUpperCase() : 'SQL';
}

function withoutValue({ kind, text }: SqlToken): string {
  switch (kind) {
    case 'string':
    case 'dollar-string':
    case 'number':
      return '?';
    case 'comment':
      return ' ';
    case 'space':
    case 'quoted-identifier':
    case 'word':
    case 'parameter':
    case 'operator':
    case 'punctuation':
    case 'backslash':
      return text;
  }
}
