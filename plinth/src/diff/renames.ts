// Renames: those the caller names, and those of objects whose name nothing else uses. The old
// catalog is rewritten as PostgreSQL will see it after them, so that the rest of the diff need not
// know.

import type { Catalog, CatalogObject, Hazard, Statement } from '../catalog/index.js';
import { PlinthError } from '../errors/index.js';
import { append } from './append.js';
import { isEqualData } from './equal-data.js';
import { kindOf } from './kind-of.js';
import type { Change, PlannedStatement, Rename } from './plan.js';
import { type Renaming, renamedId, renameInCatalog } from './rename-in-catalog.js';
import { renameWithin } from './rename-within.js';

export interface Renamed {
  readonly from: Catalog;
  readonly changes: readonly Change[];
  readonly statements: readonly PlannedStatement[];
}

/** @throws PlinthError DIFF_RENAME_INVALID where a rename names nothing, or a name that is taken. */
export function applyRenames(from: Catalog, to: Catalog, renames: readonly Rename[]): Renamed {
  let result: Renamed = { from, changes: [], statements: [] };
  for (const rename of renames) {
    const inside = applyWithin(result, to, rename);
    if (inside !== undefined) {
      result = inside;
      continue;
    }
    const renaming = findRenaming(result.from, to, rename);
    const renamed = apply(result, renaming, (said) => ({
      ...said,
      hazards: [...said.hazards, breaksCode(renaming)],
    }));
    result = applyAlong(renamed, renaming);
  }
  for (const renaming of findFreeRenamings(result.from, to)) {
    result = apply(result, renaming, (said) => said);
  }
  return result;
}

function apply(
  { from, changes, statements }: Renamed,
  renaming: Renaming,
  adjust: (said: Statement) => Statement,
): Renamed {
  const { object, name } = renaming;
  const names = [...object.names.slice(0, -1), name];
  const said = (kindOf(object).rename?.(object, names) ?? []).map(adjust);
  const about = { object: renamedId(renaming), block: object.parent ?? object.id };
  return {
    from: renameInCatalog(from, renaming),
    changes: [...changes, { verb: 'rename', object: object.id }],
    statements: [...statements, ...said.map((one) => ({ ...one, ...about }))],
  };
}

/** What PostgreSQL renames along without a word, as it does the columns of partitions. */
function applyAlong(renamed: Renamed, { object, name }: Renaming): Renamed {
  const { from } = renamed;
  const id = renamedId({ object, name });
  const users = new Set(from.dependencies.flatMap((one) => (one.on === id ? one.dependent : [])));
  return from.objects
    .filter((other) => users.has(other.id) && goesAlong(other, object, name))
    .map((other): Renaming => ({ object: other, name }))
    .reduce(
      (result, along) =>
        applyAlong(
          apply(result, along, (said) => said),
          along,
        ),
      renamed,
    );
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
  to: Catalog,
  { object: text, to: name }: Rename,
): Renamed | undefined {
  const names = splitName(text);
  if (from.objects.some((object) => isNamed(object, names))) return undefined;
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

function findRenaming(from: Catalog, to: Catalog, { object: text, to: name }: Rename): Renaming {
  const names = splitName(text);
  const named = from.objects.filter(
    (object) => kindOf(object).rename !== undefined && isNamed(object, names),
  );
  const wanted = new Set(to.objects.map(({ id }) => id));
  const taken = new Set(from.objects.map(({ id }) => id));
  const possible = named
    .map((object) => ({ object, name }))
    .filter((renaming) => wanted.has(renamedId(renaming)) && !taken.has(renamedId(renaming)));
  const [first, second] = possible;
  if (first !== undefined && second === undefined) return first;
  throw renameInvalid(text, name, named, first !== undefined);
}

function isNamed({ names }: CatalogObject, wanted: readonly string[]): boolean {
  return isEqualData(names, wanted) || isEqualData(names, ['public', ...wanted]);
}

/** `public."Order".id` in its parts. */
function splitName(text: string): readonly string[] {
  return [...text.matchAll(/"((?:[^"]|"")*)"|[^."]+/g)].map(
    ([bare, quoted]) => quoted?.replaceAll('""', '"') ?? bare,
  );
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
function findFreeRenamings(from: Catalog, to: Catalog): readonly Renaming[] {
  const isFree = (object: CatalogObject): boolean => kindOf(object).renamesFreely === true;
  const after = new Set(to.objects.map(({ id }) => id));
  const gone = from.objects.filter((object) => !after.has(object.id) && isFree(object));
  if (gone.length === 0) return [];
  const before = new Set(from.objects.map(({ id }) => id));
  const fresh = new Map<string, CatalogObject[]>();
  for (const object of to.objects) {
    if (!before.has(object.id) && isFree(object)) append(fresh, placeOf(object), object);
  }
  const names = new Set(from.objects.flatMap(namesOf));
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

/** Two objects of one place may differ in their own names only. */
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

function placeOf({ kind, parent, names }: CatalogObject): string {
  return JSON.stringify([kind, parent, names.slice(0, -1)]);
}
