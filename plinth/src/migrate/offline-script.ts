// Writes a run of revisions as an SQL script, for a database that Plinth itself may not reach. What
// the script leaves, schema and ledger, is what the same run by Plinth would leave. Pure.

import { planOffline, type Revision, type RevisionGraph } from '../revisions/index.js';
import { quoteLiteral, type SqlStatement } from '../sql/index.js';
import { assertScriptable } from './assert-scriptable.js';
import type { Direction, EntryState, NewEntry } from './ledger.js';
import { type Expectation, type Guard, guardText } from './offline-guard.js';
import { frameScript } from './offline-ledger.js';
import { loneQuestions } from './offline-lone.js';
import { entryText, inComment, RESET_TEXT } from './offline-text.js';
import {
  entryFingerprint,
  type RevisionStep,
  revisionSteps,
  stepsFingerprint,
} from './revision-steps.js';
import { DEFAULT_STATEMENT_LOCK_TIMEOUT, loneLockTimeoutMs } from './statement-lock-timeout.js';

export interface OfflineOptions {
  /** The table in the schema `plinth`. Default: `ledger`. */
  readonly ledger?: string | undefined;
  /** Written into the ledger beside each revision. */
  readonly tag?: string | undefined;
  /**
   * Seconds a statement waits for a lock; 0 waits for ever. A script does not try again. What builds
   * CONCURRENTLY gets ten minutes at least. Default: 3.
   */
  readonly statementLockTimeout?: number | undefined;
}

/**
 * The script of `upgrade a:b` or `downgrade b:a`. It may be run more than once, and by a client that
 * goes on after an error: what is not where it should be stays as it is.
 *
 * @param range What is taken for applied, a colon, and the target; an upgrade without a colon begins
 *   at the base.
 * @throws PlinthError MIGRATE_OFFLINE_UNSUPPORTED naming every revision that no script can run;
 *   REVISION_IRREVERSIBLE; otherwise of the codes REVISION_*.
 * @example offlineScript(graph, 'upgrade', 'ae1027a6acf:head')
 */
export function offlineScript(
  graph: RevisionGraph,
  direction: Direction,
  range: string,
  options: OfflineOptions = {},
): string {
  const { revisions } = planOffline(graph, direction, range);
  assertScriptable(revisions, direction);
  const contents = revisions.map(({ id, message }) => `${id} ${message}`);
  const framing = {
    title: `${direction} ${range}`,
    contents,
    ledger: options.ledger,
    lockTimeoutMs: timeoutMs(options),
  };
  const parts = revisions.map((revision) => revisionText({ graph, direction, revision, options }));
  return frameScript(framing, parts);
}

interface RevisionScript {
  readonly graph: RevisionGraph;
  readonly direction: Direction;
  readonly revision: Revision;
  readonly options: OfflineOptions;
}

interface StepScript extends RevisionScript {
  readonly steps: readonly RevisionStep[];
  /** From 1. */
  readonly number: number;
}

function revisionText(script: RevisionScript): string {
  const { revision, direction } = script;
  const steps = revisionSteps(revision, direction);
  const title = `-- ${direction} ${revision.id}: ${inComment(revision.message)}`;
  const texts = steps.map((step, index) => stepText({ ...script, steps, number: index + 1 }, step));
  return [title, ...texts].join('\n');
}

function stepText(script: StepScript, step: RevisionStep): string {
  switch (step.kind) {
    case 'transaction':
      return transactionText(script, step.statements);
    case 'alone':
    case 'procedure':
      return aloneText(script, step.statement);
    case 'module':
      return '';
    default:
      return step satisfies never;
  }
}

function transactionText(script: StepScript, statements: readonly SqlStatement[]): string {
  return [
    'BEGIN;',
    guardText(guardOf(script, 'begin')),
    '',
    ...statements.map(({ text }) => `${text};\n`),
    // The revision may have changed into a role that may not write the ledger.
    'RESET ROLE;',
    entryText(newEntry(script, endedState(script)), script.options.ledger),
    'COMMIT;',
    RESET_TEXT,
  ].join('\n');
}

// PostgreSQL refuses the statement in a transaction, so nothing there can stop it. What can is the
// default of its session: that allows writing again only when the transaction before it commits.
function aloneText(script: StepScript, statement: SqlStatement): string {
  const { ledger } = script.options;
  const questions = loneQuestions(statement.text);
  if (questions === undefined) return '';
  const otherwise = 'its statement has not ended well';
  const about = `jsonb_build_object('statement', ${quoteLiteral(statement.text)})`;
  const observed = `${questions.observed} || ${about}`;
  return [
    'SET default_transaction_read_only = on;',
    'BEGIN READ WRITE;',
    guardText(guardOf(script, 'begin')),
    entryText(newEntry(script, 'started'), ledger, observed),
    'SET default_transaction_read_only = off;',
    `SET lock_timeout = ${loneLockTimeoutMs(statement.text, timeoutMs(script.options))};`,
    'COMMIT;',
    `\n${statement.text};\n`,
    'BEGIN READ WRITE;',
    guardText({ ...guardOf(script, 'end'), condition: { sql: questions.isDone, otherwise } }),
    entryText(newEntry(script, endedState(script)), ledger),
    'COMMIT;',
    RESET_TEXT,
  ].join('\n');
}

function guardOf(script: StepScript, moment: 'begin' | 'end'): Guard {
  const { revision, direction, options, number, steps } = script;
  const step = steps.length === 1 ? '' : `, step ${number} of ${steps.length}`;
  return {
    what: `${direction} of ${revision.id}${step}`,
    expectations: moment === 'begin' ? beforeStep(script) : [startedStep(script)],
    ledger: options.ledger,
  };
}

function beforeStep(script: StepScript): readonly Expectation[] {
  const { revision, direction, number, steps } = script;
  if (number > 1) {
    const fingerprint = stepsFingerprint(steps, number - 1);
    return [{ revision, place: `${direction} step ${number - 1}`, fingerprint }];
  }
  return direction === 'upgrade' ? beforeUpgrade(script) : beforeDowngrade(script);
}

function startedStep({ revision, direction, number, steps }: StepScript): Expectation {
  const fingerprint = stepsFingerprint(steps, number - 1);
  return { revision, place: `${direction} started ${number}`, fingerprint };
}

function beforeUpgrade({ graph, revision }: RevisionScript): readonly Expectation[] {
  const needed = [...graph.parentsOf(revision.id), ...graph.dependenciesOf(revision.id)];
  return [{ revision, place: 'not applied' }, ...needed.map(appliedExpectation)];
}

function beforeDowngrade({ graph, revision }: RevisionScript): readonly Expectation[] {
  const above = dependentsOf(graph, revision);
  return [
    appliedExpectation(revision),
    ...above.map((other): Expectation => ({ revision: other, place: 'not applied' })),
  ];
}

/** Applied from the file as it is now. */
export function appliedExpectation(revision: Revision): Expectation {
  return { revision, place: 'applied', fingerprint: revision.fingerprint };
}

/** What revises it or depends on it. */
export function dependentsOf(graph: RevisionGraph, { id }: Revision): readonly Revision[] {
  const dependents = graph.revisions.filter((other) =>
    graph.dependenciesOf(other.id).some((needed) => needed.id === id),
  );
  return [...new Set([...graph.childrenOf(id), ...dependents])];
}

function endedState({ number, steps }: StepScript): EntryState {
  return number === steps.length ? 'finished' : 'step';
}

function newEntry(script: StepScript, state: EntryState): NewEntry {
  const { revision, direction, options, steps, number } = script;
  return {
    revision,
    direction,
    state,
    step: number,
    steps: steps.length,
    durationMs: 0,
    fingerprint: entryFingerprint(revision, steps, state, number),
    tag: options.tag,
  };
}

function timeoutMs({ statementLockTimeout }: OfflineOptions): number {
  return Math.round((statementLockTimeout ?? DEFAULT_STATEMENT_LOCK_TIMEOUT) * 1000);
}
