// Renames: those the caller names, and those of objects whose name nothing else uses. The old
// catalog is rewritten as PostgreSQL will see it after them, so that the rest of the diff need not
// know.

import type { Catalog, CatalogObject, ObjectId, Statement } from '../catalog/index.js';
import { PlinthError } from '../errors/index.js';
import { isEqualData } from './equal-data.js';
import { kindOf } from './kind-of.js';
import type { Change, PlannedStatement, Rename } from './plan.js';
import { type Renaming, renameInCatalog, renamedId } from './rename-in-catalog.js';

export interface Renamed {
  readonly from: Catalog;
  readonly changes: readonly Change[];
  readonly statements: readonly PlannedStatement[];
}

/** @throws PlinthError DIFF_RENAME_INVALID where a rename names nothing, or a name that is taken. */
export function applyRenames(from: Catalog, to: Catalog, renames: readonly Rename[]): Renamed {
  const wanted = new Set(to.objects.map(({ id }) => id));
  let result: Renamed = { from, changes: [], statements: [] };
  for (const rename of renames) {
    const renaming = findRenaming(result.from, wanted, rename);
    result = apply(result, renaming, (said) => ({
      ...said,
      hazards: [...said.hazards, breaksCode(renaming)],
    }));
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

function breaksCode({ object, name }: Renaming): Statement['hazards'][number] {
  const old = object.names.join('.');
  return { kind: 'breaks-code', message: `what uses ${old} by its name fails; it is ${name} now` };
}

function findRenaming(
  from: Catalog,
  wanted: ReadonlySet<ObjectId>,
  { object: text, to: name }: Rename,
): Renaming {
  const names = splitName(text);
  const named = from.objects.filter(
    (object) => kindOf(object).rename !== undefined && isNamed(object, names),
  );
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
  const before = new Set(from.objects.map(({ id }) => id));
  const after = new Set(to.objects.map(({ id }) => id));
  const isFree = (object: CatalogObject): boolean => kindOf(object).renamesFreely === true;
  const gone = from.objects.filter((object) => !after.has(object.id) && isFree(object));
  if (gone.length === 0) return [];
  const fresh = to.objects.filter((object) => !before.has(object.id) && isFree(object));
  const taken = new Set<ObjectId>();
  return gone.flatMap((object) => {
    const twin = fresh.find(
      (other) =>
        !taken.has(other.id) &&
        other.kind === object.kind &&
        other.parent === object.parent &&
        isEqualData(other.names.slice(0, -1), object.names.slice(0, -1)) &&
        isEqualData(other.definition, object.definition),
    );
    if (twin === undefined) return [];
    taken.add(twin.id);
    return [{ object, name: twin.names.at(-1) ?? '' }];
  });
}
