// A Drizzle database that owns its engine: queries, transactions, health and end in one object.

import { entityKind } from 'drizzle-orm';
import { PgDatabase, PgDialect } from 'drizzle-orm/pg-core';
import {
  createTableRelationsHelpers,
  type ExtractTablesWithRelations,
  extractTablesRelationalConfig,
} from 'drizzle-orm/relations';
import {
  type PlinthQueryResultHKT,
  PlinthSession,
  type PlinthTransaction,
} from './drizzle-session.js';
import type { Engine } from './engine.js';
import type { Health } from './health.js';

/** A module of Drizzle tables and relations, for `db.query`. */
export type DatabaseSchema = Record<string, unknown>;

/** The `tx` that `db.transaction()` gives. */
export type Transaction<Schema extends DatabaseSchema = Record<string, never>> = PlinthTransaction<
  Schema,
  ExtractTablesWithRelations<Schema>
>;

export class Database<Schema extends DatabaseSchema = Record<string, never>> extends PgDatabase<
  PlinthQueryResultHKT,
  Schema,
  ExtractTablesWithRelations<Schema>
> {
  static override readonly [entityKind]: string = 'PlinthDatabase';
  /** The pool below: raw connections, events, the URL without its password. */
  readonly engine: Engine;

  /** Not for users: `connect` makes databases. */
  constructor(engine: Engine, schema?: Schema) {
    const dialect = new PgDialect();
    const relations = schema === undefined ? undefined : relationalSchema(schema);
    super(dialect, new PlinthSession(engine, dialect, relations), relations);
    this.engine = engine;
  }

  /** See {@link Engine.health}. */
  async health(timeoutMs?: number): Promise<Health> {
    return await this.engine.health(timeoutMs);
  }

  /** See {@link Engine.close}. */
  async close(): Promise<void> {
    await this.engine.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.engine.close();
  }
}

function relationalSchema<Schema extends DatabaseSchema>(fullSchema: Schema) {
  const { tables, tableNamesMap } = extractTablesRelationalConfig<
    ExtractTablesWithRelations<Schema>
  >(fullSchema, createTableRelationsHelpers);
  return { fullSchema, schema: tables, tableNamesMap };
}
