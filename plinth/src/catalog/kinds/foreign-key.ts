// The kind `foreign-key`, with the copies that partitions have of it.

import type { CatalogObject } from '../catalog-object.js';
import { isColumn } from '../columns/column-definition.js';
import {
  addConstraint,
  alterTableOf,
  constraintClause,
  constraintName,
  constraintTarget,
  dropConstraint,
  renameConstraint,
  repeatComment,
  replaceConstraint,
  validateConstraint,
} from '../constraints/constraint-statements.js';
import {
  copiedFrom,
  type ForeignKey,
  type ForeignKeyDefinition,
  foreignKeyWords,
  referencedTable,
  reliedOn,
  USUAL_FOREIGN_KEY,
} from '../constraints/foreign-key-definition.js';
import { foreignKeyQuery } from '../constraints/foreign-key-rows.js';
import { becomesConstraint } from '../constraints/key-promotion.js';
import { isEqualData } from '../equal-data.js';
import { isIndexed, partitionLink } from '../indexes/index-definition.js';
import { isOnline, isPartitionLink } from '../indexes/index-tree.js';
import { isPlainIndex } from '../indexes/plain-index.js';
import {
  type Alteration,
  altered,
  type Disturbance,
  type KindSpec,
  REBUILT,
  type Reaction,
  type Sides,
} from '../kind.js';
import { outerName, ownName, qualifiedName } from '../object-id.js';
import {
  type Hazard,
  type Lock,
  type Statement,
  type StatementFacts,
  statement,
} from '../statement.js';
import { lockAll, lockChanges } from '../tables/relation-locks.js';
import { readTypeName } from '../types/type-name.js';

/** Before, a partitioned table cannot have one that is not valid. */
const NOT_VALID_ON_PARTITIONED_SINCE = 180_000;

export const foreignKey: KindSpec<ForeignKeyDefinition> = {
  name: 'foreign-key',
  noun: 'CONSTRAINT',
  presence: { catalog: 'pg_constraint', where: `contype = 'f'` },
  query: foreignKeyQuery,
  defaults: USUAL_FOREIGN_KEY,
  target: constraintTarget,
  clause,
  create: (object, sides) => (object.definition.copyOf === null ? add(object, sides) : []),
  drop,
  alter,
  isSame,
  requires: (object) =>
    object.definition.copyOf === null ? [referencedTable(object)] : [partitionLink(object)],
  leavesAfter: (_object, on) => isPartitionLink(on),
  occupies: (object) => [
    constraintName(object),
    ...object.definition.copies.map((names) => constraintName({ names })),
  ],
  react,
  rename: (object, names) => [renameConstraint(object, names)],
  renamesFreely: true,
};

function clause(object: ForeignKey): string | undefined {
  const { copyOf, enforced, validated } = object.definition;
  // CREATE TABLE takes NOT VALID and forgets it.
  if (copyOf !== null || (enforced && !validated)) return undefined;
  return constraintClause(object, foreignKeyWords(object));
}

type Adding = (object: ForeignKey, text: readonly string[], facts: StatementFacts) => Statement;

function add(object: ForeignKey, sides: Sides, how: Adding = addConstraint): readonly Statement[] {
  const { enforced, validated, partitioned } = object.definition;
  const text = foreignKeyWords(object);
  const locks = locksOf(object, sides);
  if (!enforced) return [how(object, text, { locks })];
  const unchecked = how(object, [...text, 'NOT VALID'], { locks });
  if (!validated) return [unchecked];
  const isPossible = !partitioned || sides.serverVersion >= NOT_VALID_ON_PARTITIONED_SINCE;
  if (isPossible && isOnline(object.parent, sides)) return [unchecked, validate(object)];
  const isLive = object.parent !== null && !sides.isCreated(object.parent);
  const hazards = isLive ? [...checking(object), ...waiting(object, sides)] : [];
  return [how(object, text, { locks, hazards })];
}

/** Of the two tables, those that others may be using. */
function locksOf(object: ForeignKey, sides: Sides): readonly Lock[] {
  const other = referencedTable(object);
  return [object.parent, other]
    .filter((id, at, all) => id !== null && all.indexOf(id) === at && !sides.isCreated(id))
    .map((id) => ({
      mode: 'SHARE ROW EXCLUSIVE',
      on: id === other ? qualifiedName(object.definition.references) : outerName(object),
    }));
}

function waiting(object: ForeignKey, sides: Sides): readonly Hazard[] {
  return locksOf(object, sides).map(({ on }) => ({
    kind: 'blocks-writes',
    message: `writes to ${on} wait until that is done`,
  }));
}

function validate(object: ForeignKey): Statement {
  const references = qualifiedName(object.definition.references);
  const locks: readonly Lock[] = [
    ...lockChanges(outerName(object)),
    { mode: 'ROW SHARE', on: references },
  ];
  return validateConstraint(object, { locks, hazards: checking(object) });
}

function checking(object: ForeignKey): readonly Hazard[] {
  const [table, name] = [outerName(object), ownName(object)];
  const references = qualifiedName(object.definition.references);
  return [
    { kind: 'scans-table', message: `every row of ${table} is looked up in ${references}` },
    {
      kind: 'can-fail',
      message: `fails where a row of ${table} has no row in ${references} by ${name}`,
    },
  ];
}

function drop(object: ForeignKey, sides: Sides): readonly Statement[] {
  // A copy goes with what it was copied from, unless its table is no partition any more.
  if (object.definition.copyOf !== null && !isDetached(object, sides)) return [];
  const references = qualifiedName(object.definition.references);
  const both = [...new Set([outerName(object), references])];
  return [dropConstraint(object, { locks: both.flatMap(lockAll) })];
}

function isDetached(object: ForeignKey, sides: Sides): boolean {
  const link = partitionLink(object);
  const isGone = object.parent !== null && sides.isDropped(object.parent);
  if (isGone || !sides.isDropped(link)) return false;
  const origin = copiedFrom(object);
  return sides.after(link) === undefined || (origin !== undefined && sides.isDropped(origin));
}

function isSame(before: ForeignKey, after: ForeignKey, sides: Sides): boolean {
  return (
    isEqualData(contentOf(before), contentOf(after)) &&
    isEqualData(before.definition.copyOf, after.definition.copyOf) &&
    keepsIndex(before, sides)
  );
}

function contentOf({ definition: { via, copyOf, copies, partitioned, ...content } }: ForeignKey) {
  return content;
}

/** Whether the unique index that it relies on stays. */
function keepsIndex(object: ForeignKey, sides: Sides): boolean {
  const id = reliedOn(object);
  if (sides.after(id) !== undefined) return true;
  const index = sides.before(id);
  return isPlainIndex(index) && becomesConstraint(index, sides);
}

function alter(before: ForeignKey, after: ForeignKey, sides: Sides): Alteration {
  if (!isEqualData(before.definition.copyOf, after.definition.copyOf)) {
    return recopy(before, after, sides);
  }
  if (after.definition.copyOf !== null) return altered();
  // PostgreSQL would go on to rely on the old index, where it serves for the new one as well.
  if (!keepsIndex(before, sides) && isToSameTable(before, after)) return REBUILT;
  return changeInPlace(before, after) ?? replace(before, after, sides);
}

function isToSameTable(before: ForeignKey, after: ForeignKey): boolean {
  return referencedTable(before) === referencedTable(after);
}

/** PostgreSQL takes what a table has when it becomes a partition, and leaves it when it ceases. */
function recopy(before: ForeignKey, after: ForeignKey, sides: Sides): Alteration {
  const isAlike = isEqualData(contentOf(before), contentOf(after));
  const moves = sides.isCreated(partitionLink(after)) || sides.isDropped(partitionLink(after));
  const isTaken = before.definition.copyOf === null;
  return isAlike && (moves || isTaken) ? altered() : REBUILT;
}

/** `undefined` where another one has to take its place. */
function changeInPlace(before: ForeignKey, after: ForeignKey): Alteration | undefined {
  const [old, wanted] = [before.definition, after.definition];
  const isRevoked = old.validated && wanted.enforced && !wanted.validated;
  const isEnforced = wanted.enforced && !old.enforced;
  if (isRevoked || isEnforced || !isEqualData(unalterable(before), unalterable(after))) {
    return undefined;
  }
  const isTimed = old.deferrable === wanted.deferrable && old.deferred === wanted.deferred;
  return altered(
    ...(isTimed ? [] : [alterConstraint(after, timing(wanted))]),
    ...(old.enforced === wanted.enforced ? [] : [alterConstraint(after, 'NOT ENFORCED')]),
    ...(wanted.validated && !old.validated ? [validate(after)] : []),
  );
}

/** What ALTER has no words for. */
function unalterable(object: ForeignKey): unknown {
  const { validated, enforced, deferrable, deferred, ...rest } = contentOf(object);
  return rest;
}

function timing({ deferrable, deferred }: ForeignKeyDefinition): string {
  if (!deferrable) return 'NOT DEFERRABLE';
  return `DEFERRABLE INITIALLY ${deferred ? 'DEFERRED' : 'IMMEDIATE'}`;
}

function alterConstraint(object: ForeignKey, words: string): Statement {
  return statement(`${alterTableOf(object)} ALTER CONSTRAINT ${ownName(object)} ${words}`, {
    locks: lockAll(outerName(object)),
  });
}

function replace(before: ForeignKey, after: ForeignKey, sides: Sides): Alteration {
  return altered(
    ...add(after, sides, replaceConstraint),
    ...repeatComment(constraintTarget(after), before.comment, after.comment),
  );
}

function react(object: ForeignKey, { before, after, manner }: Disturbance, sides: Sides): Reaction {
  if (isPartitionLink(before.id) || isOfPartition(object, before)) return 'keep';
  if (isPlainIndex(before) && becomesConstraint(before, sides)) return 'keep';
  if (manner !== 'retyped' || !isColumn(before) || !isColumn(after)) return 'rebuild';
  // Two columns that are compared cannot take other types one after the other.
  return isResized(before, after) ? 'keep' : 'rebuild';
}

/** Whether something belongs to a partition of the referenced table, of which it stands for one. */
function isOfPartition({ names, definition }: ForeignKey, before: CatalogObject): boolean {
  const table = qualifiedName(
    isPlainIndex(before) ? before.definition.on : before.names.slice(0, 2),
  );
  const own = [names.slice(0, 2), definition.references].map(qualifiedName);
  return (isColumn(before) || isIndexed(before)) && !own.includes(table);
}

/** Whether a column gets another length or precision of the same type. */
function isResized(
  { definition: { type: before } }: CatalogObject<{ readonly type: string }>,
  { definition: { type: after } }: CatalogObject<{ readonly type: string }>,
): boolean {
  return before !== after && readTypeName(before).base === readTypeName(after).base;
}
