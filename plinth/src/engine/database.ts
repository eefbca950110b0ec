// A Drizzle database that owns its engine: queries, transactions, tenant scope, health and end in
// one object.

import { entityKind } from 'drizzle-orm';
import { PgDatabase, PgDialect } from 'drizzle-orm/pg-core';
import {
  createTableRelationsHelpers,
  type ExtractTablesWithRelations,
  extractTablesRelationalConfig,
  type RelationalSchemaConfig,
} from 'drizzle-orm/relations';
import type { CancelSignal } from './cancellation.js';
import {
  PlinthPreparedQuery,
  type PlinthQueryResultHKT,
  PlinthSession,
  type SessionSource,
} from './drizzle-session.js';
import type { PlinthTransaction } from './drizzle-transaction.js';
import type { Engine, RunOptions } from './engine.js';
import type { Health } from './health.js';
import { runTransaction } from './run-transaction.js';
import { type Actor, toNames, toTenantId } from './tenant-scope.js';
import type { TransactionOptions } from './transaction-options.js';

/** A module of Drizzle tables and relations, for `db.query`. */
export type DatabaseSchema = Record<string, unknown>;

type Tables<Schema extends DatabaseSchema> = ExtractTablesWithRelations<Schema>;

/** The `tx` that `db.transaction()` gives. */
export type Transaction<Schema extends DatabaseSchema = Record<string, never>> = PlinthTransaction<
  Schema,
  Tables<Schema>
>;

/** What `.prepare()` of a Drizzle query gives. */
interface Prepared<Result> {
  execute(placeholders?: Record<string, unknown>): Promise<Result>;
}

interface DatabaseParts<Schema extends DatabaseSchema> {
  readonly engine: Engine;
  readonly dialect: PgDialect;
  readonly relations: RelationalSchemaConfig<Tables<Schema>> | undefined;
  readonly options: RunOptions;
  /** The database this one is a scope of; none for the first. */
  readonly root: Database<Schema> | undefined;
}

export class Database<Schema extends DatabaseSchema = Record<string, never>> extends PgDatabase<
  PlinthQueryResultHKT,
  Schema,
  Tables<Schema>
> {
  static override readonly [entityKind]: string = 'PlinthDatabase';
  /** The pool below: raw connections, events, the URL without its password. */
  readonly engine: Engine;
  /** The database without tenant and signal, which this one is a scope of; itself when it is none. */
  readonly root: Database<Schema>;
  readonly #parts: DatabaseParts<Schema>;
  readonly #source: SessionSource;
  readonly #session: PlinthSession<Schema, Tables<Schema>>;

  /** Not for users: `connect` makes databases. */
  constructor(parts: DatabaseParts<Schema>) {
    const { engine, dialect, relations, options } = parts;
    const source = engineSource(engine, options);
    const session = new PlinthSession<Schema, Tables<Schema>>(source, dialect, relations);
    super(dialect, session, relations);
    this.engine = engine;
    this.root = parts.root ?? this;
    this.#parts = parts;
    this.#source = source;
    this.#session = session;
  }

  /** The database of an engine; `schema` gives `db.query` its tables. */
  static of<Schema extends DatabaseSchema>(engine: Engine, schema?: Schema): Database<Schema> {
    const relations = schema === undefined ? undefined : relationalSchema(schema);
    return new Database({
      engine,
      dialect: new PgDialect(),
      relations,
      options: {},
      root: undefined,
    });
  }

  /**
   * Runs the callback in a transaction: committed when it resolves, rolled back when it rejects.
   * `tx.transaction()` inside it is a savepoint. After a serialization failure or a deadlock the
   * callback runs again, `retries` times at most; what it does outside the database should bear
   * that.
   *
   * @throws What the callback throws; PostgreSQL's error of the COMMIT; PlinthError ENGINE_ABORTED
   *   when the signal ended it.
   * @example
   * await db.transaction(
   *   async (tx) => { await tx.insert(notes).values({ body: 'hello' }); },
   *   { isolation: 'serializable', retries: 5 },
   * );
   */
  override async transaction<Result>(
    run: (tx: Transaction<Schema>) => Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    return await this.#session.transaction(run, options);
  }

  /**
   * The same database in the name of a tenant: every statement and transaction sets
   * `app.current_tenant_id` for itself alone, in the round trip it needs anyway. On the embedded
   * database, which runs as superuser, it is also lowered to the `tenantRole`.
   *
   * @param actor Who acts and in which request, as audit rows tell it: `app.actor` and
   *   `app.request_id`, set in the same way. They are cut after 255 characters. Default: nobody.
   * @throws PlinthError ENGINE_TENANT_INVALID for an id that is empty, too long or no string.
   * @example
   * const found = await db.tenant('acme').select().from(notes);
   * await db.tenant('acme', { actor: 'ada', requestId: request.id }).insert(notes).values(note);
   */
  tenant(id: string, actor: Actor = {}): Database<Schema> {
    const scope = { tenant: toTenantId(id), names: toNames(actor), role: this.engine.tenantRole };
    return this.#with({ ...this.#parts.options, scope });
  }

  /** The same database whose statements are cancelled on the server when the signal aborts. */
  withSignal(signal: CancelSignal): Database<Schema> {
    return this.#with({ ...this.#parts.options, signal });
  }

  /**
   * Runs a query that was prepared on this database, or on another scope of it, in this scope.
   *
   * @example
   * const byId = db.select().from(notes).where(eq(notes.id, sql.placeholder('id'))).prepare('');
   * const found = await db.tenant('acme').run(byId, { id });
   */
  run<Result>(
    prepared: Prepared<Result>,
    placeholders: Record<string, unknown> = {},
  ): Promise<Result> {
    if (!(prepared instanceof PlinthPreparedQuery)) {
      const message = 'only a query that was prepared on a Plinth database can be run';
      return Promise.reject(new TypeError(message));
    }
    return prepared.executeOn(this.#source, placeholders);
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

  #with(options: RunOptions): Database<Schema> {
    return new Database({ ...this.#parts, options, root: this.root });
  }
}

function engineSource(engine: Engine, options: RunOptions): SessionSource {
  return {
    query: (text, values) => engine.query(text, values, options),
    queryArrays: (query) => engine.queryArrays(query, options),
    transaction: (asked, run) => {
      const signal = asked.signal ?? options.signal;
      const whole = signal === undefined ? asked : { ...asked, signal };
      return runTransaction(engine, whole, options.scope, run);
    },
  };
}

function relationalSchema<Schema extends DatabaseSchema>(fullSchema: Schema) {
  const { tables, tableNamesMap } = extractTablesRelationalConfig<Tables<Schema>>(
    fullSchema,
    createTableRelationsHelpers,
  );
  return { fullSchema, schema: tables, tableNamesMap };
}
