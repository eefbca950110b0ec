// Values of JavaScript as SQL literals, for DDL, where nothing can be bound. It knows no column:
// what a type makes of a value is Drizzle's matter.

import { quoteLiteral } from '../sql/index.js';
import { invalidModel } from './model-problem.js';

/**
 * A value, as a driver would send it, as an SQL literal. PostgreSQL gives it the type of its place.
 *
 * @throws PlinthError MODELS_INVALID for what has no literal, such as a function.
 */
export function writeLiteral(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoteLiteral(value);
    case 'number':
      return Number.isFinite(value) ? String(value) : quoteLiteral(String(value));
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      return value === null ? 'NULL' : quoteLiteral(writeText(value));
    default:
      throw invalidModel(`a ${typeof value} has no SQL literal`, 'Use a value, or sql`…`.');
  }
}

function writeText(value: object): string {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return writeArray(value);
  return JSON.stringify(value);
}

/** A PostgreSQL array, `{…}`. */
function writeArray(values: readonly unknown[]): string {
  return `{${values.map(writeElement).join(',')}}`;
}

function writeElement(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  if (Array.isArray(value)) return writeArray(value);
  const text = typeof value === 'object' ? writeText(value) : String(value);
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
