// Writes a default as a person would: PostgreSQL prints the type of every literal, also where the
// column says it.

import { readTypeName } from '../types/type-name.js';

const LITERAL = /^(E?'(?:[^']|'')*')::(.+)$/;
const NUMBER = /^'(-\d+(\.\d+)?)'$/;

/** The expression without a cast of a literal to the column's own type. */
export function literalFor(expression: string, type: string): string {
  const [, literal, cast] = LITERAL.exec(expression) ?? [];
  if (literal === undefined || cast === undefined) return expression;
  const number = numberIn(literal);
  if (number !== undefined && cast === typeOf(number)) return number;
  return isSameType(cast, type) ? literal : expression;
}

function numberIn(literal: string): string | undefined {
  return NUMBER.exec(literal)?.[1];
}

/** The type that PostgreSQL gives to a number by itself. */
function typeOf(number: string): string {
  if (number.includes('.')) return 'numeric';
  const value = BigInt(number);
  if (value === BigInt.asIntN(32, value)) return 'integer';
  return value === BigInt.asIntN(64, value) ? 'bigint' : 'numeric';
}

function isSameType(cast: string, type: string): boolean {
  const { base, isArray } = readTypeName(type);
  const own = `${base}${isArray ? '[]' : ''}`;
  return cast === own || (cast === 'bpchar' && own === 'character');
}
