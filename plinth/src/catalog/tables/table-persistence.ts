// Makes a table survive a crash, or not: SET LOGGED and SET UNLOGGED. A table that survives may
// only refer to tables that do, so the order matters.

import type { CatalogObject, ObjectId } from '../catalog-object.js';
import { type ForeignKey, referencedTable } from '../constraints/foreign-key-definition.js';
import type { Sides } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { type Statement, statement } from '../statement.js';
import { lockAll } from './relation-locks.js';
import { rewriting } from './rewriting.js';
import { isTable, type TableDefinition } from './table-definition.js';

type Table = CatalogObject<TableDefinition>;

/**
 * The statements for a table and for those that have to come before it. Of tables that refer to
 * each other, the first by name writes for all.
 */
export function changePersistence(table: Table, sides: Sides): readonly Statement[] {
  if (!isChanged(table, sides)) return [];
  const { unlogged } = table.definition;
  const before = unlogged ? referring : referred;
  const after = unlogged ? referred : referring;
  const order = [...reachable(table, (one) => before(one, sides))].reverse();
  return order
    .filter((one) => writerOf(one, (other) => after(other, sides)) === table.id)
    .map(switchPersistence);
}

function isChanged(table: Table, sides: Sides): boolean {
  const before = sides.before(table.id);
  return (
    before !== undefined &&
    isTable(before) &&
    before.definition.unlogged !== table.definition.unlogged
  );
}

/** The tables that a table refers to, of those that change as well. */
function referred(table: Table, sides: Sides): readonly Table[] {
  return sides
    .partsAfter(table.id)
    .filter(isForeignKey)
    .flatMap((key) => changedTable(referencedTable(key), sides));
}

/** The tables that refer to a table, of those that change as well. */
function referring(table: Table, sides: Sides): readonly Table[] {
  return sides
    .dependentsAfter(table.id)
    .filter(isForeignKey)
    .flatMap(({ parent }) => (parent === null ? [] : changedTable(parent, sides)));
}

function changedTable(id: ObjectId, sides: Sides): readonly Table[] {
  const table = sides.after(id);
  return table !== undefined && isTable(table) && isChanged(table, sides) ? [table] : [];
}

function isForeignKey(object: CatalogObject): object is ForeignKey {
  return object.kind === 'foreign-key';
}

/** A table and all that follow from it, each after what it follows from. */
function reachable(start: Table, next: (table: Table) => readonly Table[]): ReadonlySet<Table> {
  const last: Table[] = [];
  const seen = new Set<Table>();
  const visit = (table: Table): void => {
    if (seen.has(table)) return;
    seen.add(table);
    for (const other of next(table)) visit(other);
    last.unshift(table);
  };
  visit(start);
  return new Set(last);
}

function writerOf(table: Table, next: (table: Table) => readonly Table[]): ObjectId {
  const ids = [...reachable(table, next)].map(({ id }) => id);
  return ids.reduce((first, id) => (id < first ? id : first));
}

function switchPersistence({ names, definition: { unlogged } }: Table): Statement {
  const name = qualifiedName(names);
  const hazards = rewriting(name);
  const lost = `after a crash of the server every row of ${name} is gone, and replicas do not have them`;
  if (unlogged) hazards.push({ kind: 'loses-data', message: lost });
  return statement(`ALTER TABLE ${name} SET ${unlogged ? 'UNLOGGED' : 'LOGGED'}`, {
    locks: lockAll(name),
    hazards,
  });
}
