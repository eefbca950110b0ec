// What an interruption in a statement outside a transaction leaves, and what the next upgrade makes
// of it: nothing that has ended runs twice, and nothing half-done stays.

import { type Engine, openEngine } from 'plinth';
import { type MigrationProgress, status, upgrade } from 'plinth/migrate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { failureOf } from './support/failure-of.js';
import { type RevisionFolder, revisionFolder } from './support/revision-folder.js';

const database = useDatabase();

const TABLE = {
  id: 'table1',
  upgrade: `CREATE TABLE t (a integer, b integer);
    INSERT INTO t SELECT n, n FROM generate_series(1, 100) AS n;
    CREATE INDEX old ON t (a);
    CREATE TABLE p (a integer) PARTITION BY RANGE (a);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);`,
};

/** Makes an INVALID index: a concurrent build that meets duplicates leaves it. */
const invalid = (name: string) =>
  [`INSERT INTO t VALUES (1, 1)`, `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON t (b)`] as const;

interface Case {
  readonly name: string;
  readonly statement: string;
  /** What is run between the interruption and the next upgrade; the last one may fail. */
  readonly meanwhile: readonly string[];
  /** Whether the statement has to run again. */
  readonly again: boolean;
  /** What was put right, if anything was. */
  readonly recovered?: string;
}

const CASES: readonly Case[] = [
  {
    name: 'an index that was not begun',
    statement: 'CREATE INDEX CONCURRENTLY t_b ON t (b)',
    meanwhile: [],
    again: true,
  },
  {
    name: 'an index that was finished',
    statement: 'CREATE INDEX CONCURRENTLY t_b ON t (b)',
    meanwhile: ['CREATE INDEX CONCURRENTLY t_b ON t (b)'],
    again: false,
  },
  {
    name: 'an index that PostgreSQL names and that was finished',
    statement: 'CREATE INDEX CONCURRENTLY ON t (b)',
    meanwhile: ['CREATE INDEX CONCURRENTLY ON t (b)'],
    again: false,
  },
  {
    name: 'an INVALID index',
    statement: 'CREATE UNIQUE INDEX CONCURRENTLY "T b" ON t (b)',
    meanwhile: [...invalid('"T b"')],
    again: true,
    recovered: 'dropped the INVALID index public."T b"',
  },
  {
    name: 'an INVALID index where one may be there already',
    statement: 'CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS t_b ON public.t (b)',
    meanwhile: [...invalid('t_b')],
    again: true,
    recovered: 'dropped the INVALID index public.t_b',
  },
  {
    name: 'an INVALID index that PostgreSQL named',
    statement: 'CREATE UNIQUE INDEX CONCURRENTLY ON t (b)',
    meanwhile: [...invalid('')],
    again: true,
    recovered: 'dropped the INVALID index public.t_b_idx',
  },
  {
    name: 'an index that was to go and is there',
    statement: 'DROP INDEX CONCURRENTLY old',
    meanwhile: [],
    again: true,
  },
  {
    name: 'an index that has gone',
    statement: 'DROP INDEX CONCURRENTLY old',
    meanwhile: ['DROP INDEX old'],
    again: false,
  },
  {
    name: 'an index that was built anew',
    statement: 'REINDEX INDEX CONCURRENTLY old',
    meanwhile: ['REINDEX INDEX CONCURRENTLY old'],
    again: false,
  },
  {
    name: 'a table whose indexes were not built anew',
    statement: 'REINDEX TABLE CONCURRENTLY t',
    meanwhile: [],
    again: true,
  },
  {
    name: 'an index that was half built anew',
    statement: 'REINDEX (CONCURRENTLY) INDEX old',
    meanwhile: [...invalid('old_ccnew')],
    again: true,
    recovered: 'dropped the INVALID index public.old_ccnew',
  },
  {
    name: 'a partition that has left',
    statement: 'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY',
    meanwhile: ['ALTER TABLE p DETACH PARTITION p1'],
    again: false,
  },
  {
    name: 'a partition that has not left',
    statement: 'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY',
    meanwhile: [],
    again: true,
  },
  { name: 'a table to be vacuumed', statement: 'VACUUM t', meanwhile: [], again: true },
];

describe('after an interruption in a statement that stands alone', () => {
  let engine: Engine;
  let history: RevisionFolder;

  beforeAll(async () => {
    engine = await openEngine({ url: database.url });
  });

  afterAll(async () => {
    await engine.close();
  });

  beforeEach(async () => {
    await engine.query('DROP SCHEMA IF EXISTS plinth CASCADE');
    await engine.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  });

  afterEach(async () => {
    await history.remove();
  });

  async function interrupt(statement: string): Promise<void> {
    history = await revisionFolder([TABLE, { id: 'alone2', upgrade: `${statement};` }]);
    const work = upgrade(engine, 'head', {
      revisions: history.folder,
      onProgress: (event) => {
        // The ledger has the statement as started, and it is not sent.
        if (event.kind === 'statement' && event.text === statement) throw new Error('pulled');
      },
    });
    await expect(work).rejects.toThrow('pulled');
    expect(await status(engine, { revisions: history.folder })).toMatchObject({
      state: 'interrupted',
      heads: ['table1'],
    });
  }

  it.each(CASES)('$name', async ({ statement, meanwhile, again, recovered }) => {
    await interrupt(statement);
    for (const [index, text] of meanwhile.entries()) {
      const ran = engine.query(text);
      // What leaves an INVALID index fails, and its duplicates must not stop the next build.
      if (text.includes('UNIQUE') && index === meanwhile.length - 1) {
        await expect(ran).rejects.toThrow('could not create unique index');
        await engine.query('DELETE FROM t WHERE ctid = (SELECT max(ctid) FROM t)');
      } else {
        await ran;
      }
    }
    const events: MigrationProgress[] = [];
    const { heads } = await upgrade(engine, 'head', {
      revisions: history.folder,
      onProgress: (event) => events.push(event),
    });
    expect(heads).toEqual(['alone2']);
    const ran = events.filter((event) => event.kind === 'statement' && event.text === statement);
    expect(ran).toHaveLength(again ? 1 : 0);
    const told = events.filter((event) => event.kind === 'recovered').map(({ what }) => what);
    expect(told.join()).toContain(recovered ?? '');
    expect(told).toHaveLength(recovered === undefined ? 0 : 1);
    const { rows } = await engine.query('SELECT indexrelid FROM pg_index WHERE NOT indisvalid');
    expect(rows).toEqual([]);
  });

  it('finishes a partition that was about to leave', async () => {
    const statement = 'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY';
    await interrupt(statement);
    // A transaction that reads the table keeps the second half of the detaching waiting.
    await engine.withConnection(async (reader) => {
      await reader.query('BEGIN; SELECT * FROM p');
      await engine.withConnection(async (other) => {
        await other.query(`SET lock_timeout = '50ms'`);
        await expect(other.query(statement)).rejects.toThrow('lock timeout');
      });
      await reader.query('COMMIT');
    });
    const { rows: before } = await engine.query('SELECT inhdetachpending FROM pg_inherits');
    expect(before).toEqual([{ inhdetachpending: true }]);
    await upgrade(engine, 'head', { revisions: history.folder });
    const { rows } = await engine.query('SELECT inhdetachpending FROM pg_inherits');
    expect(rows).toEqual([]);
  });

  it('does not take another one for the index that PostgreSQL would have named', async () => {
    await interrupt('CREATE INDEX CONCURRENTLY ON t (lower(a::text), b) WHERE a > 1');
    await engine.query('CREATE INDEX ON t (lower(a::text), b); CREATE INDEX ON t (b)');
    await upgrade(engine, 'head', { revisions: history.folder });
    const { rows } = await engine.query(
      `SELECT indexrelid FROM pg_index WHERE indrelid = 't'::regclass AND indpred IS NOT NULL`,
    );
    expect(rows).toHaveLength(1);
  });

  it('does not take an index for its own that was there before', async () => {
    history = await revisionFolder([
      TABLE,
      { id: 'alone2', upgrade: 'CREATE INDEX CONCURRENTLY old ON t (b);' },
    ]);
    const options = { revisions: history.folder };
    for (let run = 0; run < 2; run += 1) {
      const error = await failureOf(upgrade(engine, 'head', options));
      expect(error.message).toContain('relation "old" already exists');
    }
  });

  it('takes away what a statement had left that was corrected meanwhile', async () => {
    const unique = 'CREATE UNIQUE INDEX CONCURRENTLY t_b ON t (b)';
    history = await revisionFolder([
      { ...TABLE, upgrade: `${TABLE.upgrade} INSERT INTO t VALUES (1, 1);` },
      { id: 'alone2', upgrade: `${unique};` },
    ]);
    const options = { revisions: history.folder };
    const error = await failureOf(upgrade(engine, 'head', options));
    expect(error.message).toContain('could not create unique index');
    await history.write(
      { id: 'alone2', upgrade: 'CREATE INDEX CONCURRENTLY t_b ON t (b);' },
      'table1',
    );
    await upgrade(engine, 'head', options);
    const { rows } = await engine.query(
      `SELECT indexrelid::regclass::text AS name, indisunique AS unique FROM pg_index
        WHERE indrelid = 't'::regclass ORDER BY 1`,
    );
    expect(rows).toEqual([
      { name: 'old', unique: false },
      { name: 't_b', unique: false },
    ]);
  });

  it('goes on with a statement that was corrected into one of a transaction', async () => {
    const before = 'ALTER TABLE t ADD COLUMN c integer;';
    history = await revisionFolder([
      TABLE,
      {
        id: 'alone2',
        upgrade: `${before} CREATE UNIQUE INDEX CONCURRENTLY t_c ON t ((a * 0));`,
      },
    ]);
    const options = { revisions: history.folder };
    await failureOf(upgrade(engine, 'head', options));
    await history.write(
      { id: 'alone2', upgrade: `${before} CREATE INDEX t_c ON t (c);` },
      'table1',
    );
    expect((await upgrade(engine, 'head', options)).heads).toEqual(['alone2']);
    const { rows } = await engine.query(
      `SELECT state, step, steps FROM plinth.ledger WHERE revision = 'alone2' ORDER BY entry`,
    );
    expect(rows).toEqual([
      { state: 'step', step: 1, steps: 2 },
      { state: 'started', step: 2, steps: 2 },
      { state: 'finished', step: 2, steps: 2 },
    ]);
  });

  it('does not take for its own what a corrected statement finds', async () => {
    await interrupt('CREATE INDEX CONCURRENTLY t_b ON t (b)');
    await engine.query('CREATE INDEX p1_a ON p1 (a)');
    await history.write(
      { id: 'alone2', upgrade: 'CREATE INDEX CONCURRENTLY p1_a ON p1 (a);' },
      'table1',
    );
    const error = await failureOf(upgrade(engine, 'head', { revisions: history.folder }));
    expect(error.message).toContain('relation "p1_a" already exists');
  });

  it('names who is still building the index', async () => {
    const statement = 'CREATE UNIQUE INDEX CONCURRENTLY t_b ON t (b)';
    await interrupt(statement);
    await engine.withConnection(async (reader) => {
      await reader.query('BEGIN; INSERT INTO t VALUES (1000, 1000)');
      const building = engine.query(statement);
      await expect
        .poll(async () => (await engine.query('SELECT FROM pg_stat_progress_create_index')).rows)
        .toHaveLength(1);
      const error = await failureOf(upgrade(engine, 'head', { revisions: history.folder }));
      expect(error.code).toBe('MIGRATE_INTERRUPTED');
      expect(error.message).toMatch(/server process \d+ is still building the index public\.t_b/);
      await reader.query('COMMIT');
      await building;
    });
    const { heads } = await upgrade(engine, 'head', { revisions: history.folder });
    expect(heads).toEqual(['alone2']);
  });
});
