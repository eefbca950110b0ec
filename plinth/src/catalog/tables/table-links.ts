// Where a table takes columns from: the table it is a partition of, the tables it inherits from,
// the type it is made of. Each link is an object of its own, so that it can be made and undone
// between other changes.

import type { CatalogObject, ObjectId } from '../catalog-object.js';
import { objectId } from '../object-id.js';

/** Schema and name. */
export type TableName = readonly string[];

export interface PartitionDefinition {
  readonly of: TableName;
  /** In PostgreSQL's words: `FOR VALUES IN (1)` or `DEFAULT`. */
  readonly bound: string;
  /** The columns of both, which have to be alike while the link stands. */
  readonly columns: readonly string[];
  /** Whether foreign keys to the whole lead to it. Not compared. */
  readonly referenced: boolean;
}

export interface InheritanceDefinition {
  /** In their order, each with its columns. */
  readonly parents: readonly { readonly table: TableName; readonly columns: readonly string[] }[];
  /** The columns that come from them: the table's own among them, and the others. */
  readonly own: readonly string[];
  readonly taken: readonly string[];
}

export interface TableTypeDefinition {
  readonly type: TableName;
  /** Names and types. */
  readonly columns: readonly (readonly [name: string, type: string])[];
}

export function isPartition(object: CatalogObject): object is CatalogObject<PartitionDefinition> {
  return object.kind === 'partition';
}

export function isInheritance(
  object: CatalogObject,
): object is CatalogObject<InheritanceDefinition> {
  return object.kind === 'inheritance';
}

export function isTableType(object: CatalogObject): object is CatalogObject<TableTypeDefinition> {
  return object.kind === 'table-type';
}

/** Columns of a table, as objects that something else requires. */
export function columnIds(table: TableName, columns: readonly string[]): readonly ObjectId[] {
  return columns.map((column) => objectId('column', [...table, column]));
}

/**
 * The parents that stay: those of the new list that stand at its beginning and in the same order
 * in the old one. PostgreSQL adds a parent at the end only.
 */
export function stayingParents(
  before: InheritanceDefinition,
  after: InheritanceDefinition,
): readonly TableName[] {
  const old = before.parents.map(({ table }) => objectId('table', table));
  const stays: TableName[] = [];
  let from = 0;
  for (const { table } of after.parents) {
    const at = old.indexOf(objectId('table', table), from);
    if (at === -1) break;
    stays.push(table);
    from = at + 1;
  }
  return stays;
}
