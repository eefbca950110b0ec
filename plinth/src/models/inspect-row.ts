// A row as one line for a person who looks for a mistake. It keeps nothing back: a column with a
// secret in it is a column like any other.

import { getTableName } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';

/** Longest text of one value, in characters. */
const MAX_TEXT = 60;

/**
 * A row as a line: `notes(id: 7, body: 'hello', createdAt: 2026-11-22T04:00:00.000Z)`. Long texts
 * are cut, bytes are counted. Every column is there, secrets too: for debugging, not for logs.
 *
 * @param table The table it is of, for its name.
 */
export function inspectRow(row: object, table?: PgTable): string {
  const values = Object.entries(row).map(
    ([key, value]: [string, unknown]) => `${key}: ${inspectValue(value)}`,
  );
  return `${table === undefined ? 'row' : getTableName(table)}(${values.join(', ')})`;
}

function inspectValue(value: unknown): string {
  if (typeof value === 'string') return `'${shorten(value)}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? String(value) : value.toISOString();
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  return shorten(writeJson(value));
}

function writeJson(value: object): string {
  try {
    return JSON.stringify(value, (_, each: unknown) =>
      typeof each === 'bigint' ? `${each}n` : each,
    );
  } catch {
    // Something in it contains itself: there is no text of it, and an aid must not throw.
    return '<circular>';
  }
}

function shorten(text: string): string {
  const characters = [...text];
  if (characters.length <= MAX_TEXT) return text;
  return `${characters.slice(0, MAX_TEXT).join('')}… (${characters.length} characters)`;
}
