// A statement reduced to its shape: keywords that rules can be matched against, and names as they
// were written. It reads text only and knows no catalog.

import { isSignificant, type SqlToken, tokenize } from '../../sql/index.js';

export interface StatementShape {
  /**
   * Words in capitals, one space between all tokens; what is quoted is a mark, so that it can
   * imitate no keyword.
   */
  readonly text: string;
  readonly tokens: readonly SqlToken[];
}

/** A name in a shape, with its schema where it has one: for patterns. */
export const NAME = '[^ ]+(?: \\. [^ ]+)*';

export function shapeOf(statement: string): StatementShape {
  return fromTokens(tokenize(statement).filter(isSignificant));
}

function fromTokens(tokens: readonly SqlToken[]): StatementShape {
  return { tokens, text: tokens.map(pieceOf).join(' ') };
}

function pieceOf({ kind, text }: SqlToken): string {
  switch (kind) {
    case 'word':
      return text.toUpperCase();
    case 'quoted-identifier':
      return '"';
    case 'string':
    case 'dollar-string':
      return "'";
    default:
      return text;
  }
}

/** The names that the group `names` of a pattern finds, as they were written; commas part them. */
export function namesIn(shape: StatementShape, pattern: RegExp): readonly string[] {
  const names = new RegExp(pattern, 'd').exec(shape.text)?.indices?.groups?.names;
  if (names === undefined) return [];
  const [from, to] = names.map((at) => shape.text.slice(0, at).split(' ').length - 1);
  return splitAtCommas(shape.tokens.slice(from, (to ?? 0) + 1)).map((name) =>
    name.map(({ text }) => text).join(''),
  );
}

/** Its parts between the commas that stand in no parentheses, from a place in its text on. */
export function partsFrom(shape: StatementShape, offset: number): readonly StatementShape[] {
  const first = shape.text.slice(0, offset).split(' ').length - 1;
  return splitAtCommas(shape.tokens.slice(first)).map(fromTokens);
}

function splitAtCommas(tokens: readonly SqlToken[]): readonly (readonly SqlToken[])[] {
  let part: SqlToken[] = [];
  const parts = [part];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === '(' || token.text === '[') depth += 1;
    if (token.text === ')' || token.text === ']') depth -= 1;
    if (token.text === ',' && depth === 0) {
      part = [];
      parts.push(part);
    } else {
      part.push(token);
    }
  }
  return parts;
}

/** A shape without what stands in parentheses, for what must stand outside of them. */
export function outermost({ tokens }: StatementShape): string {
  let depth = 0;
  return fromTokens(
    tokens.filter(({ text }) => {
      if (text === '(') depth += 1;
      const isOutside = depth === 0;
      if (text === ')') depth -= 1;
      return isOutside;
    }),
  ).text;
}
