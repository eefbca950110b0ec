// Renames: those the caller names, and those of objects whose name nothing else uses. The old
// catalog is rewritten as PostgreSQL will see it after them, so that the rest of the diff need not
// know.

import { type CatalogObject, type Hazard, isEqualData, type ObjectId } from '../catalog/index.js';
import { PlinthError } from '../errors/index.js';
import { splitIdentifiers } from '../sql/index.js';
import { append } from './append.js';
import type { CatalogIndex } from './catalog-index.js';
import { kindOf } from './kind-of.js';
import type { Change, PlannedStatement, Rename } from './plan.js';
import { type Renaming, renamedId, renameInCatalog } from './rename-in-catalog.js';
import { renameWithin } from './rename-within.js';

export interface Renamed {
  readonly from: CatalogIndex;
  readonly changes: readonly Change[];
  readonly statements: readonly PlannedStatement[];
}

/** @throws PlinthError DIFF_RENAME_INVALID where a rename names nothing, or a name that is taken. */
export function applyRenames(
  from: CatalogIndex,
  to: CatalogIndex,
  renames: readonly Rename[],
): Renamed {
  let result: Renamed = { from, changes: [], statements: [] };
  for (const rename of renames) {
    const inside = applyWithin(result, to, rename);
    result = inside ?? applyNamed(result, findRenaming(result.from, to, rename));
  }
  return apply(result, findFreeRenamings(result.from, to));
}

function applyNamed(result: Renamed, renaming: Renaming): Renamed {
  const along = findAlong(result.from, renaming, new Set());
  return apply(result, [renaming, ...along], [breaksCode(renaming)]);
}

function apply(
  { from, changes, statements }: Renamed,
  renamings: readonly Renaming[],
  hazards: readonly Hazard[] = [],
): Renamed {
  if (renamings.length === 0) return { from, changes, statements };
  const said = renamings.flatMap(writeRename);
  return {
    from: renameInCatalog(from, renamings),
    changes: [
      ...changes,
      ...renamings.map(({ object }): Change => ({ verb: 'rename', object: object.id })),
    ],
    statements: [
      ...statements,
      ...said.map((one) => ({ ...one, hazards: [...one.hazards, ...hazards] })),
    ],
  };
}

function writeRename(renaming: Renaming): readonly PlannedStatement[] {
  const { object, name } = renaming;
  const said = kindOf(object).rename?.(object, [...object.names.slice(0, -1), name]) ?? [];
  const about = { object: renamedId(renaming), block: object.parent ?? object.id };
  return said.map((one) => ({ ...one, ...about }));
}

/** What PostgreSQL renames along without a word, as it does the columns of partitions. */
function findAlong(
  from: CatalogIndex,
  { object, name }: Renaming,
  seen: Set<ObjectId>,
): readonly Renaming[] {
  seen.add(object.id);
  const users = new Set(from.dependentsOf(object.id).map(({ dependent }) => dependent));
  const inOrder = [...users].sort((a, b) => from.positionOf(a) - from.positionOf(b));
  return inOrder.flatMap((id) => {
    const other = from.get(id);
    if (other === undefined || seen.has(id) || !goesAlong(other, object, name)) return [];
    const along: Renaming = { object: other, name };
    return [along, ...findAlong(from, along, seen)];
  });
}

function goesAlong(other: CatalogObject, object: CatalogObject, name: string): boolean {
  if (other.kind !== object.kind || other.names.at(-1) !== object.names.at(-1)) return false;
  return kindOf(other).rename?.(other, [...other.names.slice(0, -1), name])?.length === 0;
}

function breaksCode({ object, name }: Renaming): Hazard {
  return breaksName(object.names.join('.'), name);
}

function breaksName(old: string, name: string): Hazard {
  return { kind: 'breaks-code', message: `what uses ${old} by its name fails; it is ${name} now` };
}

/** A rename of something within an object; `undefined` where the text names an object. */
function applyWithin(
  { from, changes, statements }: Renamed,
  to: CatalogIndex,
  { object: text, to: name }: Rename,
): Renamed | undefined {
  const names = splitIdentifiers(text);
  if (from.catalog.objects.some((object) => isNamed(object, names))) return undefined;
  const isHolder = (object: CatalogObject): boolean => isNamed(object, names.slice(0, -1));
  const renamed = renameWithin(from, to, isHolder, names.at(-1) ?? '', name);
  if (renamed === undefined) return undefined;
  const about = { object: renamed.object.id, block: renamed.object.id };
  const hazards = [breaksName(text, name)];
  return {
    from: renamed.from,
    changes: [...changes, { verb: 'rename', object: renamed.object.id }],
    statements: [
      ...statements,
      ...renamed.statements.map((one) => ({ ...one, ...about, hazards })),
    ],
  };
}

function findRenaming(
  from: CatalogIndex,
  to: CatalogIndex,
  { object: text, to: name }: Rename,
): Renaming {
  const names = splitIdentifiers(text);
  const named = from.catalog.objects.filter(
    (object) => isNamed(object, names) && kindOf(object).rename !== undefined,
  );
  const possible = named
    .map((object) => ({ object, name }))
    .map((renaming) => ({ renaming, id: renamedId(renaming) }))
    .filter(({ id }) => to.has(id) && !from.has(id))
    .map(({ renaming }) => renaming);
  const [first, second] = possible;
  if (first !== undefined && second === undefined) return first;
  throw renameInvalid(text, name, named, first !== undefined);
}

function isNamed({ names }: CatalogObject, wanted: readonly string[]): boolean {
  return isEqualData(names, wanted) || isEqualData(names, ['public', ...wanted]);
}

function renameInvalid(
  text: string,
  name: string,
  named: readonly CatalogObject[],
  several: boolean,
): PlinthError {
  const reasons = {
    several: `${text} names several objects that could become ${name}.`,
    nothing: `${text} cannot be renamed to ${name}: there is no such object before the change.`,
    target: `${text} cannot be renamed to ${name}: the wanted schema has no such object, or the name is taken before the change.`,
  };
  const which = several ? 'several' : named.length === 0 ? 'nothing' : 'target';
  return new PlinthError('DIFF_RENAME_INVALID', reasons[which], {
    hint: 'Name what exists before the change and the last part of its new name: public.users.email=mail.',
    details: { object: text, to: name },
  });
}

/** Pairs of a lost and a new object of one whole that differ in nothing but the name. */
function findFreeRenamings(from: CatalogIndex, to: CatalogIndex): readonly Renaming[] {
  const isFree = (object: CatalogObject): boolean => kindOf(object).renamesFreely === true;
  const gone = from.missingIn(to).filter(isFree);
  if (gone.length === 0) return [];
  const fresh = new Map<string, CatalogObject[]>();
  for (const object of to.missingIn(from)) {
    if (isFree(object)) append(fresh, placeOf(object), object);
  }
  const names = new Set(from.catalog.objects.flatMap(namesOf));
  return gone.flatMap((object) => {
    const others = fresh.get(placeOf(object)) ?? [];
    const twin = others.find(
      (other) =>
        isEqualData(other.definition, object.definition) && isNameFree(other, object, names),
    );
    if (twin === undefined) return [];
    others.splice(others.indexOf(twin), 1);
    return [{ object, name: twin.names.at(-1) ?? '' }];
  });
}

/** Names that it takes, which nothing else may have at the same time. */
function namesOf(object: CatalogObject): readonly string[] {
  return kindOf(object).occupies?.(object) ?? [];
}

/** Whether what bears the name of `other` is `object` or nothing: renames come first. */
function isNameFree(
  other: CatalogObject,
  object: CatalogObject,
  names: ReadonlySet<string>,
): boolean {
  const own = namesOf(object);
  return namesOf(other).every((name) => !names.has(name) || own.includes(name));
}

/** Two objects of one place may differ in their own names only. */
function placeOf({ kind, parent, names }: CatalogObject): string {
  return JSON.stringify([kind, parent, names.slice(0, -1)]);
}
