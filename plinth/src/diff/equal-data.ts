// Compares plain data by content.

import { isDeepStrictEqual } from 'node:util';

/** Whether two values of plain data say the same, in whatever order their fields stand. */
export function isEqualData(a: unknown, b: unknown): boolean {
  return a === b || isDeepStrictEqual(a, b);
}
