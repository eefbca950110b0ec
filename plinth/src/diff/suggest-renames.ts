// Guesses what may have been renamed, for a person to confirm. Nothing is renamed by a guess.

import { type Catalog, type CatalogObject, type Hazard, qualifiedName } from '../catalog/index.js';
import { append } from './append.js';
import { isEqualData } from './equal-data.js';
import { kindOf } from './kind-of.js';
import type { PlannedStatement, Rename } from './plan.js';

/** How much of a table's parts must be the same for it to look renamed. */
const LIKE = 0.6;

/**
 * Pairs of an object that goes and one that comes in the same place and looks like it, the
 * likeliest for each.
 */
export function suggestRenames(from: Catalog, to: Catalog): readonly Rename[] {
  return pairUp(from, to).map(({ before, after }) => ({
    object: qualifiedName(before.names),
    to: after.names.at(-1) ?? '',
  }));
}

/** Says the flag on statements that lose what may only have another name. */
export function proposeRenames(
  statements: readonly PlannedStatement[],
  from: Catalog,
  to: Catalog,
): readonly PlannedStatement[] {
  const loses = ({ kind }: Hazard): boolean => kind === 'loses-data';
  if (!statements.some(({ hazards }) => hazards.some(loses))) return statements;
  const flags = new Map(
    pairUp(from, to).map(({ before, after }) => [
      before.id,
      `--rename ${qualifiedName(before.names)}=${after.names.at(-1) ?? ''}`,
    ]),
  );
  return statements.map((planned) => {
    const flag = flags.get(planned.object);
    if (flag === undefined) return planned;
    const hazards = planned.hazards.map((hazard) =>
      loses(hazard)
        ? { ...hazard, message: `${hazard.message}; if it only has another name now, say ${flag}` }
        : hazard,
    );
    return { ...planned, hazards };
  });
}

interface Pair {
  readonly before: CatalogObject;
  readonly after: CatalogObject;
}

function pairUp(from: Catalog, to: Catalog): readonly Pair[] {
  const before = new Set(from.objects.map(({ id }) => id));
  const after = new Set(to.objects.map(({ id }) => id));
  const [partsBefore, partsAfter] = [partsByParent(from), partsByParent(to)];
  const come = to.objects.filter((object) => !before.has(object.id) && isRenamable(object));
  const taken = new Set<CatalogObject>();
  return from.objects
    .filter((object) => !after.has(object.id) && isRenamable(object))
    .flatMap((object) => {
      const likely = come
        .filter((other) => !taken.has(other) && isInSamePlace(object, other))
        .map((other) => ({
          other,
          score: likeness(object, other, partsBefore, partsAfter),
        }))
        .filter(({ score }) => score >= LIKE)
        .sort((a, b) => b.score - a.score)[0]?.other;
      if (likely === undefined) return [];
      taken.add(likely);
      return [{ before: object, after: likely }];
    });
}

function isRenamable(object: CatalogObject): boolean {
  const kind = kindOf(object);
  return kind.rename !== undefined && kind.renamesFreely !== true;
}

function isInSamePlace(a: CatalogObject, b: CatalogObject): boolean {
  return a.kind === b.kind && a.parent === b.parent && a.signature === b.signature;
}

/** From 0 to 1: of the definition for what has no parts, of the parts otherwise. */
function likeness(
  a: CatalogObject,
  b: CatalogObject,
  partsOfA: ReadonlyMap<string, readonly string[]>,
  partsOfB: ReadonlyMap<string, readonly string[]>,
): number {
  const [left, right] = [partsOfA.get(a.id) ?? [], partsOfB.get(b.id) ?? []];
  if (left.length + right.length === 0 || !isEqualData(a.definition, b.definition)) {
    return isEqualData(a.definition, b.definition) ? 1 : 0;
  }
  const common = left.filter((part) => right.includes(part)).length;
  return common / (left.length + right.length - common);
}

/** Of each object its parts, as the kind, name and definition they have inside it. */
function partsByParent(catalog: Catalog): ReadonlyMap<string, readonly string[]> {
  const parts = new Map<string, string[]>();
  for (const { parent, kind, names, definition } of catalog.objects) {
    // Names of constraints and indexes hold the table's, so only what stands inside counts.
    if (parent === null || names.length < 3) continue;
    append(parts, parent, JSON.stringify([kind, names.at(-1), definition]));
  }
  return parts;
}
