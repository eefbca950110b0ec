// The front door: a URL in, a database out.

import type { Database, DatabaseSchema } from './database.js';
import type { EngineOptions } from './engine-options.js';
import { openEngine } from './open-engine.js';

export interface ConnectOptions<Schema extends DatabaseSchema = Record<string, never>>
  extends EngineOptions {
  /** Drizzle tables and relations, for `db.query`. */
  readonly schema?: Schema;
}

/**
 * Connects to a PostgreSQL server, or opens the embedded one, and returns a Drizzle database on it.
 *
 * @throws PlinthError ENGINE_URL_INVALID or ENGINE_OPTION_INVALID before anything is opened; ENGINE_CONNECT_FAILED,
 *   ENGINE_EMBEDDED_LOCKED or ENGINE_EMBEDDED_FAILED.
 * @example
 * await using db = await connect({ url: process.env.DATABASE_URL ?? 'pglite://./.plinth/data' });
 * const open = await db.select().from(tasks).where(eq(tasks.completed, false));
 */
export async function connect<Schema extends DatabaseSchema = Record<string, never>>(
  options: ConnectOptions<Schema>,
): Promise<Database<Schema>> {
  const { schema, ...engineOptions } = options;
  // Drizzle takes as long to load as the rest of the engine, and the command line needs none of it.
  const { Database: Drizzled } = await import('./database.js');
  return Drizzled.of(await openEngine(engineOptions), schema);
}
