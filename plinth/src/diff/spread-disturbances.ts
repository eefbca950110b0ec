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
  for (const fate of [...fates.values()]) if (fate.how === 'drop') moveOver(fate.before, work);
  // It grows on the way.
  for (const disturbance of work.queue) spread(disturbance, work);
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
    const fate = fateOf(dependent, work);
    if (fate === undefined || (fate.how !== 'keep' && fate.how !== 'alter')) continue;
    apply(reactionOf(fate.before, disturbance, work.sides), fate, disturbance, work);
  }
}

/**
 * What reads the same on both sides may mean another object on each, such as a function of the
 * same name with other arguments: it lets go of the one that is dropped by being rebuilt.
 */
function moveOver(gone: CatalogObject, work: Work): void {
  // A name of one part, such as a role's, belongs to what a definition only mentions.
  if (gone.names.length === 1) return;
  const disturbance = { before: gone, after: gone, manner: 'rebuilt' } as const;
  const successor = successorOf(gone, work);
  if (successor !== undefined) {
    spread({ before: gone, after: successor, manner: 'swapped' }, work);
    return;
  }
  for (const { dependent, strength } of work.from.dependentsOf(gone.id)) {
    const fate = fateOf(dependent, work);
    if (strength !== 'normal' || fate === undefined || !isUnchanged(fate)) continue;
    if (fate.before.parent === gone.id) continue;
    const reaction = reactionOf(fate.before, disturbance, work.sides);
    if (reaction === 'rebuild') apply(reaction, fate, disturbance, work);
  }
}

/** Another object of its name, for one that can move aside: an enum that becomes a domain. */
function successorOf(gone: CatalogObject, work: Work): CatalogObject | undefined {
  const kind = kindOf(gone);
  const isUsed = work.from.dependentsOf(gone.id).some(({ dependent }) => work.to.has(dependent));
  if (kind.moveAside === undefined || !isUsed) return undefined;
  const holders = (kind.occupies?.(gone) ?? []).flatMap((name) => work.to.holderOf(name) ?? []);
  return holders.sort((a, b) => work.to.positionOf(a.id) - work.to.positionOf(b.id))[0];
}

/** Whether it stays, or only its comment, owner or privileges change. */
function isUnchanged(fate: Fate): fate is Extract<Fate, { how: 'keep' | 'alter' }> {
  return fate.how === 'keep' || (fate.how === 'alter' && fate.statements.length === 0);
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
    if (disturbance.manner === 'swapped') swap(disturbance.before, disturbance.after, work);
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

/** What moves aside holds on to what it stands on, so that has to move aside as well. */
function swap(before: CatalogObject, after: CatalogObject, work: Work): void {
  const stays = before.id === after.id;
  work.fates.set(before.id, stays ? { how: 'swap', before, after } : { how: 'retire', before });
  for (const { on } of work.from.needsOf(before.id)) {
    const fate = fateOf(on, work);
    if (fate?.how !== 'rebuild' || kindOf(fate.before).moveAside === undefined) continue;
    swap(fate.before, fate.after, work);
  }
}

function fateOf(id: ObjectId, { from, to, fates }: Work): Fate | undefined {
  const fate = fates.get(id);
  if (fate !== undefined) return fate;
  const [before, after] = [from.get(id), to.get(id)];
  return before && after && { how: 'keep', before, after };
}

function settle(id: ObjectId, fate: Fate, work: Work): void {
  work.fates.set(id, fate);
  const disturbance = disturbanceOf(fate);
  if (disturbance !== undefined) work.queue.push(disturbance);
}
