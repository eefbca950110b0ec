// Divides a revision's statements into steps: what can share a transaction does, and what
// PostgreSQL refuses inside one stands alone. Pure.

import { createHash } from 'node:crypto';
import type { Revision } from '../revisions/index.js';
import { normalizeSql, type SqlStatement, transactionRule } from '../sql/index.js';
import type { Interrupted } from './applied-state.js';
import type { Direction, EntryState } from './ledger.js';

export type RevisionStep =
  | { readonly kind: 'transaction'; readonly statements: readonly SqlStatement[] }
  /** PostgreSQL refuses it in a transaction. */
  | { readonly kind: 'alone'; readonly statement: SqlStatement }
  /** It may end transactions itself: only running it tells. */
  | { readonly kind: 'procedure'; readonly statement: SqlStatement }
  /** A module; with `inSteps` it makes transactions itself, each of which is journalled. */
  | { readonly kind: 'module'; readonly inSteps: boolean };

/**
 * The steps of one direction; at least one, so that every revision reaches the ledger.
 *
 * @param interrupted A run that was: what stands behind the statements it had ended are steps of
 *   their own, also where they were corrected and could share a transaction now.
 */
export function revisionSteps(
  revision: Revision,
  direction: Direction,
  interrupted?: Pick<Interrupted, 'fingerprint'>,
): readonly RevisionStep[] {
  const { source, noTransaction } = revision;
  if (source.kind === 'module') return [{ kind: 'module', inSteps: noTransaction }];
  const ended = interrupted && endedStatements(source[direction], interrupted.fingerprint);
  const steps: RevisionStep[] = [];
  let together: SqlStatement[] = [];
  const endTransaction = () => {
    if (together.length > 0) steps.push({ kind: 'transaction', statements: together });
    together = [];
  };
  for (const [index, statement] of source[direction].entries()) {
    if (index === ended) endTransaction();
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
  return textsFingerprint(normalized(steps.slice(0, count).flatMap(stepStatements)));
}

/** How many had ended; `undefined` where none of the file's beginnings is what was run. */
function endedStatements(
  statements: readonly SqlStatement[],
  fingerprint: string,
): number | undefined {
  const texts = normalized(statements);
  const counts = Array.from({ length: texts.length + 1 }, (_, index) => index);
  return counts.find((count) => textsFingerprint(texts.slice(0, count)) === fingerprint);
}

function normalized(statements: readonly SqlStatement[]): readonly string[] {
  return statements.map(({ text }) => normalizeSql(text));
}

function textsFingerprint(texts: readonly string[]): string {
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
