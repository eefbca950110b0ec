// The engine on the embedded database: a pool of its one connection.

import { Pool } from 'pg';
import { ConnectionPool } from './connection-pool.js';
import { describeTarget, type EmbeddedTarget } from './database-url.js';
import { Engine } from './engine.js';
import type { EngineSettings } from './engine-options.js';
import { embeddedHealth } from './health.js';
import { openEmbedded } from './open-embedded.js';
import { pooledClientClass } from './pooled-client.js';
import { QUERY_TYPES } from './query-types.js';

/** The role that tenant-scoped work is lowered to: the embedded database runs as superuser. */
const DEFAULT_TENANT_ROLE = 'app_user';

/** @throws PlinthError ENGINE_EMBEDDED_LOCKED or ENGINE_EMBEDDED_FAILED. */
export async function openEmbeddedEngine(
  target: EmbeddedTarget,
  given: EngineSettings,
): Promise<Engine> {
  const settings = {
    ...given,
    poolSize: 1,
    maxOverflow: 0,
    // Its one connection is this process: it cannot die alone, and has no age.
    prePing: false,
    poolRecycle: 0,
    tenantRole: given.tenantRole ?? DEFAULT_TENANT_ROLE,
  };
  const server = await openEmbedded(target, settings.embeddedExtensions);
  return new Engine(settings, (events) => {
    const pool = new Pool({
      user: 'postgres',
      database: 'postgres',
      stream: () => server.openStream(),
      types: QUERY_TYPES,
      Client: pooledClientClass(settings),
      max: 1,
      idleTimeoutMillis: 0,
      connectionTimeoutMillis: settings.poolTimeout * 1000,
      // Every connection is the same session of the database: a new one starts it afresh.
      onConnect: async (client) => {
        await client.query('ROLLBACK');
        await client.query('DISCARD ALL');
      },
    });
    const description = describeTarget(target);
    return {
      kind: 'embedded',
      description,
      pool: new ConnectionPool({ pool, settings, description, hosts: undefined, events }),
      health: embeddedHealth(pool),
      // A statement runs to its end before this process can do anything else.
      cancel: async () => undefined,
      close: () => server.close(),
    };
  });
}
