// Metrics and health over real HTTP, also while every connection of the pool is in use.

import { sql } from 'drizzle-orm';
import { connect, type Database } from 'plinth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { callUrl, DATABASES, type RunningApp, runApp, useService } from './support/service.js';
import { EXTENSIONS, upgradeService } from './support/upgraded-database.js';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

/** The value of a sample, named as the text format names it. */
function sample(metrics: string, name: string): number | undefined {
  const line = metrics.split('\n').find((text) => text.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

describe.each(DATABASES)('metrics on the %s database', (kind) => {
  const service = useService(kind);

  it('are in the text format, and no page of a cache', async () => {
    const { status, headers } = await service.call('GET', '/metrics');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('count queries, requests by route and status class, and the process', async () => {
    const read = async () => (await service.call('GET', '/metrics')).text;
    const before = await read();
    await service.call('GET', `/api/tasks/${UNKNOWN_ID}`);
    await service.call('GET', '/api/tasks/no-uuid');
    await service.call('GET', '/nowhere/secret');
    const after = await read();
    const grown = (name: string) => (sample(after, name) ?? 0) - (sample(before, name) ?? 0);
    expect(grown('plinth_query_duration_seconds_count')).toBe(1);
    expect(grown('plinth_pool_wait_seconds_count')).toBe(1);
    expect(grown('plinth_pool_checkout_seconds_count')).toBe(1);
    const requests = 'http_request_duration_seconds_count';
    expect(grown(`${requests}{method="GET",route="/api/tasks/:id",status="4xx"}`)).toBe(2);
    expect(grown(`${requests}{method="other",route="none",status="4xx"}`)).toBe(1);
    expect(sample(after, 'process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(after).not.toContain('secret');
    expect(after).not.toContain(UNKNOWN_ID);
  });

  it('count failed statements by the class of their SQLSTATE', async () => {
    await expect(service.db.execute(sql`SELECT 1 / 0`)).rejects.toThrow();
    const { text } = await service.call('GET', '/metrics');
    expect(sample(text, 'plinth_query_errors_total{class="22"}')).toBe(1);
  });
});

/** Holds a connection until it is told to give it back. */
function lend(db: Database, released: Promise<void>) {
  let onBegun: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    onBegun = resolve;
  });
  const ended = db.engine.withConnection(() => {
    onBegun();
    return released;
  });
  return { begun, ended };
}

const POOL_SIZE = 2;
const server = useDatabase();

describe.each([
  { kind: 'embedded', url: () => 'pglite://memory', size: 1 },
  { kind: 'server', url: () => server.url, size: POOL_SIZE },
])('a pool in full use on the $kind database', ({ url, size }) => {
  let db: Database;
  let app: RunningApp;
  let release: () => void = () => undefined;
  let uses: Promise<unknown> = Promise.resolve();

  beforeAll(async () => {
    db = await connect({ ...EXTENSIONS, url: url(), poolSize: POOL_SIZE, maxOverflow: 0 });
    app = await runApp(db, await upgradeService(db));
    // Once before the rush, as a load balancer would have.
    expect((await callUrl(`${app.url}/health/ready`, 'GET')).status).toBe(200);
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const lent = Array.from({ length: size }, () => lend(db, released));
    uses = Promise.all(lent.map(({ ended }) => ended));
    await Promise.all(lent.map(({ begun }) => begun));
  });
  afterAll(async () => {
    release();
    await uses;
    await app.close();
    await db.close();
  });

  it.each([
    ['/health', { status: 'healthy', database: 'connected' }],
    ['/health/ready', { status: 'ready', database: 'connected', migrations: 'current' }],
  ])('is no reason for %s to say no', async (path, body) => {
    const { status, text } = await callUrl(`${app.url}${path}`, 'GET');
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject(body);
  });

  it('shows in the metrics', async () => {
    const waiting = callUrl(`${app.url}/api/tasks`, 'GET');
    await expect.poll(() => db.engine.pool.waiting).toBe(1);
    const { text } = await callUrl(`${app.url}/metrics`, 'GET');
    expect(sample(text, 'plinth_pool_size')).toBe(size);
    expect(sample(text, 'plinth_pool_in_use')).toBe(size);
    expect(sample(text, 'plinth_pool_idle')).toBe(0);
    expect(sample(text, 'plinth_pool_waiting')).toBe(1);
    release();
    expect((await waiting).status).toBe(200);
  });
});
