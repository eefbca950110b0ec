// Whether what parts demand of all models together holds. It writes nothing.

import type { Located } from './model-file.js';
import { at, invalidModel } from './model-problem.js';
import type { Demand, Part } from './part.js';

/**
 * @param tables Those that files export, as SQL writes them.
 * @throws PlinthError MODELS_INVALID in the words of the first demand that does not hold.
 */
export function checkDemands(parts: readonly Located<Part>[], tables: ReadonlySet<string>): void {
  const alone = new Set<string>();
  const holds = ({ kind, name }: Demand): boolean => {
    if (kind === 'table') return tables.has(name);
    const isFirst = !alone.has(name);
    alone.add(name);
    return isFirst;
  };
  for (const { model, origin } of parts) {
    const broken = model.demands?.find((demand) => !holds(demand));
    if (broken === undefined) continue;
    at(origin, () => {
      throw invalidModel(broken.message, broken.hint);
    });
  }
}
