// Says that a plan leaves secrets out.

import type { Hazard } from '../statement.js';

/** One hazard where options of the target hold secrets; their values are in no catalog. */
export function secretHazards(target: string, secrets: readonly string[]): readonly Hazard[] {
  if (secrets.length === 0) return [];
  const actions = secrets.map((name) => `ADD ${name} '…'`).join(', ');
  const message = `secret options are never written; set them afterwards: ALTER ${target} OPTIONS (${actions})`;
  return [{ kind: 'breaks-code', message }];
}
