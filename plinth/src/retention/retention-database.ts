// What retention needs of a database: scopes of tenants and, without one, itself. Any database of
// Plinth fits, whatever tables it knows.

import type { SQL } from 'drizzle-orm';
import type { Actor, CancelSignal, Engine, QueryResult } from '../engine/index.js';

export interface RetentionExecutor {
  execute(query: SQL): PromiseLike<QueryResult>;
}

export interface RetentionScope extends RetentionExecutor {
  transaction<Result>(run: (tx: RetentionExecutor) => Promise<Result>): Promise<Result>;
}

/** `connect()` gives one. */
export interface RetentionDatabase extends RetentionScope {
  readonly engine: Engine;
  tenant(id: string, actor?: Actor): RetentionScope;
  withSignal(signal: CancelSignal): RetentionDatabase;
}

/** In whose name something runs. */
export interface Owner {
  /** Of a class that goes through the tenants. */
  readonly tenant: string | undefined;
  readonly actor: string;
}

/** The scope of a tenant; the database itself for a class without tenants. */
export function scopeOf(db: RetentionDatabase, { tenant, actor }: Owner): RetentionScope {
  return tenant === undefined ? db : db.tenant(tenant, { actor });
}
