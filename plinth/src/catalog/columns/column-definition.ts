// What a column is. A default and an identity are objects of their own.

import type { CatalogObject } from '../catalog-object.js';
import type { ForeignOptions } from '../tables/foreign-options.js';

export interface ColumnDefinition {
  readonly type: string;
  /** Where it is not the type's own. */
  readonly collation: string | null;
  readonly notNull: boolean;
  /** The constraint behind it, which PostgreSQL names since version 18. */
  readonly constraint: NotNullConstraint | null;
  readonly generated: Generated | null;
  /** Where it comes from tables that its table is a partition or a child of. */
  readonly inheritance: ColumnInheritance | null;
  readonly settings: ColumnSettings | null;
  /** Whether the table is partitioned by it. */
  readonly partitionKey: boolean;
}

/** What a column is where nobody has said more than its type. */
export const USUAL_COLUMN = {
  collation: null,
  constraint: null,
  generated: null,
  inheritance: null,
  settings: null,
  partitionKey: false,
} satisfies Partial<ColumnDefinition>;

/** What is not so is left out. */
export interface NotNullConstraint {
  readonly name: string;
  /** Only from other tables, not the table's own. */
  readonly inherited?: true;
  readonly noInherit?: true;
  readonly notValid?: true;
}

export interface Generated {
  readonly expression: string;
  readonly stored: boolean;
}

export interface ColumnInheritance {
  /** The tables that have it too, as schema and name. */
  readonly from: readonly (readonly string[])[];
  /** Whether the table would have it without them. */
  readonly local: boolean;
}

export interface ColumnSettings {
  /** `PLAIN`, `EXTERNAL`, `EXTENDED` or `MAIN`, where it is not the type's own. */
  readonly storage: string | null;
  /** The type's own, where `storage` is another. */
  readonly usualStorage: string | null;
  readonly compression: string | null;
  readonly statistics: number | null;
  /** `name=value`, sorted: `n_distinct`, `n_distinct_inherited`. */
  readonly options: readonly string[];
  /** Of a column of a foreign table. */
  readonly foreignOptions: ForeignOptions;
}

export const NO_SETTINGS: ColumnSettings = {
  storage: null,
  usualStorage: null,
  compression: null,
  statistics: null,
  options: [],
  foreignOptions: {},
};

export function isColumn(object: CatalogObject): object is CatalogObject<ColumnDefinition> {
  return object.kind === 'column';
}
