// Makes ids for new revisions. Does not know which ids are taken: 48 random bits need not ask.

import { randomBytes } from 'node:crypto';
import { isRevisionId, type RevisionId } from './revision.js';

/**
 * A new id: twelve hexadecimal digits, as Alembic's. Never one that YAML, a spreadsheet or a
 * shell could take for a number, such as `123456789012` or `12345678e901`.
 *
 * @param random gives twelve hexadecimal digits; for tests.
 */
export function newRevisionId(random: () => string = randomHex): RevisionId {
  for (;;) {
    const id = random();
    if (isRevisionId(id) && !/^\d+(?:e\d+)?$/.test(id)) return id;
  }
}

function randomHex(): string {
  return randomBytes(6).toString('hex');
}
