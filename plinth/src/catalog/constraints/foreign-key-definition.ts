// What a foreign key is, and how it reads.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject, ObjectId } from '../catalog-object.js';
import { type IndexUse, indexUsed } from '../indexes/index-use.js';
import { objectId, qualifiedName } from '../object-id.js';
import { deferrableWords } from './constraint-statements.js';

export interface ForeignKeyDefinition {
  readonly columns: readonly string[];
  /** Schema and name. */
  readonly references: readonly string[];
  readonly referencedColumns: readonly string[];
  /** Whether the last column is a range that has to be covered. */
  readonly period: boolean;
  readonly match: 'FULL' | 'PARTIAL' | null;
  /** `null` for NO ACTION. */
  readonly onUpdate: string | null;
  readonly onDelete: string | null;
  /** Those that ON DELETE SET NULL or SET DEFAULT sets; empty for all. */
  readonly onDeleteColumns: readonly string[];
  readonly deferrable: boolean;
  readonly deferred: boolean;
  /** `false` for NOT VALID. */
  readonly validated: boolean;
  readonly enforced: boolean;
  /** Whether the table itself is partitioned. */
  readonly partitioned: boolean;
  /** The unique index that it relies on. It matters only when that goes. */
  readonly via: IndexUse;
  /** Of one that a partition has from the partitioned table: that one's schema, table and name. */
  readonly copyOf: readonly string[] | null;
  /** Those that partitions have of it, on every level. Not compared. */
  readonly copies: readonly (readonly string[])[];
}

export type ForeignKey = CatalogObject<ForeignKeyDefinition>;

/** In clauses: `FOREIGN KEY (a) REFERENCES public.b (id)`, `ON DELETE CASCADE` … */
/** What a foreign key is where nobody has said more than its columns and actions. */
export const USUAL_FOREIGN_KEY = {
  period: false,
  match: null,
  onDeleteColumns: [],
  deferrable: false,
  deferred: false,
  validated: true,
  enforced: true,
  partitioned: false,
  copyOf: null,
  copies: [],
} satisfies Partial<ForeignKeyDefinition>;

export function foreignKeyWords({ definition }: ForeignKey): readonly string[] {
  const { columns, references, referencedColumns, period } = definition;
  const { match, onUpdate, onDelete, onDeleteColumns, enforced } = definition;
  const only = onDeleteColumns.length === 0 ? '' : ` ${listOf(onDeleteColumns, false)}`;
  const actions = [
    ...(match === null ? [] : [`MATCH ${match}`]),
    ...(onUpdate === null ? [] : [`ON UPDATE ${onUpdate}`]),
    ...(onDelete === null ? [] : [`ON DELETE ${onDelete}${only}`]),
  ];
  return [
    `FOREIGN KEY ${listOf(columns, period)} REFERENCES ${qualifiedName(references)} ${listOf(referencedColumns, period)}`,
    ...(actions.length === 0 ? [] : [actions.join(' ')]),
    ...deferrableWords(definition),
    ...(enforced ? [] : ['NOT ENFORCED']),
  ];
}

function listOf(columns: readonly string[], period: boolean): string {
  const names = columns.map(quoteIdentifier);
  const last = names.length - 1;
  return `(${names.map((name, at) => (period && at === last ? `PERIOD ${name}` : name)).join(', ')})`;
}

export function referencedTable({ definition }: ForeignKey): ObjectId {
  return objectId('table', definition.references);
}

export function copiedFrom({ definition: { copyOf } }: ForeignKey): ObjectId | undefined {
  return copyOf === null ? undefined : objectId('foreign-key', copyOf);
}

export function reliedOn({ definition: { via } }: ForeignKey): ObjectId {
  return indexUsed(via);
}
