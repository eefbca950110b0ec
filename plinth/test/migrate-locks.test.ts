// Statements of revisions that have to wait: for locks that others hold, for the migration lock,
// and until somebody tells the run to stop.

import { type Engine, openEngine } from 'plinth';
import { downgrade, type MigrationProgress, status, upgrade } from 'plinth/migrate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { failureOf } from './support/failure-of.js';
import { type RevisionFolder, revisionFolder } from './support/revision-folder.js';

const database = useDatabase();

const TABLE = { id: 'table1', upgrade: 'CREATE TABLE t (a integer);', downgrade: 'DROP TABLE t;' };
const COLUMN = {
  id: 'column2',
  upgrade: `INSERT INTO t VALUES (1);\nALTER TABLE t ADD COLUMN b integer;`,
  downgrade: 'ALTER TABLE t DROP COLUMN b;',
};

describe('a statement of a revision', () => {
  let engine: Engine;
  let history: RevisionFolder;

  beforeAll(async () => {
    engine = await openEngine({ url: database.url, applicationName: 'migrate-locks' });
  });

  afterAll(async () => {
    await engine.close();
  });

  beforeEach(async () => {
    await engine.query('DROP SCHEMA IF EXISTS plinth CASCADE');
    await engine.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    history = await revisionFolder([TABLE, COLUMN]);
    await upgrade(engine, 'table1', { revisions: history.folder });
  });

  afterEach(async () => {
    await history.remove();
  });

  const rows = async () => (await engine.query('SELECT * FROM t')).rows;

  /** Holds the table while the work runs, until `release` is called. */
  async function whileHeld<Result>(
    work: (release: () => Promise<void>) => Promise<Result>,
  ): Promise<Result> {
    await using other = await openEngine({ url: database.url, applicationName: 'nightly report' });
    return await other.withConnection(async (connection) => {
      await connection.query('BEGIN; LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE');
      const release = async () => {
        await connection.query('COMMIT');
      };
      try {
        return await work(release);
      } finally {
        await connection.query('ROLLBACK');
      }
    });
  }

  it('is begun again with its whole step until it has its lock', async () => {
    const events: MigrationProgress[] = [];
    const { heads } = await whileHeld(async (release) =>
      upgrade(engine, 'head', {
        revisions: history.folder,
        statementLockTimeout: 0.3,
        onProgress: (event) => {
          events.push(event);
          if (event.kind === 'retrying' && event.attempt === 2) void release();
        },
      }),
    );
    expect(heads).toEqual(['column2']);
    const retries = events.filter((event) => event.kind === 'retrying');
    expect(retries[0]).toMatchObject({ attempt: 1, attempts: 11, statement: 1, statements: 2 });
    expect(retries[0]?.blockers).toMatchObject([
      { application: 'nightly report', query: expect.stringContaining('LOCK TABLE t') },
    ]);
    const blocked = events.find((event) => event.kind === 'blocked');
    expect(blocked?.blockers[0]?.pid).toBeGreaterThan(0);
    expect(await rows()).toEqual([{ a: 1, b: null }]);
  });

  it('gives up after its attempts, names whom it waited for, and leaves nothing', async () => {
    const error = await whileHeld(() =>
      failureOf(
        upgrade(engine, 'head', {
          revisions: history.folder,
          statementLockTimeout: 0.2,
          lockRetries: 1,
        }),
      ),
    );
    expect(error.message).toContain('canceling statement due to lock timeout (SQLSTATE 55P03)');
    expect(error.message).toMatch(/waited for server process \d+ \(nightly report\)/);
    expect(error.message).toContain('LOCK TABLE t IN SHARE ROW EXCLUSIVE MODE');
    expect(error.hint).toContain('lock timeout');
    expect(await rows()).toEqual([]);
    expect(await status(engine, { revisions: history.folder })).toMatchObject({
      state: 'pending',
      heads: ['table1'],
    });
  });

  it('keeps a timeout that the revision sets itself', async () => {
    await history.write(
      {
        ...COLUMN,
        upgrade: `SET LOCAL lock_timeout = '77ms';\nSELECT set_config('my.seen', current_setting('lock_timeout'), false);\nINSERT INTO t SELECT 77 WHERE current_setting('my.seen') = '77ms';`,
      },
      'table1',
    );
    await upgrade(engine, 'head', { revisions: history.folder });
    expect(await rows()).toEqual([{ a: 77 }]);
  });

  it('waits for transactions that a concurrent build has to wait for', async () => {
    await history.write(
      { ...COLUMN, upgrade: 'CREATE INDEX CONCURRENTLY t_a ON t (a);' },
      'table1',
    );
    const events: MigrationProgress[] = [];
    const { heads } = await whileHeld(async (release) => {
      const work = upgrade(engine, 'head', {
        revisions: history.folder,
        statementLockTimeout: 0.1,
        onProgress: (event) => {
          events.push(event);
          // It has waited for longer than another statement may.
          if (event.kind === 'blocked' && event.elapsedMs > 200) void release();
        },
      });
      return await work;
    });
    expect(heads).toEqual(['column2']);
    expect(events.filter(({ kind }) => kind === 'retrying')).toEqual([]);
  });

  it('is told with what PostgreSQL says of its progress', async () => {
    const events: MigrationProgress[] = [];
    await history.write(
      { ...COLUMN, upgrade: 'SELECT pg_sleep(1.5);\nCREATE INDEX t_a ON t (a);' },
      'table1',
    );
    await upgrade(engine, 'head', {
      revisions: history.folder,
      onProgress: (event) => events.push(event),
    });
    expect(events.find(({ kind }) => kind === 'working')).toMatchObject({
      statement: 1,
      statements: 2,
      text: 'SELECT pg_sleep(1.5)',
      phase: '',
    });
    expect(events.filter(({ kind }) => kind === 'statement')).toHaveLength(2);
  });

  it('is cancelled and undone when the run is told to stop', async () => {
    await history.write(
      { ...COLUMN, upgrade: 'INSERT INTO t VALUES (5);\nSELECT pg_sleep(30);' },
      'table1',
    );
    const stop = new AbortController();
    const error = await failureOf(
      upgrade(engine, 'head', {
        revisions: history.folder,
        signal: stop.signal,
        onProgress: (event) => {
          if (event.kind === 'statement' && event.statement === 2) stop.abort();
        },
      }),
    );
    expect(error.code).toBe('MIGRATE_ABORTED');
    expect(error.message).toContain('SELECT pg_sleep(30)');
    expect(await rows()).toEqual([]);
    // The server ends the session whose connection was broken off in its own time.
    const held = async () =>
      (
        await engine.query(`SELECT FROM pg_locks WHERE locktype = 'advisory'
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
      ).rows;
    await vi.waitUntil(async () => (await held()).length === 0);
    expect(await downgrade(engine, 'base', { revisions: history.folder })).toMatchObject({
      heads: [],
    });
  });

  it('stops waiting for the migration lock when the run is told to stop', async () => {
    const stop = new AbortController();
    await engine.withConnection(async (holder) => {
      await holder.query('SELECT pg_advisory_lock($1, $2)', [0x706c696e, 0x6c656467]);
      const error = await failureOf(
        upgrade(engine, 'head', {
          revisions: history.folder,
          signal: stop.signal,
          onProgress: ({ kind }) => {
            if (kind === 'waiting') stop.abort();
          },
        }),
      );
      expect(error.code).toBe('ENGINE_ABORTED');
    });
  });
});
