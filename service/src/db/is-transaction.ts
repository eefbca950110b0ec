// Tells a transaction from a database, for what may run in either.

import type { Database, Transaction } from 'plinth';

/** Only a database runs queries that were prepared once for all requests. */
export function isTransaction(db: Database | Transaction): db is Transaction {
  return !('run' in db);
}
