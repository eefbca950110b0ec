// NOT NULL of a column: in its definition, set on a table with rows, and dropped. Since PostgreSQL
// 18 a constraint with a name is behind it.

import { automaticName, quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import type { Sides } from '../kind.js';
import { ownName, qualifiedName } from '../object-id.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import { alterRelation, lockAll, lockChanges, relationOf } from '../tables/relation-locks.js';
import { originOf } from '../tables/table-birth.js';
import { isTable } from '../tables/table-definition.js';
import type { ColumnDefinition, NotNullConstraint } from './column-definition.js';
import {
  type Aspect,
  followersOf,
  isReached,
  leadersOf,
  onlyWord,
  type Reach,
  reachOf,
} from './column-reach.js';

type Column = CatalogObject<ColumnDefinition>;

const NAMED_SINCE = 180_000;

const notNullOf: Aspect = ({ definition }) => definition.notNull;

/** Before PostgreSQL 18 no constraint is behind NOT NULL. One that is not valid has no other form. */
export function withoutNames(column: Column, serverVersion: number): Column {
  const { constraint } = column.definition;
  if (serverVersion >= NAMED_SINCE || constraint === null || constraint.notValid === true) {
    return column;
  }
  return { ...column, definition: { ...column.definition, constraint: null } };
}

/** The words of a column definition; none where a statement of its own has to follow. */
export function notNullWords(column: Column): readonly string[] {
  const { notNull, constraint } = column.definition;
  if (!notNull || constraint?.notValid === true) return [];
  const name = chosenName(column);
  return [
    ...(name === undefined ? [] : [`CONSTRAINT ${quoteIdentifier(name)}`]),
    'NOT NULL',
    ...(constraint?.noInherit === true ? ['NO INHERIT'] : []),
  ];
}

/** The constraint's name where it is not the one that PostgreSQL would give. */
export function chosenName({ names, definition: { constraint } }: Column): string | undefined {
  const [, table = '', name = ''] = names;
  if (constraint === null || constraint.name === automaticName(table, name, 'not_null')) {
    return undefined;
  }
  return constraint.name;
}

/** What is left to do once the column is there. */
export function changeBornNotNull(column: Column, sides: Sides): readonly Statement[] {
  const { notNull, constraint } = column.definition;
  if (constraint?.notValid === true) return [addConstraint(column, constraint)];
  const origin = originOf(column, sides);
  if (origin === undefined || origin.definition.notNull === notNull) return [];
  return [alterColumn(column, notNull ? 'SET NOT NULL' : 'DROP NOT NULL')];
}

/** Whether two columns have the same constraint, as far as a statement could change it. */
export function isSameNotNull(before: Column, after: Column, sides: Sides): boolean {
  if (before.definition.notNull !== after.definition.notNull) return false;
  const [old, wanted] = [before.definition.constraint, after.definition.constraint];
  if (old === null || wanted === null) return true;
  return (
    old.noInherit === wanted.noInherit &&
    old.notValid === wanted.notValid &&
    // The name of one that is only inherited cannot be chosen.
    (old.name === wanted.name || wanted.inherited === true) &&
    !becomesOwn(after, old, wanted, sides)
  );
}

/** One that was taken from another table becomes the table's own too. */
function becomesOwn(
  after: Column,
  old: NotNullConstraint,
  wanted: NotNullConstraint,
  sides: Sides,
): boolean {
  const changes = old.inherited === true && wanted.inherited === undefined;
  return changes && leadersOf(after, sides).length > 0;
}

export function changeNotNull(before: Column, after: Column, sides: Sides): readonly Statement[] {
  if (isSameNotNull(before, after, sides)) return [];
  if (!before.definition.notNull) return setNotNull(after, sides);
  if (!after.definition.notNull) return dropNotNull(before, after, sides);
  const [old, wanted] = [before.definition.constraint, after.definition.constraint];
  if (old === null || wanted === null) return [];
  // What came from the table above has gone with it.
  const isGone =
    old.inherited === true && leadersOf(after, sides).some(({ definition }) => !definition.notNull);
  return isGone ? setNotNull(after, sides) : changeConstraint(after, old, wanted, sides);
}

function setNotNull(column: Column, sides: Sides): readonly Statement[] {
  const { constraint } = column.definition;
  if (isReached(column, notNullOf, sides)) return [];
  const isForeign = alterRelation(column.parent) !== 'ALTER TABLE';
  if (constraint?.notValid === true) return [addConstraint(column, constraint)];
  if (constraint !== null && (chosenName(column) !== undefined || constraint.noInherit === true)) {
    return sides.plain || isForeign
      ? [addConstraint(column, constraint)]
      : addValidated(column, constraint);
  }
  const set = alterColumn(
    column,
    'SET NOT NULL',
    isForeign ? [] : scanning(column),
    reach(column, sides),
  );
  if (sides.plain || isForeign) return [set];
  return constraint === null ? proveBeforehand(column, sides) : addValidated(column, constraint);
}

/** A constraint that is checked while others read and write; then nothing is left to check. */
function addValidated(column: Column, constraint: NotNullConstraint): readonly Statement[] {
  return [
    addConstraint(column, { ...constraint, notValid: true }),
    validate(column, constraint.name),
  ];
}

/** The same for servers that have no NOT NULL constraints: a CHECK takes their place for a while. */
function proveBeforehand(column: Column, sides: Sides): readonly Statement[] {
  const to = reach(column, sides);
  const [table, name] = [relationOf(column), ownName(column)];
  const proof = proofName(column, sides);
  const alter = `ALTER TABLE${onlyWord(to)} ${table}`;
  return [
    statement(
      `${alter} ADD CONSTRAINT ${quoteIdentifier(proof)}\n    CHECK (${name} IS NOT NULL)${to === 'only' ? ' NO INHERIT' : ''} NOT VALID`,
      { locks: lockAll(table) },
    ),
    validate(column, proof),
    statement(`${alter} ALTER COLUMN ${name} SET NOT NULL`, { locks: lockAll(table) }),
    statement(`${alter} DROP CONSTRAINT ${quoteIdentifier(proof)}`, { locks: lockAll(table) }),
  ];
}

/** A name that nothing of the table has. */
function proofName({ names, parent }: Column, sides: Sides): string {
  const [, table = '', name = ''] = names;
  const parts = parent === null ? [] : [...sides.partsBefore(parent), ...sides.partsAfter(parent)];
  const taken = new Set(parts.map((part) => part.names.at(-1)));
  for (let count = 0; ; count++) {
    const proof = automaticName(table, name, `is_not_null${count === 0 ? '' : count}`);
    if (!taken.has(proof)) return proof;
  }
}

function validate(column: Column, constraint: string): Statement {
  const table = relationOf(column);
  return statement(`ALTER TABLE ${table} VALIDATE CONSTRAINT ${quoteIdentifier(constraint)}`, {
    apart: true,
    locks: lockChanges(table),
    hazards: [
      {
        kind: 'scans-table',
        message: `every row of ${table} is read, while others read and write`,
      },
      canFail(column),
    ],
  });
}

function addConstraint(column: Column, constraint: NotNullConstraint): Statement {
  const table = relationOf(column);
  const name = quoteIdentifier(constraint.name);
  const tail = [
    ...(constraint.noInherit === true ? ['NO INHERIT'] : []),
    ...(constraint.notValid === true ? ['NOT VALID'] : []),
  ];
  const words = [`ADD CONSTRAINT ${name} NOT NULL ${ownName(column)}`, ...tail].join(' ');
  return statement(`${alterRelation(column.parent)} ${table} ${words}`, {
    locks: lockAll(table),
    hazards: constraint.notValid === true ? [] : scanning(column),
  });
}

function scanning(column: Column): readonly Hazard[] {
  const table = relationOf(column);
  return [
    { kind: 'scans-table', message: `every row of ${table} is read` },
    { kind: 'blocks-reads', message: `${table} cannot be read until that is done` },
    { kind: 'blocks-writes', message: `${table} cannot be written until that is done` },
    canFail(column),
  ];
}

function canFail(column: Column): Hazard {
  const said = qualifiedName(column.names);
  return { kind: 'can-fail', message: `rows may have no value in ${said}; give them one before` };
}

/**
 * A partitioned table changes its partitions along, always; so does any table since PostgreSQL 18.
 */
function reach(column: Column, sides: Sides): Reach {
  const to = reachOf(column, notNullOf, sides);
  const table = column.parent === null ? undefined : sides.after(column.parent);
  const isPartitioned =
    table !== undefined && isTable(table) && table.definition.partitionBy !== null;
  return to === 'only' && (isPartitioned || sides.serverVersion >= NAMED_SINCE) ? 'all' : to;
}

function dropNotNull(before: Column, after: Column, sides: Sides): readonly Statement[] {
  const isTaken = before.definition.constraint?.inherited === true;
  const named = sides.serverVersion >= NAMED_SINCE;
  const isGone = named
    ? isTaken && leadersOf(after, sides).some(({ definition }) => !definition.notNull)
    : isReached(after, notNullOf, sides);
  if (isGone) return [];
  const to = reach(after, sides);
  const drop = alterColumn(after, 'DROP NOT NULL', [], to);
  return [drop, ...(to === 'all' && !named ? keepers(after, sides) : [])];
}

/** The partitions that were changed along and shall not be. */
function keepers(column: Column, sides: Sides): readonly Statement[] {
  return followersOf(column, (id) => sides.dependentsAfter(id))
    .filter(({ definition }) => definition.notNull)
    .map((follower) => alterColumn(follower, 'SET NOT NULL', scanning(follower)));
}

function changeConstraint(
  column: Column,
  old: NotNullConstraint,
  wanted: NotNullConstraint,
  sides: Sides,
): readonly Statement[] {
  const table = relationOf(column);
  const alter = `${alterRelation(column.parent)} ${table}`;
  const name = quoteIdentifier(wanted.name);
  const statements: Statement[] = [];
  if (old.name !== wanted.name) {
    const rename = `RENAME CONSTRAINT ${quoteIdentifier(old.name)} TO ${name}`;
    statements.push(statement(`${alter} ${rename}`, { locks: lockAll(table) }));
  }
  if (old.noInherit !== wanted.noInherit) {
    const word = wanted.noInherit === true ? 'NO INHERIT' : 'INHERIT';
    const change = `ALTER CONSTRAINT ${name} ${word}`;
    statements.push(statement(`${alter} ${change}`, { locks: lockAll(table) }));
  }
  if (old.notValid === true && wanted.notValid === undefined) {
    statements.push(validate(column, wanted.name));
  }
  if (old.notValid === undefined && wanted.notValid === true) {
    statements.push(alterColumn(column, 'DROP NOT NULL'), addConstraint(column, wanted));
  }
  if (becomesOwn(column, old, wanted, sides)) statements.push(alterColumn(column, 'SET NOT NULL'));
  return statements;
}

function alterColumn(
  column: Column,
  action: string,
  hazards: readonly Hazard[] = [],
  to: Reach = 'alone',
): Statement {
  const table = relationOf(column);
  return statement(
    `${alterRelation(column.parent)}${onlyWord(to)} ${table} ALTER COLUMN ${ownName(column)} ${action}`,
    { locks: lockAll(table), hazards },
  );
}
