// The columns for secrets of one table, with what the database says of the columns of its key. It reads
// no row.

import { nameTable, type SecretBinding } from '../../models/index.js';
import type { SecretDatabase } from '../secret-database.js';

/** The columns for secrets of one table. */
export interface SecretTable {
  /** At least one. */
  readonly bindings: readonly [SecretBinding, ...SecretBinding[]];
  /** SQL types of the key's columns, as the catalog writes them. */
  readonly keyTypes: readonly string[];
}

/** The tables of these columns, as they are in this very database. */
export async function readSecretTables(
  { engine }: Pick<SecretDatabase, 'engine'>,
  bindings: readonly SecretBinding[],
): Promise<readonly SecretTable[]> {
  const tables: SecretTable[] = [];
  for (const first of bindings) {
    if (tables.some(({ bindings: [known] }) => known.table === first.table)) continue;
    const others = bindings.filter((each) => each !== first && each.table === first.table);
    const { rows } = await engine.query<{ name: string; type: string }>(
      `SELECT attname AS name, format_type(atttypid, NULL) AS type FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
      [nameTable(first.table)],
    );
    const types = new Map(rows.map(({ name, type }) => [name, type]));
    const keyTypes = first.key.map(({ name }) => types.get(name) ?? 'text');
    tables.push({ bindings: [first, ...others], keyTypes });
  }
  return tables;
}
