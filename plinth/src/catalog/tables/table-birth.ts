// How CREATE TABLE writes a table: with all its columns, or as a partition, a child or an image of
// a type, from which it takes them. It decides only; the kinds write.

import type { CatalogObject, ObjectId } from '../catalog-object.js';
import { type ColumnDefinition, isColumn } from '../columns/column-definition.js';
import { isEqualData } from '../equal-data.js';
import type { Sides } from '../kind.js';
import { objectId } from '../object-id.js';
import { isTable } from './table-definition.js';
import { isInheritance, isPartition, isTableType, type TableName } from './table-links.js';

type Column = CatalogObject<ColumnDefinition>;

/**
 * - `whole`: with all its columns; a link to another table is made afterwards;
 * - `partition`: PARTITION OF, which takes every column and its default from the other table;
 * - `child`: INHERITS, which takes the columns that are not the table's own;
 * - `typed`: OF, which takes every column from the type.
 */
export type Birth = 'whole' | 'partition' | 'child' | 'typed';

export function birthOf(names: TableName, sides: Sides): Birth {
  const table =
    sides.after(objectId('table', names)) ?? sides.after(objectId('foreign-table', names));
  if (table === undefined || !sides.isCreated(table.id)) return 'whole';
  const partition = sides.after(objectId('partition', names));
  if (partition !== undefined && isPartition(partition)) {
    return takesAll(table, partition.definition.of, sides) ? 'partition' : 'whole';
  }
  const inheritance = sides.after(objectId('inheritance', names));
  if (inheritance !== undefined && isInheritance(inheritance)) return 'child';
  const type = sides.after(objectId('table-type', names));
  return type !== undefined && isTableType(type) ? 'typed' : 'whole';
}

/** Whether PARTITION OF gives the table its columns as they shall be, overrides aside. */
function takesAll(table: CatalogObject, of: TableName, sides: Sides): boolean {
  const whole = sides.after(objectId('table', of));
  if (whole === undefined || !isTable(whole)) return false;
  if (isTable(table)) {
    // What the other table has and this one does not would be taken over.
    const [own, other] = [table.definition, whole.definition];
    if (own.tablespace === null && other.tablespace !== null) return false;
    if (own.accessMethod === null && other.accessMethod !== null) return false;
  }
  const columns = sides.partsAfter(table.id).filter(isColumn);
  const others = sides.partsAfter(whole.id).filter(isColumn);
  return (
    columns.length === others.length &&
    columns.every((column, index) => {
      const other = others[index];
      return other !== undefined && isTaken(column, other, sides);
    })
  );
}

function isTaken(column: Column, from: Column, sides: Sides): boolean {
  const [own, other] = [column.definition, from.definition];
  return (
    column.names.at(-1) === from.names.at(-1) &&
    isEqualData(own.generated, other.generated) &&
    takesNotNull(own, other) &&
    // A default that changes in the same plan may come too late to be taken.
    (sides.isCreated(whole(from)) || hasSameDefault(from.id, sides))
  );
}

/** The constraint is taken with its name, where PostgreSQL names it. */
function takesNotNull(own: ColumnDefinition, other: ColumnDefinition): boolean {
  if (!other.notNull || !own.notNull) return true;
  return own.constraint?.name === other.constraint?.name;
}

function whole({ parent, id }: Column): ObjectId {
  return parent ?? id;
}

function hasSameDefault(column: ObjectId, sides: Sides): boolean {
  const [before, after] = [sides.before(column), sides.after(column)];
  if (before === undefined || after === undefined) return false;
  const id = objectId('column-default', after.names);
  return isEqualData(sides.before(id)?.definition, sides.after(id)?.definition);
}

/**
 * The column that this one is a copy of when it comes to be; `undefined` where it is written with
 * its own type, or taken from a type.
 */
export function originOf(column: Column, sides: Sides): Column | undefined {
  const { inheritance } = column.definition;
  if (inheritance === null) return undefined;
  const table = column.names.slice(0, 2);
  const from = inheritance.from[0];
  const name = column.names.at(-1) ?? '';
  const other = from === undefined ? undefined : sides.after(objectId('column', [...from, name]));
  if (other === undefined || !isColumn(other)) return undefined;
  if (column.parent !== null && sides.isCreated(column.parent)) {
    const birth = birthOf(table, sides);
    return birth === 'partition' || (birth === 'child' && !inheritance.local) ? other : undefined;
  }
  const comes = !inheritance.local && sides.isCreated(other.id) && isLinked(table, sides);
  return comes ? other : undefined;
}

/** Whether a table is linked to others before, meanwhile and after. */
function isLinked(table: TableName, sides: Sides): boolean {
  return ['partition', 'inheritance'].some((kind) => {
    const id = objectId(kind, table);
    return sides.before(id) !== undefined && sides.after(id) !== undefined && !sides.isCreated(id);
  });
}
