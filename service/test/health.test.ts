import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Database } from 'plinth';
import { downgrade, loadRevisions, upgrade } from 'plinth/migrate';
import { createDatabase } from 'plinth/testing';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { REVISIONS_FOLDER } from '../src/start.js';
import { historyFor, readVectorSupport } from '../src/vector-support.js';
import { type SwallowingProxy, startProxy } from './support/proxy.js';
import { copyRevisions } from './support/revisions.js';
import {
  callUrl,
  DATABASES,
  expectProblem,
  type RunningApp,
  runApp,
  useService,
} from './support/service.js';
import { type Upgraded, upgradeService } from './support/upgraded-database.js';

describe.each(DATABASES)('health on the %s database', (kind) => {
  const service = useService(kind);

  it.each([
    ['/health', { status: 'healthy', database: 'connected' }],
    ['/health/live', { status: 'alive' }],
    ['/health/ready', { status: 'ready', database: 'connected', migrations: 'current' }],
  ])('%s', async (path, body) => {
    const answer = await service.call('GET', path);
    expect(answer.status).toBe(200);
    const { unavailable, ...state } = JSON.parse(answer.text);
    expect(state).toEqual(body);
    // The server of the tests has no pgvector, and readiness says so.
    const lacks = path === '/health/ready' && kind === 'server';
    expect(unavailable).toEqual(
      lacks ? [expect.stringMatching(/pgvector.*postgresql-\d+-pgvector/)] : undefined,
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('is not ready while revisions are pending, and ready again after them', async () => {
    const { revisions } = await upgradeService(service.db);
    const ready = async () => {
      const { status, text } = await service.call('GET', '/health/ready');
      const { unavailable: _, ...state } = JSON.parse(text);
      return [status, state];
    };
    const pending = { status: 'not ready', database: 'connected', migrations: 'pending' };
    await downgrade(service.db, '-1', { revisions });
    expect(await ready()).toEqual([503, pending]);
    await downgrade(service.db, 'base', { revisions });
    expect(await ready()).toEqual([503, pending]);
    await upgrade(service.db, 'head', { revisions });
    expect((await ready())[0]).toBe(200);
  });

  it('is not ready where the database is newer than the code', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'plinth-older-'));
    const [first = ''] = readdirSync(REVISIONS_FOLDER).sort();
    cpSync(join(REVISIONS_FOLDER, first), join(folder, first));
    const revisions = await loadRevisions(folder);
    const app = await runApp(service.db, { ...(await upgradeService(service.db)), revisions });
    try {
      const { status, text } = await callUrl(`${app.url}/health/ready`, 'GET');
      expect(status).toBe(503);
      expect(JSON.parse(text).migrations).toBe('unknown');
    } finally {
      await app.close();
      rmSync(folder, { recursive: true });
    }
  });
});

describe.each(DATABASES)('readiness on the %s database', (kind) => {
  const service = useService(kind);

  /** What an application with the revisions of a folder says of its migrations. */
  async function migrationsWith(folder: string): Promise<unknown> {
    const app = await runApp(service.db, {
      revisions: await historyFor(service.db.engine, await loadRevisions(folder), true),
      vectors: await readVectorSupport(service.db.engine),
    });
    try {
      const { status, text } = await callUrl(`${app.url}/health/ready`, 'GET');
      expect(status).toBe(503);
      return JSON.parse(text).migrations;
    } finally {
      await app.close();
      rmSync(folder, { recursive: true });
    }
  }

  it('is unknown where the file of an applied revision was changed', async () => {
    const folder = copyRevisions((sql) => sql.replace('varchar(500)', 'varchar(400)'));
    expect(await migrationsWith(folder)).toBe('unknown');
  });

  it('is pending where a revision was interrupted half-way', async () => {
    const folder = copyRevisions();
    const [head] = (await upgradeService(service.db)).revisions.heads.map(({ id }) => id);
    writeFileSync(
      join(folder, '20261121_0900_aaaabbbbcccc_halfway.sql'),
      `-- plinth:revision aaaabbbbcccc\n-- plinth:revises ${head}\n` +
        '-- plinth:message half-way\n\n-- plinth:upgrade\n' +
        'CREATE INDEX CONCURRENTLY idx_halfway ON todos (completed);\nSELECT nothing;\n\n' +
        '-- plinth:downgrade\nDROP INDEX CONCURRENTLY idx_halfway;\n',
    );
    const revisions = await historyFor(service.db.engine, await loadRevisions(folder), true);
    await expect(upgrade(service.db, 'head', { revisions })).rejects.toThrow('nothing');
    expect(await migrationsWith(folder)).toBe('pending');
  });
});

it('a database that is dropped while the service runs is away, for every route', async () => {
  const database = await createDatabase(inject('serverUrl'));
  await using db = await connect({ url: database.url });
  const app = await runApp(db, await upgradeService(db));
  try {
    await database.drop();
    for (const _ of [1, 2]) {
      const answer = await callUrl(`${app.url}/api/tasks`, 'GET');
      expectProblem(answer, 503, 'Service Unavailable');
    }
    expect((await callUrl(`${app.url}/health`, 'GET')).status).toBe(503);
  } finally {
    await app.close();
  }
});

describe('health of a server that goes away and comes back', () => {
  const held = useServer();
  let db: Database;
  let app: RunningApp;
  let proxy: SwallowingProxy;
  let upgraded: Upgraded;

  beforeAll(async () => {
    proxy = await startProxy(held.server.port);
    const url = new URL(held.server.url);
    url.port = String(proxy.port);
    db = await connect({ url: url.href, poolTimeout: 1, connectTimeout: 1 });
    upgraded = await upgradeService(db);
    app = await runApp(db, upgraded);
  });
  afterAll(async () => {
    await app.close();
    await db.close();
    proxy.close();
  });

  /** Asks for health; fails when the answer takes longer than the contract's two seconds. */
  async function ask(path: string) {
    const response = await fetch(`${app.url}${path}`, { signal: AbortSignal.timeout(2000) });
    return { status: response.status, body: await response.json() };
  }

  async function expectAway(): Promise<void> {
    expect(await ask('/health')).toEqual({
      status: 503,
      body: { status: 'unhealthy', database: 'disconnected' },
    });
    expect(await ask('/health/ready')).toEqual({
      status: 503,
      body: {
        status: 'not ready',
        database: 'disconnected',
        migrations: 'unknown',
        unavailable: [expect.stringContaining('pgvector')],
      },
    });
    expect(await ask('/health/live')).toEqual({ status: 200, body: { status: 'alive' } });
  }

  async function expectBack(): Promise<void> {
    expect((await ask('/health')).status).toBe(200);
    expect((await ask('/health/ready')).status).toBe(200);
    expect((await callUrl(`${app.url}/api/tasks`, 'GET')).status).toBe(200);
  }

  it('answers while the server is stopped, and recovers by itself', async () => {
    await expectBack();
    await held.server.stop();
    await expectAway();
    const answer = await callUrl(`${app.url}/api/tasks`, 'GET');
    expectProblem(answer, 503, 'Service Unavailable');
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    await held.server.start();
    await expectBack();
  });

  it('answers while the network swallows everything, and recovers by itself', async () => {
    proxy.swallow(true);
    await expectAway();
    proxy.swallow(false);
    await expectBack();
  });
});
