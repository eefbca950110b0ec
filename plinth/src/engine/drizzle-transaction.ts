// The `tx` of a transaction: the same query surface as the database, on one connection.

import { entityKind } from 'drizzle-orm';
import { type PgDialect, PgTransaction } from 'drizzle-orm/pg-core';
import type { RelationalSchemaConfig, TablesRelationalConfig } from 'drizzle-orm/relations';
import { sql } from 'drizzle-orm/sql';
import type { PlinthQueryResultHKT, PlinthSession } from './drizzle-session.js';

export class PlinthTransaction<
  FullSchema extends Record<string, unknown>,
  Schema extends TablesRelationalConfig,
> extends PgTransaction<PlinthQueryResultHKT, FullSchema, Schema> {
  static override readonly [entityKind]: string = 'PlinthTransaction';

  constructor(
    private readonly pgDialect: PgDialect,
    private readonly pgSession: PlinthSession<FullSchema, Schema>,
    schema: RelationalSchemaConfig<Schema> | undefined,
    nestedIndex = 0,
  ) {
    super(pgDialect, pgSession, schema, nestedIndex);
  }

  /** A transaction inside a transaction is a savepoint. */
  override async transaction<Result>(
    run: (tx: PlinthTransaction<FullSchema, Schema>) => Promise<Result>,
  ): Promise<Result> {
    const depth = this.nestedIndex + 1;
    const savepoint = sql.identifier(`plinth_${depth}`);
    const tx = new PlinthTransaction<FullSchema, Schema>(
      this.pgDialect,
      this.pgSession,
      this.schema,
      depth,
    );
    await tx.execute(sql`SAVEPOINT ${savepoint}`);
    try {
      const result = await run(tx);
      await tx.execute(sql`RELEASE SAVEPOINT ${savepoint}`);
      return result;
    } catch (error) {
      await tx.execute(sql`ROLLBACK TO SAVEPOINT ${savepoint}`);
      throw error;
    }
  }
}
