// The catalog of a database that nobody has put anything into.

import type { Catalog } from '../catalog-object.js';
import { STANDARD } from '../facets/privilege-state.js';
import { objectId } from '../object-id.js';
import { PUBLIC_SCHEMA, PUBLIC_SCHEMA_COMMENT, publicSchemaOwner } from './public-schema.js';

/**
 * What `introspect` reads from a new database on a new server.
 *
 * @param serverVersion `server_version_num`, such as 180004.
 * @param role The role that creates objects. Before PostgreSQL 15 it owns the schema `public`.
 */
export function emptyCatalog(serverVersion: number, role: string): Catalog {
  return {
    serverVersion,
    role,
    objects: [
      {
        id: objectId('schema', [PUBLIC_SCHEMA]),
        kind: 'schema',
        names: [PUBLIC_SCHEMA],
        signature: null,
        parent: null,
        owner: publicSchemaOwner(serverVersion, role),
        comment: PUBLIC_SCHEMA_COMMENT,
        privileges: STANDARD,
        definition: {},
      },
    ],
    dependencies: [],
    unmodelled: [],
  };
}
