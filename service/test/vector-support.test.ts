// A database with vectors, and one without: what is served then, and what is said.

import { upgrade } from 'plinth/migrate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { historyWithoutVectors } from '../../test/support/service-history.js';
import { historyFor, readVectorSupport } from '../src/vector-support.js';
import { DATABASES, expectProblem } from './support/service.js';
import { tenantCaller, useTenantService } from './support/tenant-service.js';
import { connectEither, upgradeService } from './support/upgraded-database.js';

const PACKAGE = /pgvector.*postgresql-\d+-pgvector/;

// The server from npm has no pgvector.
describe.each(DATABASES)('documents on the %s database', (kind) => {
  const service = useTenantService(kind);
  const acme = tenantCaller('acme');

  it('are served where there are vectors, and otherwise the error names the package', async () => {
    const made = await service.call(acme, 'POST', '/api/documents', { title: 'a', text: 'b' });
    if (kind === 'embedded') {
      expect(made.status).toBe(201);
      return;
    }
    for (const answer of [
      made,
      await service.call(acme, 'GET', '/api/documents'),
      await service.call(acme, 'POST', '/api/documents/search', { query: 'b' }),
    ]) {
      expectProblem(answer, 503, 'Service Unavailable');
      expect(answer.text).toMatch(PACKAGE);
    }
  });

  it('leave the other routes as they are, and readiness says it', async () => {
    const ready = await service.call(undefined, 'GET', '/health/ready');
    expect(ready.status).toBe(200);
    if (kind === 'server') expect(ready.text).toMatch(PACKAGE);
    else expect(ready.text).not.toContain('unavailable');
    const ticket = { ticket_id: 'T-1' };
    expect((await service.call(acme, 'POST', '/api/enhancements', ticket)).status).toBe(201);
    expect((await service.call(acme, 'POST', '/api/tasks', { title: 'a' })).status).toBe(201);
    expect((await service.call(acme, 'GET', '/api/tasks?q=a')).status).toBe(200);
  });
});

describe('what a database says of its vectors', () => {
  let db: Awaited<ReturnType<typeof connectEither>>;

  beforeAll(async () => {
    db = await connectEither('pglite://memory');
  });
  afterAll(() => db.close());

  it('changes with the extension, its version and the revisions', async () => {
    const { engine } = db;
    const cut = await historyWithoutVectors();
    await upgrade(db, 'head', { revisions: cut });
    expect(await readVectorSupport(engine)).toMatchObject({
      kind: 'missing',
      reason: 'the extension vector is not created in the database',
    });

    await engine.query('CREATE EXTENSION vector');
    expect(await readVectorSupport(engine)).toMatchObject({
      kind: 'missing',
      reason: 'the revisions that create them have not run',
    });

    const { vectors, revisions } = await upgradeService(db);
    expect(vectors).toEqual({ kind: 'enabled' });
    expect(revisions.revisions.length).toBeGreaterThan(cut.revisions.length);

    await engine.query(`UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'`);
    expect(await readVectorSupport(engine)).toMatchObject({
      kind: 'missing',
      reason: 'the PostgreSQL server has pgvector 0.7.4, and 0.8 is the oldest that will do',
      fix: expect.stringContaining('ALTER EXTENSION vector UPDATE'),
    });
  });

  it('ends the history where the extension is in another schema', async () => {
    await using other = await connectEither('pglite://memory');
    const whole = (await upgradeService(db)).revisions;
    await other.engine.query('CREATE SCHEMA extensions');
    await other.engine.query('CREATE EXTENSION vector SCHEMA extensions');
    const cut = await historyWithoutVectors();
    expect((await historyFor(other.engine, whole, true)).heads).toEqual(cut.heads);
    expect((await upgradeService(other)).vectors).toMatchObject({
      kind: 'missing',
      reason: 'the extension vector is in the schema extensions, and documents need it in public',
    });
    await other.engine.query('ALTER EXTENSION vector SET SCHEMA public');
    expect((await upgradeService(other)).vectors).toEqual({ kind: 'enabled' });
  });

  it('keeps what has run although the extension was lost', async () => {
    await using other = await connectEither('pglite://memory');
    const { revisions } = await upgradeService(other);
    await other.engine.query('DROP EXTENSION vector CASCADE');
    expect((await historyFor(other.engine, revisions, true)).heads).toEqual(revisions.heads);
    expect(await readVectorSupport(other.engine)).toMatchObject({
      kind: 'missing',
      reason: 'the extension vector is not created in the database',
    });
  });

  it('ends the history for a role that may not create the extension', async () => {
    await using other = await connectEither('pglite://memory');
    const { revisions } = await upgradeService(db);
    await other.engine.withConnection(async (connection) => {
      expect((await historyFor(connection, revisions, true)).heads).toEqual(revisions.heads);
      await connection.query('CREATE ROLE somebody; SET ROLE somebody');
      const cut = await historyWithoutVectors();
      expect((await historyFor(connection, revisions, true)).heads).toEqual(cut.heads);
      // Where another role upgrades, they are pending.
      expect((await historyFor(connection, revisions, false)).heads).toEqual(revisions.heads);
      await connection.query('RESET ROLE');
    });
  });
});
