// Follows a disturbance to what stands on it: what is rebuilt because something under it is.

import type { CatalogObject, Disturbance, ObjectId, Reaction, Sides } from '../catalog/index.js';
import type { CatalogIndex } from './catalog-index.js';
import type { Fate, Fates, Refusal } from './fate.js';
import { kindOf } from './kind-of.js';

interface Work {
  readonly from: CatalogIndex;
  readonly to: CatalogIndex;
  readonly fates: Fates;
  readonly sides: Sides;
  readonly queue: Disturbance[];
  readonly refusals: Refusal[];
}

/** Changes the fates of everything that must move, and returns what cannot. */
export function spreadDisturbances(
  from: CatalogIndex,
  to: CatalogIndex,
  fates: Fates,
  sides: Sides,
): readonly Refusal[] {
  const work: Work = { from, to, fates, sides, queue: [], refusals: [] };
  for (const fate of fates.values()) {
    const disturbance = disturbanceOf(fate);
    if (disturbance !== undefined) work.queue.push(disturbance);
  }
  for (let next = work.queue.shift(); next !== undefined; next = work.queue.shift()) {
    spread(next, work);
  }
  return work.refusals;
}

function disturbanceOf(fate: Fate): Disturbance | undefined {
  switch (fate.how) {
    case 'alter':
      return fate.disturbs
        ? { before: fate.before, after: fate.after, manner: 'retyped' }
        : undefined;
    case 'rebuild':
    case 'swap': {
      const manner = kindOf(fate.after).moveAside === undefined ? 'rebuilt' : 'swapped';
      return { before: fate.before, after: fate.after, manner };
    }
    default:
      return undefined;
  }
}

function spread(disturbance: Disturbance, work: Work): void {
  const source = disturbance.before;
  for (const { dependent, strength } of work.from.dependentsOf(source.id)) {
    if (strength === 'soft') continue;
    const fate = work.fates.get(dependent);
    if (fate === undefined || (fate.how !== 'keep' && fate.how !== 'alter')) continue;
    apply(reactionOf(fate.before, disturbance, work.sides), fate, disturbance, work);
  }
}

function reactionOf(object: CatalogObject, disturbance: Disturbance, sides: Sides): Reaction {
  const { manner, before } = disturbance;
  // A part goes with its whole, whatever it would like.
  if (manner === 'rebuilt' && object.parent === before.id) return 'rebuild';
  return kindOf(object).react?.(object, disturbance, sides) ?? 'rebuild';
}

function apply(
  reaction: Reaction,
  fate: Extract<Fate, { how: 'keep' | 'alter' }>,
  disturbance: Disturbance,
  work: Work,
): void {
  const { before, after } = fate;
  if (reaction === 'keep') return;
  if (reaction === 'rebuild') {
    settle(after.id, { how: 'rebuild', before, after }, work);
    return;
  }
  if (reaction === 'follow') {
    if (disturbance.manner === 'swapped') {
      const { before: old, after: successor } = disturbance;
      work.fates.set(old.id, { how: 'swap', before: old, after: successor });
    }
    // One that is altered alone takes its new type by that.
    if (fate.how === 'alter' && fate.disturbs) return;
    const own = fate.how === 'alter' ? fate.statements : [];
    const following = kindOf(after).follow?.(before, after, work.sides) ?? [];
    const statements = [...following, ...own];
    settle(after.id, { how: 'alter', before, after, statements, disturbs: true }, work);
    return;
  }
  work.refusals.push({
    object: after.id,
    reason: `${reaction.refuse} (because of ${disturbance.after.id})`,
  });
}

function settle(id: ObjectId, fate: Fate, work: Work): void {
  work.fates.set(id, fate);
  const disturbance = disturbanceOf(fate);
  if (disturbance !== undefined) work.queue.push(disturbance);
}
