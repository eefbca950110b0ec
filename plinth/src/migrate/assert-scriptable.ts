// Refuses revisions that no script can run, all of them at once and before any of it is written.

import { PlinthError } from '../errors/index.js';
import type { Revision } from '../revisions/index.js';
import { quoteStatement } from '../sql/index.js';
import type { Direction } from './ledger.js';
import { loneQuestions } from './offline-lone.js';
import { type RevisionStep, revisionSteps } from './revision-steps.js';

/** @throws PlinthError MIGRATE_OFFLINE_UNSUPPORTED */
export function assertScriptable(revisions: readonly Revision[], direction: Direction): void {
  const problems = revisions.flatMap((revision) =>
    revisionSteps(revision, direction).flatMap((step) => stepProblem(revision, step)),
  );
  if (problems.length === 0) return;
  throw new PlinthError(
    'MIGRATE_OFFLINE_UNSUPPORTED',
    ['this cannot be written as a script:', ...problems.flatMap(({ lines }) => lines)].join('\n'),
    {
      hint: 'Let plinth run these revisions, and write scripts for the ranges before and behind them.',
      details: { revisions: [...new Set(problems.map(({ id }) => id))] },
    },
  );
}

interface StepProblem {
  readonly id: string;
  readonly lines: readonly string[];
}

function stepProblem({ id, message, path }: Revision, step: RevisionStep): readonly StepProblem[] {
  const name = `  ${id} (${message})`;
  switch (step.kind) {
    case 'transaction':
      return [];
    case 'module':
      return [{ id, lines: [`${name}: ${path} is a module, which only plinth can run`] }];
    case 'procedure':
    case 'alone': {
      const { text, line } = step.statement;
      if (step.kind === 'alone' && loneQuestions(text) !== undefined) return [];
      const reason = 'runs outside of a transaction, and nothing tells a script how it ended';
      return [{ id, lines: [`${name}: ${path}:${line} ${reason}`, ...quoteStatement(text)] }];
    }
    default:
      return step satisfies never;
  }
}
