// How a column comes to be and goes: with its table, by ADD COLUMN, or along with the column of a
// table above it.

import { cutName, MAX_NAME_BYTES, quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import type { Part, Sides } from '../kind.js';
import { objectId, ownName, qualifiedName } from '../object-id.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import { alterRelation, lockAll, relationOf } from '../tables/relation-locks.js';
import { rewriting } from '../tables/rewriting.js';
import { birthOf, originOf } from '../tables/table-birth.js';
import { columnText } from './column-clause.js';
import { type ColumnDefinition, isColumn } from './column-definition.js';
import { changeBornNotNull } from './column-not-null.js';
import { followersOf, leadersOf, onlyWord } from './column-reach.js';
import { changeBornSettings } from './column-settings.js';
import { isVolatile } from './volatile-expression.js';

type Column = CatalogObject<ColumnDefinition>;

/** What CREATE TABLE has no words for, of a column that is written inside. */
export function settleColumn(column: Column, sides: Sides): readonly Statement[] {
  const isTaken = originOf(column, sides) !== undefined;
  return [
    ...(isTaken ? [] : changeBornNotNull(column, sides)),
    ...changeBornSettings(column, sides),
  ];
}

export function createColumn(
  column: Column,
  sides: Sides,
  parts: readonly Part[],
): readonly Statement[] {
  const birth = birthOf(column.names.slice(0, 2), sides);
  if (birth === 'partition' || birth === 'typed') return [];
  if (originOf(column, sides) !== undefined) {
    return [
      ...carryBack(column, sides),
      ...changeBornNotNull(column, sides),
      ...changeBornSettings(column, sides),
      ...dropTakenDefault(column, sides),
    ];
  }
  return [addColumn(column, sides, parts), ...settleColumn(column, sides)];
}

function addColumn(column: Column, sides: Sides, parts: readonly Part[]): Statement {
  const table = relationOf(column);
  const text = columnText(column, sides, parts);
  return statement(`${alterRelation(column.parent)} ${table} ADD COLUMN ${text}`, {
    locks: lockAll(table),
    hazards: isEmpty(column, sides) ? [] : hazardsOfAdding(column, parts),
  });
}

/** Whether the table has no rows, because it comes with the same plan or holds none of its own. */
function isEmpty({ parent }: Column, sides: Sides): boolean {
  return parent !== null && (sides.isCreated(parent) || alterRelation(parent) !== 'ALTER TABLE');
}

function hazardsOfAdding(column: Column, parts: readonly Part[]): readonly Hazard[] {
  const { notNull, generated } = column.definition;
  const isComputed =
    generated?.stored === true ||
    parts.some(({ object, clause }) => object.kind === 'identity' || isVolatile(clause));
  if (isComputed) return rewriting(relationOf(column));
  if (!notNull || parts.length > 0 || generated !== null) return [];
  const message = `${qualifiedName(column.names)} is NOT NULL and has no default: this fails if ${relationOf(column)} has rows; give it a default, or add it without NOT NULL and fill it first`;
  return [{ kind: 'can-fail', message }];
}

/** The default that came along and shall not stay. */
function dropTakenDefault(column: Column, sides: Sides): readonly Statement[] {
  const origin = originOf(column, sides);
  if (origin === undefined || sides.after(objectId('column-default', column.names))) return [];
  if (sides.after(objectId('column-default', origin.names)) === undefined) return [];
  const table = relationOf(column);
  const words = `ALTER COLUMN ${ownName(column)} DROP DEFAULT`;
  return [
    statement(`${alterRelation(column.parent)} ${table} ${words}`, { locks: lockAll(table) }),
  ];
}

export function dropColumn(column: Column, sides: Sides): readonly Statement[] {
  if (isCarried(column, sides)) return [moveValuesAside(column)];
  const isLed = leadersOf(column, sides).some(({ id }) => sides.isDropped(id));
  if (isLed) return [];
  const before = followersOf(column, (id) => sides.dependentsBefore(id));
  const linked = before.filter((other) => leadersOf(other, sides).length > 0);
  const stays = linked.some(({ id }) => !sides.isDropped(id));
  // One that is its table's own stays when the one above it goes.
  const left = linked.filter(
    ({ id, definition }) =>
      sides.isDropped(id) && (stays || definition.inheritance?.local === true),
  );
  return [
    dropOne(column, onlyWord(stays ? 'only' : 'all')),
    ...left.map((other) => dropOne(other, '')),
  ];
}

function dropOne(column: Column, only: string): Statement {
  const table = relationOf(column);
  const said = qualifiedName(column.names);
  const isStored =
    column.definition.generated === null && alterRelation(column.parent) === 'ALTER TABLE';
  const lost: Hazard = { kind: 'loses-data', message: `every value of ${said} is lost` };
  const words = `${only} ${table} DROP COLUMN ${ownName(column)}`;
  return statement(`${alterRelation(column.parent)}${words}`, {
    locks: lockAll(table),
    hazards: [
      ...(isStored ? [lost] : []),
      { kind: 'breaks-code', message: `what reads or writes ${said} fails` },
    ],
  });
}

/**
 * Whether a column of the table's own becomes one that comes from another table, which PostgreSQL
 * cannot do: its values are carried over from one to the other.
 */
export function isCarried({ id }: Pick<Column, 'id'>, sides: Sides): boolean {
  const [before, after] = [sides.before(id), sides.after(id)];
  if (before === undefined || after === undefined || !isColumn(before) || !isColumn(after)) {
    return false;
  }
  const isTaken = after.definition.inheritance?.local === false;
  const isOwn = before.definition.inheritance === null;
  if (!isTaken || !isOwn || before.definition.generated !== null) return false;
  return leadersOf(after, sides).some((leader) => sides.before(leader.id) === undefined);
}

const SUFFIX = '__own';

function nameAside({ names }: Column): string {
  return quoteIdentifier(cutName(names.at(-1) ?? '', MAX_NAME_BYTES - SUFFIX.length) + SUFFIX);
}

function moveValuesAside(column: Column): Statement {
  const table = relationOf(column);
  const words = `RENAME COLUMN ${ownName(column)} TO ${nameAside(column)}`;
  return statement(`ALTER TABLE ${table} ${words}`, { locks: lockAll(table) });
}

function carryBack(column: Column, sides: Sides): readonly Statement[] {
  if (!isCarried(column, sides)) return [];
  const table = relationOf(column);
  const [name, aside] = [ownName(column), nameAside(column)];
  return [
    statement(`UPDATE ${table} SET ${name} = ${aside}`, {
      locks: [{ mode: 'ROW EXCLUSIVE', on: table }],
      hazards: [{ kind: 'rewrites-table', message: `every row of ${table} is written anew` }],
    }),
    statement(`ALTER TABLE ${table} DROP COLUMN ${aside}`, { locks: lockAll(table) }),
  ];
}
