// Writes extras where they stand. What only changes the text of a table or constraint is written
// with that, and gives no statement here.

import { invalidModel } from '../model-problem.js';
import type { Part } from '../part.js';
import type { Extra } from './extra.js';
import type { Target } from './target.js';

/** The statements of an extra that is attached to something. */
export function writeExtra(extra: Extra, target: Target): readonly Part[] {
  switch (extra.kind) {
    case 'attached':
      return extra.write(target);
    case 'standing':
      return extra.write();
    case 'bundle':
      return writeBundle(extra.extras, extra.target);
    case 'refined':
    case 'exclusion':
    case 'partitioned-by':
    case 'virtual':
      return [];
  }
}

/** Whether an extra changes the text of something else, and is written with that. */
export function isStructural({ kind }: Extra): boolean {
  return kind !== 'attached' && kind !== 'standing' && kind !== 'bundle';
}

/** The statements of an extra that is exported, and attached to nothing but by itself. */
export function writeExported(extra: Extra): readonly Part[] {
  if (extra.kind === 'standing') return extra.write();
  if (extra.kind === 'bundle') return writeBundle(extra.extras, extra.target);
  throw invalidModel(
    `${extra.kind === 'attached' ? extra.what : extra.kind} is exported and attached to nothing`,
    'Put it into the third argument of pgTable, or export on(table, …).',
  );
}

/** Extras of what is no table of these models. */
function writeBundle(extras: readonly Extra[], target: Target): readonly Part[] {
  return extras.flatMap((extra) => {
    if (isStructural(extra)) {
      throw invalidModel(
        `${extra.kind} changes how ${target.sql} is created, and no file exports it as a table`,
        'Attach it to a table that is exported.',
      );
    }
    return writeExtra(extra, target);
  });
}
