// Several hosts in one URL: a primary, a standby and a server whose sessions are read-only.

import { setMaxListeners } from 'node:events';
import { type Engine, isPlinthError, openEngine } from 'plinth';
import type { PostgresServer } from 'plinth/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { startStandby } from './support/server-files.js';

const first = useServer();
const locked = useServer({ settings: { default_transaction_read_only: 'on' } });
let standby: PostgresServer;

beforeAll(async () => {
  standby = await startStandby(first.server);
});
afterAll(async () => {
  await standby.remove();
});

type Name = 'primary' | 'locked' | 'standby' | 'nobody';

function portOf(name: Name): number {
  switch (name) {
    case 'primary':
      return first.server.port;
    case 'locked':
      return locked.server.port;
    case 'standby':
      return standby.port;
    case 'nobody':
      // The port for tcpmux, which nothing listens on.
      return 1;
  }
}

function urlOf(names: readonly Name[], query = ''): string {
  const hosts = names.map((name) => `127.0.0.1:${portOf(name)}`).join(',');
  return `postgres://postgres@${hosts}/postgres?${query}`;
}

async function serverOf(engine: Engine): Promise<unknown> {
  const { rows } = await engine.query<{ port: number }>('SELECT inet_server_port() AS port');
  const names = ['primary', 'locked', 'standby'] as const;
  return names.find((name) => portOf(name) === rows[0]?.port);
}

const every = ['standby', 'locked', 'primary'] as const;

describe('target_session_attrs', () => {
  it.each([
    ['any', every, 'standby'],
    ['any', ['nobody', 'locked', 'primary'], 'locked'],
    ['read-write', every, 'primary'],
    ['read-only', ['primary', 'locked', 'standby'], 'locked'],
    ['primary', every, 'locked'],
    ['standby', ['nobody', 'primary', 'locked', 'standby'], 'standby'],
    ['prefer-standby', ['primary', 'locked', 'standby'], 'standby'],
    ['prefer-standby', ['nobody', 'primary', 'locked'], 'primary'],
    ['prefer-standby', ['primary'], 'primary'],
  ] as const)('%s of %j is %s', async (wanted, names, found) => {
    const url = urlOf(names, `target_session_attrs=${wanted}`);
    await using engine = await openEngine({ url, connectRetries: 1 });
    expect(await serverOf(engine)).toBe(found);
    await expect(engine.health()).resolves.toMatchObject({ status: 'connected' });
    expect(await serverOf(engine)).toBe(found);
  });

  it('says what is wrong with each host, and leaves no connection open', async () => {
    const url = urlOf(['standby', 'nobody', 'locked'], 'target_session_attrs=read-write');
    const error = await openEngine({ url, connectRetries: 2 }).catch((e: unknown) => e);
    expect(isPlinthError(error, 'ENGINE_CONNECT_FAILED') && error.message).toBe(
      `cannot connect to ${url.replace('&', '?')}: 127.0.0.1:${standby.port}: it is a standby; ` +
        `127.0.0.1:1: connect ECONNREFUSED 127.0.0.1:1; ` +
        `127.0.0.1:${locked.server.port}: its sessions are read-only`,
    );
    await using engine = await openEngine({ url: standby.url });
    const { rows } = await engine.query<{ count: number }>(
      `SELECT count(*)::int FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    expect(rows).toEqual([{ count: 0 }]);
  });

  it('a wrong password is not tried on the next host', async () => {
    const url = urlOf(['primary', 'locked']).replace('postgres@', 'nobody_here@');
    const error = await openEngine({ url }).catch((e: unknown) => e);
    expect(error).toMatchObject({ message: expect.stringContaining('"nobody_here" does not') });
  });
});

it('a cancel reaches the server that runs the statement', async () => {
  const url = urlOf(['primary', 'locked'], 'load_balance_hosts=random');
  await using engine = await openEngine({ url, poolSize: 12 });
  const aborter = new AbortController();
  const { signal } = aborter;
  setMaxListeners(0, signal);
  const ports = new Set<unknown>();
  let running = 0;
  const sleeps = Array.from({ length: 12 }, () =>
    engine.withConnection(
      async (connection) => {
        const { rows } = await connection.query('SELECT inet_server_port() AS port');
        ports.add(rows[0]?.port);
        running += 1;
        if (running === 12) setImmediate(() => aborter.abort());
        await connection.query('SELECT pg_sleep(60)');
      },
      { signal },
    ),
  );
  const outcomes = await Promise.allSettled(sleeps);
  const codes = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code);
  expect(new Set(codes)).toEqual(new Set(['ENGINE_ABORTED']));
  expect(ports.size).toBe(2);
  expect(await serverOf(engine)).toBeDefined();
});

// The last one: it promotes the standby.
it('new connections find the new primary after a failover', async () => {
  const url = urlOf(['primary', 'standby'], 'target_session_attrs=read-write');
  await using engine = await openEngine({ url });
  engine.on('connectionLost', () => undefined);
  expect(await serverOf(engine)).toBe('primary');
  await first.server.stop('immediate');
  // What was in the pool may only be found dead by the statement that is sent on it.
  await expect(serverOf(engine)).rejects.toThrow();
  await expect(serverOf(engine)).rejects.toMatchObject({ code: 'ENGINE_CONNECT_FAILED' });
  await using other = await openEngine({ url: standby.url });
  await other.query('SELECT pg_promote()');
  expect(await serverOf(engine)).toBe('standby');
  await expect(engine.health()).resolves.toMatchObject({ status: 'connected' });
  await engine.query('CREATE TABLE written (id integer)');
  await first.server.start();
});
