// A database or a server for one test file. It fails the file when a connection is left open,
// because such a leak is a defect of what was tested.

import { setTimeout as delay } from 'node:timers/promises';
import { openEngine } from 'plinth';
import {
  createDatabase,
  type PostgresOptions,
  type PostgresServer,
  startPostgres,
  type TestDatabase,
  type TestDatabaseOptions,
} from 'plinth/testing';
import { afterAll, beforeAll, inject } from 'vitest';

const LEAK_GRACE_MS = 2000;
const LEAK_POLL_MS = 20;

/** What `useDatabase` gives a test file; usable inside tests and hooks, not while collecting. */
export interface FileDatabase {
  readonly url: string;
  readonly name: string;
}

/**
 * Gives a test file a database of its own; call it at the top of the file. The database is
 * dropped after the last test, and the file fails when connections to it are still open then.
 *
 * @param serverUrl Default: the server of the run.
 * @example
 * const database = useDatabase();
 * it('connects', async () => {
 *   await using engine = await openEngine({ url: database.url });
 * });
 */
export function useDatabase(
  options?: TestDatabaseOptions,
  serverUrl = inject('serverUrl'),
): FileDatabase {
  let created: TestDatabase | undefined;
  beforeAll(async () => {
    created = await createDatabase(serverUrl, options);
  });
  afterAll(async () => {
    if (created === undefined) return;
    const leaks = await findLeaks(serverUrl, created.name);
    await created.drop();
    if (leaks.length > 0) throw new Error(describeLeaks(leaks));
  });
  return {
    get url() {
      return ready(created).url;
    },
    get name() {
      return ready(created).name;
    },
  };
}

/** Gives a test file a server of its own, which it may stop and start as it likes. */
export function useServer(options?: PostgresOptions): { readonly server: PostgresServer } {
  let started: PostgresServer | undefined;
  beforeAll(async () => {
    started = await startPostgres(options);
  });
  afterAll(async () => {
    await started?.remove();
  });
  return {
    get server() {
      return ready(started);
    },
  };
}

function ready<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error('it exists only inside tests and their hooks');
  return value;
}

/** A connection that nobody closed. */
export interface Leak {
  readonly application: string;
  readonly lastQuery: string;
}

/** The connections to a database that are still open after a moment's grace. */
export async function findLeaks(serverUrl: string, database: string): Promise<readonly Leak[]> {
  await using engine = await openEngine({ url: serverUrl, poolSize: 1 });
  const deadline = Date.now() + LEAK_GRACE_MS;
  for (;;) {
    // The client has gone before its backend has: that takes a moment and is no leak.
    const { rows } = await engine.query<{ application: string; lastQuery: string }>(
      `SELECT application_name AS application, query AS "lastQuery"
       FROM pg_stat_activity WHERE datname = $1 AND backend_type = 'client backend'`,
      [database],
    );
    if (rows.length === 0 || Date.now() > deadline) return rows;
    await delay(LEAK_POLL_MS);
  }
}

function describeLeaks(leaks: readonly Leak[]): string {
  const lines = leaks.map(({ application, lastQuery }) => `  ${application}: ${lastQuery}`);
  return `This file left ${leaks.length} connections open (application: last query):\n${lines.join('\n')}`;
}
