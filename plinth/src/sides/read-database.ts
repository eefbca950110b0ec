// Reads the schema of a database: one connection, one snapshot.

import { introspect } from '../catalog/index.js';
import { type Engine, openEngine } from '../engine/index.js';
import type { FoundSide } from './found-side.js';

/**
 * @param variable What errors call the URL.
 * @param before What to look at first; where it throws, nothing is read.
 * @throws PlinthError ENGINE_CONNECT_FAILED, CATALOG_SERVER_TOO_OLD or CATALOG_UNREADABLE.
 */
export async function readDatabase(
  url: string,
  variable: string,
  before: (engine: Engine) => Promise<void> = async () => undefined,
): Promise<FoundSide> {
  await using engine = await openEngine({
    url,
    variable,
    applicationName: 'plinth diff',
    poolSize: 1,
    maxOverflow: 0,
    leakThreshold: 0,
  });
  await before(engine);
  const catalog = await engine.withConnection((connection) => introspect(connection));
  const { description } = engine;
  const { serverVersion } = catalog;
  return { kind: 'database', catalog, serverVersion, description, notes: [] };
}
