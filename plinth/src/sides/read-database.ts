// Reads the schema of a database: one connection, one snapshot.

import { introspect } from '../catalog/index.js';
import { type Engine, openEngine } from '../engine/index.js';
import type { FoundSide } from './found-side.js';

export interface DatabaseSource {
  readonly url: string;
  /** What errors call the URL. */
  readonly variable: string;
  /** Extensions that an embedded database is opened with. Default: none. */
  readonly embeddedExtensions?: readonly string[];
  /** Default: `plinth diff`. */
  readonly applicationName?: string;
}

/** A database that revisions run on. */
export interface LedgeredSource extends DatabaseSource {
  /** The ledger's table. Default: `ledger`. */
  readonly ledger?: string | undefined;
}

/**
 * @param before What to look at first; where it throws, nothing is read.
 * @throws PlinthError ENGINE_CONNECT_FAILED, CATALOG_SERVER_TOO_OLD or CATALOG_UNREADABLE.
 */
export async function readDatabase(
  source: DatabaseSource,
  before: (engine: Engine) => Promise<void> = async () => undefined,
): Promise<FoundSide> {
  await using engine = await openReader(source);
  await before(engine);
  return await readSide(engine);
}

/** One connection to a database that is read and left as it is. */
export async function openReader(source: DatabaseSource): Promise<Engine> {
  const { url, variable, applicationName = 'plinth diff', embeddedExtensions = [] } = source;
  return await openEngine({
    url,
    variable,
    embeddedExtensions,
    applicationName,
    poolSize: 1,
    maxOverflow: 0,
    leakThreshold: 0,
  });
}

export async function readSide(engine: Engine): Promise<FoundSide> {
  const catalog = await engine.withConnection((connection) => introspect(connection));
  const { description } = engine;
  const { serverVersion } = catalog;
  return { kind: 'database', catalog, serverVersion, description, notes: [] };
}
