// A client that goes away takes its statements with it: over real HTTP, on a real server.

import { sql } from 'drizzle-orm';
import { type FastifyInstance, fastify } from 'fastify';
import { connect, type Database, openEngine } from 'plinth';
import { plinthFastify, problemDetails, serverOptions } from 'plinth/fastify';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';

const database = useDatabase();
const SLEEP = sql`SELECT pg_sleep(${120}::float8)`;
const POOL_SIZE = 2;

interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly status?: number;
}

let db: Database;
let watcher: Awaited<ReturnType<typeof openEngine>>;
let app: FastifyInstance;
let url: string;
let log: LogLine[] = [];
/** What the last handler ended with. */
let ended: Promise<unknown>;

beforeAll(async () => {
  const options = { url: database.url, poolSize: POOL_SIZE, maxOverflow: 0, leakThreshold: 0 };
  db = await connect({ ...options, applicationName: 'cancelled' });
  watcher = await openEngine({ url: database.url, poolSize: 1, applicationName: 'watcher' });
  await watcher.query('CREATE TABLE notes (body text)');
  app = fastify({
    ...serverOptions(),
    // After an abort fetch opens a spare connection, which nothing else would close.
    forceCloseConnections: true,
    logger: { level: 'debug', stream: { write: (line) => log.push(JSON.parse(line)) } },
  });
  await app.register(problemDetails);
  await app.register(plinthFastify, { db });
  registerRoutes(app);
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await app.close();
  await db.close();
  await watcher.close();
});
beforeEach(() => {
  log = [];
});

function registerRoutes(target: FastifyInstance): void {
  // Awaited once: a Drizzle query runs anew at every `then`.
  const noted = async (query: PromiseLike<unknown>) => {
    const work = Promise.resolve(query);
    ended = work.catch((error: unknown) => error);
    return await work;
  };
  target.get('/sleep', async (request) => await noted(request.db.execute(SLEEP)));
  target.post('/sleep', async (request) => await noted(request.db.execute(SLEEP)));
  target.get(
    '/transaction',
    async (request) =>
      await noted(
        request.db.transaction(async (tx) => {
          await tx.execute(sql`INSERT INTO notes VALUES ('half done')`);
          await tx.execute(SLEEP);
        }),
      ),
  );
  target.get('/hold', async (request) => await noted(request.db.root.execute(SLEEP)));
  target.post('/echo', async (request) => {
    const { rows } = await request.db.execute(sql`SELECT ${JSON.stringify(request.body)} AS body`);
    return rows;
  });
  target.get('/later', (request, reply) => {
    reply.raw.once('close', () => void noted(request.db.execute(sql`SELECT 1 AS one`)));
    return 'sent';
  });
}

/** The backends of the service that run something. */
async function running(): Promise<number> {
  const { rows } = await watcher.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE application_name = 'cancelled' AND state <> 'idle'`,
  );
  return rows[0]?.count ?? 0;
}

async function backends(): Promise<readonly number[]> {
  const { rows } = await watcher.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'cancelled' ORDER BY pid`,
  );
  return rows.map(({ pid }) => pid);
}

/** Sends a request, waits until its statement runs, and goes away. */
async function sendAndLeave(method: 'GET' | 'POST', path: string): Promise<void> {
  const controller = new AbortController();
  const body = method === 'POST' ? '{"a":1}' : null;
  const headers: Record<string, string> =
    body === null ? {} : { 'content-type': 'application/json' };
  const answer = fetch(`${url}${path}`, { method, body, headers, signal: controller.signal });
  const left = expect(answer).rejects.toThrow('aborted');
  await expect.poll(running).toBe(1);
  controller.abort();
  await left;
}

const IN_TIME = { timeout: 10_000 };

describe('a client that goes away', () => {
  it.each([
    ['GET', '/sleep'],
    ['POST', '/sleep'],
    ['GET', '/transaction'],
  ] as const)('cancels the statement of its %s %s', async (method, path) => {
    await sendAndLeave(method, path);
    await expect.poll(running, IN_TIME).toBe(0);
    expect(await ended).toMatchObject({ code: 'ENGINE_ABORTED' });
    await expect.poll(() => db.engine.pool.inUse, IN_TIME).toBe(0);
    const before = await backends();
    // The connection is whole: nothing open, nothing half done, and the same backend answers.
    expect((await db.execute(sql`SELECT body FROM notes`)).rows).toEqual([]);
    expect(await backends()).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
  });

  it('is no error in the log: one line, with 499', async () => {
    await sendAndLeave('GET', '/sleep');
    await expect.poll(() => log.map(({ msg }) => msg), IN_TIME).toContain('the client went away');
    await expect.poll(() => db.engine.pool.inUse, IN_TIME).toBe(0);
    const INFO = 30;
    expect(log.filter(({ level }) => level > INFO)).toEqual([]);
    expect(log.filter(({ status }) => status !== undefined)).toMatchObject([
      { level: INFO, status: 499 },
    ]);
  });

  it('leaves the queue of the pool', async () => {
    const holder = new AbortController();
    const held = db.withSignal(holder.signal);
    const uses = Array.from({ length: POOL_SIZE }, () => held.execute(SLEEP).catch(String));
    await expect.poll(running).toBe(POOL_SIZE);
    const controller = new AbortController();
    const answer = fetch(`${url}/sleep`, { signal: controller.signal });
    const left = expect(answer).rejects.toThrow('aborted');
    await expect.poll(() => db.engine.pool.waiting).toBe(1);
    controller.abort();
    await left;
    expect(await ended).toMatchObject({ code: 'ENGINE_ABORTED' });
    holder.abort();
    await Promise.all(uses);
    await expect.poll(() => db.engine.pool, IN_TIME).toMatchObject({ inUse: 0, waiting: 0 });
    expect(await running()).toBe(0);
  });
});

describe('a client that stays', () => {
  it('gets its answer after its body was read', async () => {
    const answer = await fetch(`${url}/echo`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"a":1}',
    });
    expect(await answer.json()).toEqual([{ body: '{"a":1}' }]);
  });

  it('does not cancel what goes on after its answer was sent', async () => {
    expect(await (await fetch(`${url}/later`)).text()).toBe('sent');
    expect(await ended).toMatchObject({ rows: [{ one: 1 }] });
  });
});

it('leaves alone what runs on the root database', async () => {
  await sendAndLeave('GET', '/hold');
  expect(await running()).toBe(1);
  await watcher.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'cancelled' AND state = 'active'`,
  );
  expect(await ended).toMatchObject({ code: '57P01' });
});
