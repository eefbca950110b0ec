// The row that a value is bound to, in the very text that PostgreSQL has for it.

import { PlinthError } from '../errors/index.js';
import type { SecretBinding } from '../models/index.js';

/** A value of a row's key. */
export type RowId = string | number | bigint;

/**
 * @throws PlinthError SECRET_ROW_INVALID where there are not as many values as the row has columns,
 *   or one says nothing.
 */
export function writeRow(binding: SecretBinding, row: RowId | readonly RowId[]): readonly string[] {
  const values: readonly unknown[] = Array.isArray(row) ? row : [row];
  if (values.length !== binding.row.length) {
    throw invalidRow(binding, `was given as ${values.length} values`);
  }
  return binding.row.map(({ isUuid }, index) => {
    const value = values[index];
    if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
    if (typeof value !== 'string' || value === '') {
      throw invalidRow(binding, 'was given as what is neither a text nor a whole number');
    }
    return isUuid ? value.toLowerCase() : value;
  });
}

function invalidRow({ place, row }: SecretBinding, what: string): PlinthError {
  const names = row.map(({ column }) => column.name).join(', ');
  return new PlinthError(
    'SECRET_ROW_INVALID',
    `a value of ${place} is bound to ${names}, and the row ${what}`,
    { hint: `Give the row as its ${names}; make the id before the row: randomUUID().` },
  );
}
