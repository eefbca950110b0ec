// Divides a revision's statements into steps: what can share a transaction does, and what
// PostgreSQL refuses inside one stands alone. Pure.

import { createHash } from 'node:crypto';
import type { Revision } from '../revisions/index.js';
import { normalizeSql, type SqlStatement, transactionRule } from '../sql/index.js';
import type { Direction, EntryState } from './ledger.js';

export type RevisionStep =
  | { readonly kind: 'transaction'; readonly statements: readonly SqlStatement[] }
  /** PostgreSQL refuses it in a transaction. */
  | { readonly kind: 'alone'; readonly statement: SqlStatement }
  /** It may end transactions itself: only running it tells. */
  | { readonly kind: 'procedure'; readonly statement: SqlStatement }
  /** A module; with `inSteps` it makes transactions itself, each of which is journalled. */
  | { readonly kind: 'module'; readonly inSteps: boolean };

/** The steps of one direction; at least one, so that every revision reaches the ledger. */
export function revisionSteps(revision: Revision, direction: Direction): readonly RevisionStep[] {
  const { source, noTransaction } = revision;
  if (source.kind === 'module') return [{ kind: 'module', inSteps: noTransaction }];
  const steps: RevisionStep[] = [];
  let together: SqlStatement[] = [];
  const endTransaction = () => {
    if (together.length > 0) steps.push({ kind: 'transaction', statements: together });
    together = [];
  };
  for (const statement of source[direction]) {
    const alone = lonelyStep(statement, noTransaction);
    if (alone !== undefined || noTransaction) endTransaction();
    if (alone === undefined) together.push(statement);
    else steps.push(alone);
  }
  endTransaction();
  return steps.length > 0 ? steps : [{ kind: 'transaction', statements: [] }];
}

function lonelyStep(statement: SqlStatement, noTransaction: boolean): RevisionStep | undefined {
  if (transactionRule(statement.text) === 'non-transactional') return { kind: 'alone', statement };
  if (noTransaction && /^(?:call|do)\b/i.test(statement.text)) {
    return { kind: 'procedure', statement };
  }
  return undefined;
}

/** The statements of a step, in order; a module's are known only when it runs. */
export function stepStatements(step: RevisionStep): readonly SqlStatement[] {
  switch (step.kind) {
    case 'transaction':
      return step.statements;
    case 'alone':
    case 'procedure':
      return [step.statement];
    case 'module':
      return [];
    default:
      return step satisfies never;
  }
}

/**
 * SHA-256 (hex) of what the first `count` steps run. A revision that was stopped in its middle may
 * be corrected, but only behind the steps that have ended.
 */
export function stepsFingerprint(steps: readonly RevisionStep[], count: number): string {
  const statements = steps.slice(0, count).flatMap(stepStatements);
  const texts = statements.map(({ text }) => normalizeSql(text));
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex');
}

/** What an entry says of the file: all of it when it ended, else the steps that have ended. */
export function entryFingerprint(
  revision: Revision,
  steps: readonly RevisionStep[],
  state: EntryState,
  step: number,
): string {
  if (state === 'finished') return revision.fingerprint;
  return stepsFingerprint(steps, state === 'step' ? step : step - 1);
}
