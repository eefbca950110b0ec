// What a check constraint of a table is, and whether it comes from the tables above.

import type { CatalogObject, ObjectId } from '../catalog-object.js';
import { isEqualData } from '../equal-data.js';
import type { Sides } from '../kind.js';
import { objectId, qualifiedName } from '../object-id.js';
import { birthOf } from '../tables/table-birth.js';
import { isInheritance, isPartition, type TableName } from '../tables/table-links.js';

export interface CheckDefinition {
  /** As PostgreSQL prints it. */
  readonly expression: string;
  readonly noInherit: boolean;
  /** `false` for NOT VALID. */
  readonly validated: boolean;
  readonly enforced: boolean;
  /** Whether the table would have it without the tables above. */
  readonly local: boolean;
  /** The tables above that have it. */
  readonly from: readonly TableName[];
  /** Whether tables below have it too. Not compared. */
  readonly hasHeirs: boolean;
  /** Of one that is not valid: what puts tables below. Not compared. */
  readonly heirs: readonly { readonly kind: string; readonly names: TableName }[];
}

/** What a check is where nobody has said more than its expression. */
export const USUAL_CHECK = {
  noInherit: false,
  validated: true,
  enforced: true,
  local: true,
  from: [],
  hasHeirs: false,
  heirs: [],
} satisfies Partial<CheckDefinition>;

type Check = CatalogObject<CheckDefinition>;

/** Whether two say the same, wherever they come from. */
export function isSameCheck(before: Check, after: Check): boolean {
  // A new partition takes one that is not valid for valid, and nobody can say it anew.
  const isCopy = !before.definition.local && !after.definition.local;
  return isEqualData(contentOf(before, isCopy), contentOf(after, isCopy));
}

function contentOf({ definition }: Check, isCopy: boolean): unknown {
  const { local, from, hasHeirs, heirs, validated, ...content } = definition;
  return isCopy ? content : { ...content, validated };
}

/** The same check of the tables above. */
export function checksAbove({ names, definition: { from } }: Check): readonly ObjectId[] {
  return from.map((table) => objectId('check-constraint', [...table, names.at(-1) ?? '']));
}

/** A table that is put below later takes a check for valid, so the check comes after that. */
export function linksBelow({ definition: { heirs } }: Check): readonly ObjectId[] {
  return heirs.map(({ kind, names }) => objectId(kind, names));
}

/** The links by which a table may be below others. */
export function linksOf({ names }: Pick<CatalogObject, 'names'>): readonly ObjectId[] {
  const table = names.slice(0, 2);
  return [objectId('partition', table), objectId('inheritance', table)];
}

/** Whether the table stays below one that has the check. */
export function isStillLinked(object: Check, sides: Sides): boolean {
  // A partition whose bound changes is let go meanwhile.
  if (sides.isCreated(objectId('partition', object.names.slice(0, 2)))) return false;
  return isBelow(object, (id) => sides.before(id)) && isBelow(object, (id) => sides.after(id));
}

function isBelow(object: Check, find: (id: ObjectId) => CatalogObject | undefined): boolean {
  const above = new Set(object.definition.from.map(qualifiedName));
  return linksOf(object).some((id) =>
    parentsBy(find(id)).some((table) => above.has(qualifiedName(table))),
  );
}

function parentsBy(link: CatalogObject | undefined): readonly TableName[] {
  if (link === undefined) return [];
  if (isPartition(link)) return [link.definition.of];
  return isInheritance(link) ? link.definition.parents.map(({ table }) => table) : [];
}

/** Whether PostgreSQL makes it, so that nothing has to be said. */
export function comesFromAbove(object: Check, sides: Sides): boolean {
  const { definition, parent, names } = object;
  if (definition.local) return false;
  // One that is not valid is created after its tables are linked.
  if (!definition.validated && checksAbove(object).some((id) => sides.isCreated(id))) return true;
  if (parent !== null && sides.isCreated(parent)) {
    return birthOf(names.slice(0, 2), sides) !== 'whole';
  }
  return isStillLinked(object, sides);
}
