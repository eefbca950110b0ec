// Prepares queries once for each database they run on, whatever scope of it runs them.

import type { Database } from 'plinth';

/**
 * Remembers what `prepare` made for a database, for as long as that database lives. A request has
 * a scope of it: `db.run(query, values)` runs a query there.
 */
export function perDatabase<Queries extends object>(
  prepare: (db: Database) => Queries,
): (db: Database) => Queries {
  const prepared = new WeakMap<Database, Queries>();
  return (db) => {
    const { root } = db;
    const known = prepared.get(root);
    if (known !== undefined) return known;
    const queries = prepare(root);
    prepared.set(root, queries);
    return queries;
  };
}
