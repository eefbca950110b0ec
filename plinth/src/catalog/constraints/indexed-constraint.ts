// The kinds of constraints that an index keeps: primary keys, unique and exclusion constraints.
// What each of them says and how it is built, it says itself.

import { quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { isEqualData } from '../equal-data.js';
import { arrive, renameIndexed } from '../indexes/index-arrival.js';
import { type IndexDefinition, indexName, isIndexed } from '../indexes/index-definition.js';
import { isSameIndex, reactOfIndex } from '../indexes/index-reaction.js';
import { changeSettings, changesInPlace, settleIndex } from '../indexes/index-storage.js';
import {
  buildsEach,
  changeAttachment,
  goesAlong,
  isBoundBy,
  isPartitionLink,
  leavingPartitions,
  namesTaken,
  treeNeeds,
} from '../indexes/index-tree.js';
import {
  type Alteration,
  altered,
  alteredAlone,
  type KindSpec,
  type Presence,
  REBUILT,
  type Sides,
} from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import {
  constraintClause,
  constraintName,
  constraintTarget,
  dropConstraint,
  repeatComment,
} from './constraint-statements.js';

export interface IndexedConstraintDefinition extends IndexDefinition {
  readonly deferrable: boolean;
  readonly deferred: boolean;
  /** The comment on the index, which is not the one on the constraint. */
  readonly indexComment: string | null;
}

export interface IndexedConstraintSpec<Definition extends IndexedConstraintDefinition> {
  readonly name: string;
  readonly presence: Presence;
  readonly defaults?: Partial<Definition>;
  query(serverVersion: number): string;
  /** The constraint without its name, in clauses. */
  words(object: CatalogObject<Definition>): readonly string[];
  build(object: CatalogObject<Definition>, sides: Sides): readonly Statement[];
  /** Puts it in the place of the one of its name, so that one of them always holds. */
  exchange(
    before: CatalogObject<Definition>,
    after: CatalogObject<Definition>,
    sides: Sides,
  ): readonly Statement[];
  /** What it means that it goes for good. */
  loss(object: CatalogObject<Definition>): readonly Hazard[];
}

export function indexedConstraint<Definition extends IndexedConstraintDefinition>(
  spec: IndexedConstraintSpec<Definition>,
): KindSpec<Definition> {
  return {
    name: spec.name,
    noun: 'CONSTRAINT',
    presence: spec.presence,
    query: spec.query,
    ...(spec.defaults === undefined ? {} : { defaults: spec.defaults }),
    target: constraintTarget,
    clause: (object, sides) =>
      isFoldable(object, sides) ? constraintClause(object, spec.words(object)) : undefined,
    create: (object, sides) =>
      arrive(object, sides, () => [...spec.build(object, sides), ...sayIndexComment(object, null)]),
    drop: (object, sides) =>
      goesAlong(object, sides)
        ? []
        : [dropConstraint(object, { hazards: lossOf(spec, object, sides) })],
    alter: (before, after, sides) => alter(spec, before, after, sides),
    isSame: isSameIndex,
    requires: treeNeeds,
    awaits: leavingPartitions,
    // Inside CREATE TABLE it stands before any partition is there.
    isNeeded: ({ definition }, on) => !isPartitionLink(on) || isBuiltLate(definition),
    leavesAfter: isBoundBy,
    occupies: (object) => [constraintName(object), ...namesTaken(object)],
    react: reactOfIndex,
    rename: renameIndexed,
    renamesFreely: true,
  };
}

function isBuiltLate({ attached, tree }: IndexDefinition): boolean {
  return attached !== null || tree?.isNamed === true;
}

type Constraint = CatalogObject<IndexedConstraintDefinition>;

/** Whether CREATE TABLE has words for all of it. */
function isFoldable(object: Constraint, sides: Sides): boolean {
  const { attached, indexComment, targets, extensions } = object.definition;
  if (attached !== null || indexComment !== null || buildsEach(object, sides)) return false;
  return targets.length === 0 && extensions.length === 0 && !isRepeated(object, sides);
}

/** Of two that differ in nothing but name and storage, CREATE TABLE makes the first only. */
function isRepeated(object: Constraint, sides: Sides): boolean {
  const all = object.parent === null ? [] : sides.partsAfter(object.parent).filter(isConstraint);
  const earlier = all.slice(
    0,
    all.findIndex(({ id }) => id === object.id),
  );
  return earlier.some((other) => isEqualData(shapeOf(other), shapeOf(object)));
}

function isConstraint(object: CatalogObject): object is Constraint {
  return isIndexed(object) && object.kind !== 'index';
}

function lossOf<Definition extends IndexedConstraintDefinition>(
  spec: IndexedConstraintSpec<Definition>,
  object: CatalogObject<Definition>,
  sides: Sides,
): readonly Hazard[] {
  return sides.after(object.id) === undefined ? spec.loss(object) : [];
}

function alter<Definition extends IndexedConstraintDefinition>(
  spec: IndexedConstraintSpec<Definition>,
  before: CatalogObject<Definition>,
  after: CatalogObject<Definition>,
  sides: Sides,
): Alteration {
  const attachment = changeAttachment(before, after, sides);
  if (attachment === undefined) return REBUILT;
  if (isAlike(before, after)) {
    const { isValid, tree } = after.definition;
    if (tree !== null && !isValid && before.definition.isValid) return REBUILT;
    return altered(
      ...changeSettings(before.definition, after, sides),
      ...sayIndexComment(after, before.definition.indexComment),
      ...attachment,
    );
  }
  if (!isLone(before) || !isLone(after)) return REBUILT;
  return alteredAlone(
    ...spec.exchange(before, after, sides),
    ...settleIndex(after),
    ...sayIndexComment(after, null),
    ...repeatComment(constraintTarget(after), before.comment, after.comment),
  );
}

/** Whether it need not be built anew. */
function isAlike(before: Constraint, after: Constraint): boolean {
  return (
    isEqualData(shapeOf(before), shapeOf(after)) &&
    changesInPlace(before.definition, after.definition)
  );
}

/** What it says, without where and how it is stored. */
function shapeOf({ definition }: Constraint): unknown {
  const { storage, tablespace, targets, extensions, isValid, ...rest } = definition;
  const { attached, tree, indexComment, ...shape } = rest;
  return shape;
}

/** Whether it has nothing to do with partitions. */
function isLone({ definition: { tree, attached } }: Constraint): boolean {
  return tree === null && attached === null;
}

function sayIndexComment(object: Constraint, before: string | null): readonly Statement[] {
  const { indexComment } = object.definition;
  if (indexComment === before) return [];
  const text = indexComment === null ? 'NULL' : quoteLiteral(indexComment);
  return [statement(`COMMENT ON INDEX ${qualifiedName(indexName(object))} IS ${text}`)];
}
