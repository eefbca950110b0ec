// Prepares queries once for each database they run on.

import type { Database } from 'plinth';

/** Remembers what `prepare` made for a database, for as long as that database lives. */
export function perDatabase<Queries extends object>(
  prepare: (db: Database) => Queries,
): (db: Database) => Queries {
  const prepared = new WeakMap<Database, Queries>();
  return (db) => {
    const known = prepared.get(db);
    if (known !== undefined) return known;
    const queries = prepare(db);
    prepared.set(db, queries);
    return queries;
  };
}
