// The kind `column-default`: the value a column takes when none is given.

import type { CatalogObject } from '../catalog-object.js';
import { type ColumnDefinition, isColumn } from '../columns/column-definition.js';
import { defaultOf, isReached, onlyWord, reachOf } from '../columns/column-reach.js';
import { baseOf, needsCast } from '../columns/column-type.js';
import { literalFor } from '../columns/plain-literal.js';
import { altered, type Disturbance, type KindSpec, type Reaction, type Sides } from '../kind.js';
import { objectId, ownName, qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { alterRelation, lockAll, relationOf } from '../tables/relation-locks.js';
import { birthOf, originOf } from '../tables/table-birth.js';

export interface ColumnDefaultDefinition {
  readonly expression: string;
}

type Default = CatalogObject<ColumnDefaultDefinition>;
type Column = CatalogObject<ColumnDefinition>;

export function isColumnDefault(object: CatalogObject): object is Default {
  return object.kind === 'column-default';
}

export const columnDefault: KindSpec<ColumnDefaultDefinition> = {
  name: 'column-default',
  noun: 'DEFAULT',
  presence: { catalog: 'pg_attrdef' },
  query: () => `
    SELECT ARRAY[${address('pg_attrdef', 'd.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname, a.attname]::text[] AS names,
      ${address('pg_class', 'c.oid', 'a.attnum')} AS parent,
      json_build_object('expression', pg_get_expr(d.adbin, d.adrelid)) AS definition
    FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE a.attgenerated = '' AND c.relkind IN ('r', 'p', 'f') AND ${isUserSchema('n.nspname')}
      AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname, a.attnum`,
  target: ({ names }) => `COLUMN ${qualifiedName(names)}`,
  clause,
  create: (object, sides) => (isTaken(object, sides) ? [] : [setDefault(object, sides)]),
  drop: (object, sides) => dropDefault(object, sides),
  alter: (_before, after, sides) => {
    const column = columnOf(after, sides);
    const isDone = column !== undefined && isReached(column, defaultOf, sides);
    return altered(...(isDone ? [] : [setDefault(after, sides)]));
  },
  // An identity is one too.
  occupies: ({ names }) => [`default of ${qualifiedName(names)}`],
  react,
};

function clause(object: Default, sides: Sides): string | undefined {
  const column = columnOf(object, sides);
  const written = `DEFAULT ${textOf(object, sides)}`;
  if (column === undefined || originOf(column, sides) === undefined) return written;
  if (birthOf(object.names.slice(0, 2), sides) !== 'partition') return undefined;
  return isTaken(object, sides) ? '' : written;
}

/** Whether the column comes with this default from a table above. */
function isTaken(object: Default, sides: Sides): boolean {
  const column = columnOf(object, sides);
  if (column === undefined) return false;
  const origin = originOf(column, sides);
  if (origin === undefined) {
    return !sides.isDropped(object.id) && isReached(column, defaultOf, sides);
  }
  const id = objectId('column-default', origin.names);
  const other = sides.after(id);
  if (other === undefined || !isColumnDefault(other)) return false;
  // One that is set only in this plan may come too late to be taken.
  const isThere = !sides.isCreated(id) || sides.isCreated(origin.id);
  return isThere && other.definition.expression === object.definition.expression;
}

function setDefault(object: Default, sides: Sides): Statement {
  const column = columnOf(object, sides);
  // One that comes back after another change says nothing about the columns below.
  const comesBack = sides.isDropped(object.id);
  const reach = column === undefined ? 'alone' : reachOf(column, defaultOf, sides);
  const only = onlyWord(comesBack && reach !== 'alone' ? 'only' : reach);
  return write(object, sides, only, `SET DEFAULT ${textOf(object, sides)}`);
}

function dropDefault(object: Default, sides: Sides): readonly Statement[] {
  const column = object.parent === null ? undefined : sides.before(object.parent);
  if (column === undefined || !isColumn(column)) return [];
  const reach = reachOf(column, defaultOf, sides);
  if (sides.isCreated(object.id)) {
    return [write(object, sides, onlyWord(reach === 'alone' ? reach : 'only'), 'DROP DEFAULT')];
  }
  const after = sides.after(column.id);
  const isDone = after !== undefined && isColumn(after) && isReached(after, defaultOf, sides);
  return isDone ? [] : [write(object, sides, onlyWord(reach), 'DROP DEFAULT')];
}

function write(object: Default, sides: Sides, only: string, action: string): Statement {
  const relation = relationOf(object);
  const column =
    object.parent === null
      ? undefined
      : (sides.after(object.parent) ?? sides.before(object.parent));
  const alter = `${alterRelation(column?.parent ?? null)}${only} ${relation}`;
  return statement(`${alter} ALTER COLUMN ${ownName(object)} ${action}`, {
    locks: lockAll(relation),
  });
}

function columnOf({ parent }: Default, sides: Sides): Column | undefined {
  const column = parent === null ? undefined : sides.after(parent);
  return column !== undefined && isColumn(column) ? column : undefined;
}

function textOf(object: Default, sides: Sides): string {
  const { expression } = object.definition;
  const column = columnOf(object, sides);
  if (column === undefined) return expression;
  return literalFor(
    expression,
    baseOf(column.definition.type, (id) => sides.after(id)),
  );
}

/**
 * PostgreSQL carries a default over to another type where an assignment would; where it cannot,
 * the old one goes first.
 */
function react(object: Default, { before, after, manner }: Disturbance, sides: Sides): Reaction {
  if (manner !== 'retyped') return 'rebuild';
  if (!isColumn(before) || !isColumn(after) || before.id !== object.parent) return 'keep';
  return needsCast(before, after, sides) ? 'rebuild' : 'keep';
}
