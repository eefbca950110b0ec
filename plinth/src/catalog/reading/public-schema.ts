// The schema that every new database has: what initdb makes of it, which is not what CREATE SCHEMA
// would.

import type { Grant } from '../catalog-object.js';

export const PUBLIC_SCHEMA = 'public';

/** The comment that initdb gives it. */
export const PUBLIC_SCHEMA_COMMENT = 'standard public schema';

const OWNED_BY_DATABASE_OWNER = 150_000;

/** Its owner: from PostgreSQL 15 on the role of whoever owns the database. */
export function publicSchemaOwner(serverVersion: number, superuser: string): string {
  return serverVersion < OWNED_BY_DATABASE_OWNER ? superuser : 'pg_database_owner';
}

/** What everyone may do there, other than in a schema that CREATE SCHEMA made. */
export function publicSchemaGrants(serverVersion: number): readonly Grant[] {
  const privileges = serverVersion < OWNED_BY_DATABASE_OWNER ? ['CREATE', 'USAGE'] : ['USAGE'];
  return privileges.map((privilege) => ({ grantee: 'public', privilege, grantable: false }));
}
