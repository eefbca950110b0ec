// What every fault test stands on: a server of its own with a table of many tenants, a proxy that
// can be made to fail in front of it, and databases opened through it as a role without privileges.

import { randomUUID } from 'node:crypto';
import { connect, type Database, type Engine, type EngineOptions, openEngine } from 'plinth';
import type { PostgresOptions, PostgresServer } from 'plinth/testing';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { ChaosProxy } from '../../../../test/support/chaos-proxy.js';
import { useServer } from '../../../../test/support/database.js';

export type FaultOptions = Partial<Parameters<typeof connect>[0]>;

/** Usable inside tests and hooks, not while collecting. */
export interface FaultWorld {
  readonly server: PostgresServer;
  readonly proxy: ChaosProxy;
  /** Through the proxy, as the role without privileges. */
  readonly url: string;
  /** Opens a database through the proxy; it is closed, and looked after, at the test's end. */
  open(options?: FaultOptions): Promise<Database>;
  /** Asks the server itself, past the proxy, as superuser. */
  ask<Value>(query: string, values?: readonly unknown[]): Promise<Value[]>;
  /** The connections that a database has on the server. */
  connections(db: Database): Promise<number>;
  /** The sockets that this process holds open, those of the proxy apart. */
  ownSockets(): number;
}

const SETTLED_WITHIN = { timeout: 20_000, interval: 20 };

/** Call it at the top of a file. After each test nothing may be left of its databases. */
export function useFaultWorld(options?: PostgresOptions): FaultWorld {
  const own = useServer(options);
  const role = `faults_${randomUUID().slice(0, 8)}`;
  const opened = new Map<Database, string>();
  let proxy: ChaosProxy | undefined;
  const current = () => {
    if (proxy === undefined) throw new Error('the proxy exists only inside tests and hooks');
    return proxy;
  };
  const world: FaultWorld = {
    get server() {
      return own.server;
    },
    get proxy() {
      return current();
    },
    get url() {
      return `postgres://${role}@127.0.0.1:${current().port}/postgres?sslmode=disable`;
    },
    open: async (given: Partial<EngineOptions> = {}) => {
      const applicationName = `faults ${randomUUID().slice(0, 8)}`;
      const db = await connect({ url: world.url, applicationName, closeTimeout: 5, ...given });
      opened.set(db, applicationName);
      return db;
    },
    ask: async <Value>(query: string, values?: readonly unknown[]) => {
      await using admin = await openEngine({ url: own.server.url, poolSize: 1 });
      return (await admin.query<{ value: Value }>(query, values)).rows.map(({ value }) => value);
    },
    ownSockets: () => {
      const resources = process.getActiveResourcesInfo();
      return resources.filter((name) => name === 'TCPSocketWrap').length - current().sockets;
    },
    connections: async (db) => await count(world, opened.get(db) ?? ''),
  };
  beforeAll(async () => {
    await createTable(own.server.url, role);
    proxy = await ChaosProxy.open({ port: own.server.port });
  });
  afterEach(async () => {
    await own.server.start();
    const names = [...opened.values()];
    const closed = Promise.all([...opened.keys()].map((db) => db.close()));
    opened.clear();
    try {
      await closed;
      // An engine lets go by itself, without any help of the network.
      await expect.poll(world.ownSockets, SETTLED_WITHIN).toBe(0);
    } finally {
      // What one test left must not fail the next one too.
      current().reset();
      current().setMode({ kind: 'pass' });
      await current().accept();
    }
    for (const name of names) await expect.poll(() => count(world, name), SETTLED_WITHIN).toBe(0);
  });
  afterAll(async () => {
    await proxy?.close();
  });
  return world;
}

async function count(world: FaultWorld, applicationName: string): Promise<number> {
  const [found = 0] = await world.ask<number>(
    'SELECT count(*)::int AS value FROM pg_stat_activity WHERE application_name = $1',
    [applicationName],
  );
  return found;
}

/** A table whose rows only their tenant may see, its owner included. */
async function createTable(url: string, role: string): Promise<void> {
  await using admin: Engine = await openEngine({ url, poolSize: 1 });
  const tenant = `(SELECT nullif(current_setting('app.current_tenant_id', true), ''))`;
  await admin.query(`
    CREATE ROLE ${role} LOGIN NOSUPERUSER NOBYPASSRLS;
    CREATE TABLE entries (key text PRIMARY KEY, tenant_id text NOT NULL DEFAULT nullif(current_setting('app.current_tenant_id', true), ''));
    ALTER TABLE entries ENABLE ROW LEVEL SECURITY;
    ALTER TABLE entries FORCE ROW LEVEL SECURITY;
    CREATE POLICY own_rows ON entries USING (tenant_id = ${tenant}) WITH CHECK (tenant_id = ${tenant});
    GRANT SELECT, INSERT ON entries TO ${role};
  `);
}
