// What secrets need of a database: scopes of tenants and, without one, its engine. Any database of
// Plinth fits, whatever tables it knows.

import type { SQL } from 'drizzle-orm';
import type { Actor, Engine, QueryResult } from '../engine/index.js';

/** What statements are sent through: a database in the scope of the tenant, or its transaction. */
export interface SecretExecutor {
  execute(query: SQL): PromiseLike<QueryResult>;
}

/** A database in the scope of a tenant. */
export interface SecretScope extends SecretExecutor {
  transaction<Result>(run: (tx: SecretExecutor) => Promise<Result>): Promise<Result>;
}

/** What makes scopes: `connect()` gives one. */
export interface SecretDatabase {
  readonly engine: Engine;
  tenant(id: string, actor?: Actor): SecretScope;
}
