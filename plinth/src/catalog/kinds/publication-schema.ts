// The kind `publication-schema`: that a publication holds all tables of a schema.

import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec } from '../kind.js';
import { outerName, ownName } from '../object-id.js';
import { address, isNotOfExtension } from '../reading/query-fragments.js';
import { statement } from '../statement.js';

/** Its name is the schema's and then the publication's; there is no more to it. */
type PublicationSchemaDefinition = Record<string, never>;

const FIRST_WITH_SCHEMAS = 150_000;

export const publicationSchema: KindSpec<PublicationSchemaDefinition> = {
  name: 'publication-schema',
  presence: { catalog: 'pg_publication' },
  query: (serverVersion) =>
    serverVersion < FIRST_WITH_SCHEMAS
      ? undefined
      : `
    SELECT ARRAY[${address('pg_publication_namespace', 's.oid')}] AS addresses,
      ARRAY[n.nspname, p.pubname]::text[] AS names,
      ${address('pg_publication', 'p.oid')} AS parent,
      '{}'::json AS definition
    FROM pg_publication_namespace s JOIN pg_publication p ON p.oid = s.pnpubid
      JOIN pg_namespace n ON n.oid = s.pnnspid
    WHERE ${isNotOfExtension('pg_publication', 'p.oid')}
    ORDER BY p.pubname, n.nspname`,
  target: (object) => `SCHEMA ${outerName(object)}`,
  clause: outerName,
  create: (object) => [statement(`ALTER PUBLICATION ${ownName(object)} ADD ${contents(object)}`)],
  drop: (object) => [statement(`ALTER PUBLICATION ${ownName(object)} DROP ${contents(object)}`)],
  alter: () => altered(),
};

function contents(object: CatalogObject<PublicationSchemaDefinition>): string {
  return `TABLES IN SCHEMA ${outerName(object)}`;
}
