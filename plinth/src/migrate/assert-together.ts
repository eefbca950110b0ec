// Refuses a single transaction where a step of a run cannot be in one, before anything runs.

import { PlinthError } from '../errors/index.js';
import { revisionSteps, stepStatements } from './revision-steps.js';
import type { RevisionsRun } from './run-revisions.js';

/** @throws PlinthError MIGRATE_NOT_TRANSACTIONAL naming every statement that stands in the way. */
export function assertTogether({
  revisions,
  direction,
  state,
}: Pick<RevisionsRun, 'revisions' | 'direction' | 'state'>): void {
  const faults = revisions.flatMap((revision) => {
    const place = `${revision.id} (${revision.message})`;
    if (state.interrupted.has(revision.id)) return [`${place} was interrupted half-way`];
    return revisionSteps(revision, direction).flatMap((step) => {
      if (step.kind === 'transaction' && !revision.noTransaction) return [];
      if (step.kind === 'module' && !step.inSteps) return [];
      if (step.kind === 'module') return [`${revision.path}: ${place} makes its own transactions`];
      return stepStatements(step).map(
        ({ line, text }) => `${revision.path}:${line}: ${text.split('\n')[0]}`,
      );
    });
  });
  if (faults.length === 0) return;
  throw new PlinthError(
    'MIGRATE_NOT_TRANSACTIONAL',
    `these cannot run in a single transaction:\n  ${faults.join('\n  ')}`,
    { hint: 'Leave --single-transaction out, or upgrade to the revision before them first.' },
  );
}
