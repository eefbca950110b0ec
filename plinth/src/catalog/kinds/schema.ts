// The kind `schema`. Every new database has `public`: what initdb gave it counts as its default.

import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec } from '../kind.js';
import { ownName } from '../object-id.js';
import { PUBLIC_SCHEMA, publicSchemaGrants } from '../reading/public-schema.js';
import {
  address,
  isNotOfExtension,
  isUserSchema,
  privileges,
  privilegesAgainst,
} from '../reading/query-fragments.js';
import { statement } from '../statement.js';
import { renameStatements } from '../writing/rename-statements.js';

/** A schema is its name. */
type SchemaDefinition = Record<string, never>;

export const schema: KindSpec<SchemaDefinition> = {
  name: 'schema',
  query: (serverVersion) => `
    SELECT ARRAY[${address('pg_namespace', 'n.oid')}] AS addresses, ARRAY[n.nspname::text] AS names,
      pg_get_userbyid(n.nspowner) AS owner,
      CASE WHEN n.nspname = '${PUBLIC_SCHEMA}' THEN ${publicPrivileges(serverVersion)}
        ELSE ${privileges('n', 'n.nspacl', 'n.nspowner')} END AS privileges,
      '{}'::json AS definition
    FROM pg_namespace n
    WHERE ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_namespace', 'n.oid')}
    ORDER BY n.nspname`,
  target,
  create: (object) => [statement(`CREATE ${target(object)}`)],
  drop: (object) => [
    statement(`DROP ${target(object)}`, {
      hazards: [
        { kind: 'breaks-code', message: `the schema ${ownName(object)} is no longer there` },
      ],
    }),
  ],
  alter: () => altered(),
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function publicPrivileges(serverVersion: number): string {
  const usual = `acldefault('n', n.nspowner)`;
  const given = publicSchemaGrants(serverVersion).map(
    ({ privilege }) => ` || makeaclitem(0, n.nspowner, '${privilege}', false)`,
  );
  return privilegesAgainst(`coalesce(n.nspacl, ${usual})`, usual + given.join(''), 'n.nspowner');
}

function target(object: CatalogObject<SchemaDefinition>): string {
  return `SCHEMA ${ownName(object)}`;
}
