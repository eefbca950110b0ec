// How the embedded PostgreSQL is started.

import type { PGlite } from '@electric-sql/pglite';

/**
 * The package's own parameters without `-O`, with which PostgreSQL would take changes to its own
 * catalogs and schemas named `pg_…`. A server refuses both.
 */
export function startParams(embedded: Pick<typeof PGlite, 'defaultStartParams'>): string[] {
  return embedded.defaultStartParams.filter((param) => param !== '-O');
}
