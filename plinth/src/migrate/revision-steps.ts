// Divides a revision's statements into steps: what can share a transaction does, and what
// PostgreSQL refuses inside one stands alone. Pure.

import { createHash } from 'node:crypto';
import type { Revision } from '../revisions/index.js';
import { normalizeSql, type SqlStatement, transactionRule } from '../sql/index.js';
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

/**
 * SHA-256 (hex) of what the first `count` steps run. A revision that was stopped in its middle may
 * be corrected, but only behind the steps that have ended.
 */
export function stepsFingerprint(steps: readonly RevisionStep[], count: number): string {
  const texts = steps.slice(0, count).flatMap(stepTexts).map(normalizeSql);
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}

function stepTexts(step: RevisionStep): readonly string[] {
  switch (step.kind) {
    case 'transaction':
      return step.statements.map(({ text }) => text);
    case 'alone':
      return [step.statement.text];
    case 'module':
      return [];
  }
}
