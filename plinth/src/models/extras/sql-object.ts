// The extra for everything else: statements of SQL as they are.

import { is, SQL } from 'drizzle-orm';
import { writeQuery } from '../expression.js';
import type { Phase } from '../part.js';
import { asExtra, type Extra } from './extra.js';

/**
 * Statements of DDL that no other extra has words for, one in each argument.
 *
 * @example export const rules = sqlObject(sql`ALTER TABLE ${notes} SET (fillfactor = 70)`);
 */
export function sqlObject(...statements: readonly (SQL | string)[]): Extra {
  return asExtra({
    kind: 'standing',
    write: () =>
      statements.map((statement) => {
        const sql = is(statement, SQL) ? writeQuery(statement) : statement.trim();
        return { phase: phaseOf(sql), sql };
      }),
  });
}

// What tables may be made of comes before them.
const EARLY: readonly (readonly [RegExp, Phase])[] = [
  [/^CREATE\s+(?:OR\s+REPLACE\s+)?(?:FUNCTION|PROCEDURE|AGGREGATE|OPERATOR|CAST)\b/i, 'function'],
  [/^CREATE\s+(?:TYPE|DOMAIN|COLLATION|TEXT\s+SEARCH)\b/i, 'type'],
  [/^CREATE\s+(?:ROLE|USER|GROUP)\b/i, 'role'],
  [/^CREATE\s+SCHEMA\b/i, 'schema'],
  [/^CREATE\s+EXTENSION\b/i, 'extension'],
  [/^(?:GRANT|REVOKE)\b/i, 'privilege'],
  [/^COMMENT\b/i, 'comment'],
];

function phaseOf(sql: string): Phase {
  return EARLY.find(([words]) => words.test(sql))?.[1] ?? 'object';
}
