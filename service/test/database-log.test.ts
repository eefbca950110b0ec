// What the log says about the database: level, words, and never a value.

import { sql } from 'drizzle-orm';
import { type FastifyInstance, fastify } from 'fastify';
import { connect, type Database, type EngineEvents } from 'plinth';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { logDatabaseEvents } from '../src/database-log.js';

const LEVELS = { debug: 20, warn: 40, error: 50 } as const;

let db: Database;
let app: FastifyInstance;
let log: Record<string, unknown>[];

beforeAll(async () => {
  db = await connect({ url: 'pglite://memory', slowQueryThreshold: 0.02 });
});
afterAll(async () => {
  await db.close();
});
beforeEach(() => {
  log = [];
  app = fastify({
    logger: { level: 'debug', stream: { write: (line) => log.push(JSON.parse(line)) } },
  });
  logDatabaseEvents(app, db, false);
});
afterEach(async () => {
  await app.close();
});

it('has a slow statement as a warning, without its values', async () => {
  await db.execute(sql`SELECT 'quick'`);
  await db.execute(sql`SELECT pg_sleep(${0.05}::float8), ${'s3cret'}::text`);
  expect(log).toMatchObject([
    { level: LEVELS.warn, msg: 'slow query', sql: 'SELECT pg_sleep($1::float8), $2::text' },
  ]);
  expect(log[0]?.durationMs).toBeGreaterThanOrEqual(20);
  expect(JSON.stringify(log)).not.toContain('s3cret');
});

const POOL = { size: 1, maxOverflow: 0, inUse: 1, idle: 0, waiting: 1, longestUse: 3 };
const EVENTS = [
  ['leak', 'warn', { heldSeconds: 61, stack: 'at handler' }, { stack: 'at handler' }],
  ['timeout', 'error', POOL, { pool: POOL }],
  ['invalidate', 'warn', { error: new Error('gone') }, { err: { message: 'gone' } }],
  ['retry', 'debug', { attempt: 1, error: new Error('conflict') }, { attempt: 1 }],
  ['close', 'debug', { reason: 'recycled' }, { reason: 'recycled' }],
] as const satisfies readonly (readonly [
  keyof EngineEvents,
  keyof typeof LEVELS,
  object,
  object,
])[];

describe('an event of the pool', () => {
  it.each(EVENTS)('%s is logged at %s', (name, level, event, words) => {
    emit(name, event);
    expect(log).toMatchObject([{ level: LEVELS[level], ...words }]);
  });

  it('is not logged once the application is closed', async () => {
    await app.close();
    log = [];
    for (const [name, , event] of EVENTS) emit(name, event);
    expect(log).toEqual([]);
  });
});

// As an emitter of anything: the table's pairs of name and event are right row by row.
function emit(name: string, event: object): void {
  const emitter: NodeJS.EventEmitter = db.engine;
  emitter.emit(name, event);
}
