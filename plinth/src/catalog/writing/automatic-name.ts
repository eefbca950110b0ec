// The names that PostgreSQL gives to what it makes for a column when nobody names it.

import { clipName, MAX_NAME_BYTES } from '../types/type-rows.js';

/**
 * `users_id_seq` for the table `users`, the column `id` and the label `seq`: of names that are too
 * long, the longer one is cut first. Source: makeObjectName in PostgreSQL's indexcmds.c.
 */
export function automaticName(table: string, column: string, label: string): string {
  const room = MAX_NAME_BYTES - Buffer.byteLength(label) - 2;
  let [left, right] = [Buffer.byteLength(table), Buffer.byteLength(column)];
  while (left + right > room) {
    if (left > right) left--;
    else right--;
  }
  return `${clipName(table, left)}_${clipName(column, right)}_${label}`;
}
