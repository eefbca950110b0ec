// Divides a revision's statements into steps: what can share a transaction does, and what
// PostgreSQL refuses inside one stands alone. Pure.

import type { Revision } from '../revisions/index.js';
import { type SqlStatement, transactionRule } from '../sql/index.js';
import type { Direction } from './ledger.js';

export type RevisionStep =
  | { readonly kind: 'transaction'; readonly statements: readonly SqlStatement[] }
  | { readonly kind: 'alone'; readonly statement: SqlStatement }
  | { readonly kind: 'module' };

/** The steps of one direction; at least one, so that every revision reaches the ledger. */
export function revisionSteps(revision: Revision, direction: Direction): readonly RevisionStep[] {
  if (revision.source.kind === 'module') return [{ kind: 'module' }];
  const steps: RevisionStep[] = [];
  let together: SqlStatement[] = [];
  const endTransaction = () => {
    if (together.length > 0) steps.push({ kind: 'transaction', statements: together });
    together = [];
  };
  for (const statement of revision.source[direction]) {
    if (revision.noTransaction || transactionRule(statement.text) === 'non-transactional') {
      endTransaction();
      steps.push({ kind: 'alone', statement });
    } else {
      together.push(statement);
    }
  }
  endTransaction();
  return steps.length > 0 ? steps : [{ kind: 'transaction', statements: [] }];
}
