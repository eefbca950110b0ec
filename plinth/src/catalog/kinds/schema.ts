// The kind `schema`.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec } from '../kind.js';
import { address, isNotOfExtension, isUserSchema, privileges } from '../query-fragments.js';
import { statement } from '../statement.js';

/** A schema is its name. */
type SchemaDefinition = Record<string, never>;

export const schema: KindSpec<SchemaDefinition> = {
  name: 'schema',
  query: () => `
    SELECT ARRAY[${address('pg_namespace', 'n.oid')}] AS addresses, ARRAY[n.nspname::text] AS names,
      NULL AS signature, NULL AS parent, pg_get_userbyid(n.nspowner) AS owner,
      ${privileges('n', 'n.nspacl', 'n.nspowner')} AS privileges, '{}'::json AS definition
    FROM pg_namespace n
    WHERE ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_namespace', 'n.oid')}
    ORDER BY n.nspname`,
  target,
  create: (object) => [statement(`CREATE ${target(object)}`)],
  drop: (object) => [statement(`DROP ${target(object)}`)],
  alter: () => altered(),
  rename: (object, names) => [
    statement(`ALTER ${target(object)} RENAME TO ${quoteIdentifier(names.at(-1) ?? '')}`),
  ],
};

function target({ names }: CatalogObject<SchemaDefinition>): string {
  return `SCHEMA ${names.map(quoteIdentifier).join('.')}`;
}
