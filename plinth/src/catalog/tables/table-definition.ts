// What a table is, beside its columns, its constraints and the tables it takes columns from.

import type { CatalogObject } from '../catalog-object.js';

export interface TableDefinition {
  readonly unlogged: boolean;
  /** `PARTITION BY` in PostgreSQL's words, such as `RANGE (occurred)`. */
  readonly partitionBy: string | null;
  /** Storage parameters as `name=value`, sorted; those of the TOAST table begin with `toast.`. */
  readonly parameters: readonly string[];
  /** Where it is not `heap`. */
  readonly accessMethod: string | null;
  /** Where it is not the one of the database. */
  readonly tablespace: string | null;
  readonly rowSecurity: boolean;
  readonly forceRowSecurity: boolean;
}

export function isTable(object: CatalogObject): object is CatalogObject<TableDefinition> {
  return object.kind === 'table';
}
