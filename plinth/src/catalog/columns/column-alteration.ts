// How a column is altered in place, when it has to be built anew, and when it cannot be had.

import type { CatalogObject } from '../catalog-object.js';
import { isEqualData } from '../equal-data.js';
import { type Alteration, altered, alteredAlone, REBUILT, refused, type Sides } from '../kind.js';
import { objectId, ownName, qualifiedName } from '../object-id.js';
import { type Statement, statement } from '../statement.js';
import { alterRelation, lockAll, relationOf } from '../tables/relation-locks.js';
import { rewriting } from '../tables/rewriting.js';
import { readTypeName } from '../types/type-name.js';
import { isCarried } from './column-birth.js';
import { generatedWords } from './column-clause.js';
import { type ColumnDefinition, isColumn } from './column-definition.js';
import { changeNotNull, isSameNotNull } from './column-not-null.js';
import { type Aspect, isReached, leadersOf, onlyWord, reachOf } from './column-reach.js';
import { changeSettings } from './column-settings.js';
import { changeType, hasOtherType } from './column-type.js';

type Column = CatalogObject<ColumnDefinition>;

/** Since then a generated column takes another expression in place. */
const SET_EXPRESSION_SINCE = 170_000;

const generatedOf: Aspect = ({ definition }) => definition.generated;

export function isSameColumn(before: Column, after: Column, sides: Sides): boolean {
  return (
    !hasOtherType(before, after) &&
    isEqualData(before.definition.generated, after.definition.generated) &&
    isEqualData(before.definition.settings, after.definition.settings) &&
    isSameNotNull(before, after, sides) &&
    otherOrigin(before, after, sides) === undefined &&
    !isCarried(after, sides)
  );
}

export function alterColumn(before: Column, after: Column, sides: Sides): Alteration {
  const isRetyped = hasOtherType(before, after);
  const reason =
    otherOrigin(before, after, sides) ??
    (isRetyped ? (keyOfPartitions(before) ?? partOfRows(after, sides)) : undefined);
  if (reason !== undefined) return refused(reason);
  if (isCarried(after, sides) || isOtherwiseComputed(before, after, sides)) return REBUILT;
  // The statement on the column above it changes this one along.
  const isLed = leadersOf(after, sides).length > 0;
  const retyping = isRetyped && !isLed ? [changeType(before, after, sides, false)] : [];
  const computing = changeExpression(before, after, sides);
  const statements = [
    // Values that are computed cannot be converted with USING.
    ...(after.definition.generated === null ? [...computing, ...retyping] : retyping),
    ...(after.definition.generated === null ? [] : computing),
    ...changeNotNull(before, after, sides),
    ...changeSettings(before, after, sides, isRetyped),
  ];
  return isRetyped ? alteredAlone(...statements) : altered(...statements);
}

/** The statements of a column whose type or collation has made room for its successor. */
export function followType(before: Column, after: Column, sides: Sides): readonly Statement[] {
  if (leadersOf(after, sides).length > 0) return [];
  return [
    changeType(before, after, sides, true),
    ...(hasOtherType(before, after) ? [] : changeSettings(after, after, sides, true)),
  ];
}

export function keyOfPartitions({ names, definition }: Column): string | undefined {
  if (!definition.partitionKey) return undefined;
  return `${qualifiedName(names.slice(0, 2))} is partitioned by ${ownName({ names })}, and PostgreSQL cannot change the type of such a column: create a new table and move the rows`;
}

/** Values of another table's column may be rows of this table. */
function partOfRows({ names, parent }: Column, sides: Sides): string | undefined {
  const table = qualifiedName(names.slice(0, 2));
  const users = parent === null ? [] : sides.dependentsBefore(parent).filter(isColumn);
  const user = users.find((other) => {
    const after = sides.after(other.id);
    if (other.parent === parent || after === undefined || !isColumn(after)) return false;
    return readTypeName(after.definition.type).base === table && !hasOtherType(other, after);
  });
  if (user === undefined) return undefined;
  return `values of ${qualifiedName(user.names)} are rows of ${table}, and PostgreSQL cannot change the type of a column there; give ${qualifiedName(user.names)} another type first`;
}

/** What PostgreSQL cannot do: choose anew whether a column is the table's own. */
function otherOrigin(before: Column, after: Column, sides: Sides): string | undefined {
  const { inheritance } = after.definition;
  if (inheritance === null || isPartition(after, sides) || isCarried(after, sides)) {
    return undefined;
  }
  // Without a table above it that stays, it becomes the table's own on the way.
  const wasOwn =
    (before.definition.inheritance?.local ?? true) || leadersOf(after, sides).length === 0;
  if (wasOwn === inheritance.local) return undefined;
  const said = qualifiedName(after.names);
  const tables = inheritance.from.map(qualifiedName).join(', ');
  return wasOwn
    ? `${said} is a column of the table's own and shall only come from ${tables}; PostgreSQL cannot change that: declare the column in the table as well`
    : `${said} comes from ${tables} and shall be the table's own too; PostgreSQL cannot change that: leave the column out of the table's own list`;
}

function isPartition({ names }: Column, sides: Sides): boolean {
  return sides.after(objectId('partition', names.slice(0, 2))) !== undefined;
}

/** Whether its values are computed in a way that takes a new column. */
function isOtherwiseComputed(before: Column, after: Column, sides: Sides): boolean {
  const [old, wanted] = [before.definition.generated, after.definition.generated];
  if (old === null || wanted === null) {
    return wanted !== null || (old !== null && !old.stored);
  }
  if (old.stored !== wanted.stored) return true;
  if (old.expression === wanted.expression) return false;
  return sides.serverVersion < SET_EXPRESSION_SINCE || hasOtherType(before, after);
}

function changeExpression(before: Column, after: Column, sides: Sides): readonly Statement[] {
  const [old, wanted] = [before.definition.generated, after.definition.generated];
  if (old === null || old.expression === wanted?.expression) return [];
  if (isReached(after, generatedOf, sides)) return [];
  const table = relationOf(after);
  const reach = reachOf(after, generatedOf, sides);
  const [words = ''] = generatedWords(after);
  const action =
    wanted === null
      ? 'DROP EXPRESSION'
      : `SET EXPRESSION AS ${words.slice(words.indexOf('('), words.lastIndexOf(')') + 1)}`;
  const only = wanted === null ? '' : onlyWord(reach);
  const head = `${alterRelation(after.parent)}${only} ${table} ALTER COLUMN ${ownName(after)}`;
  return [
    statement(`${head} ${action}`, {
      locks: lockAll(table),
      hazards: wanted?.stored === true ? rewriting(table) : [],
    }),
  ];
}
