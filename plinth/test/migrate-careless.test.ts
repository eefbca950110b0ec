// What careless revisions, hooks and listeners must not do to a run.

import { writeFile } from 'node:fs/promises';
import { type Engine, openEngine } from 'plinth';
import { status, upgrade } from 'plinth/migrate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { failureOf } from './support/failure-of.js';
import {
  type RevisionFolder,
  type RevisionText,
  revisionFolder,
} from './support/revision-folder.js';

const database = useDatabase();
const ONE = { id: 'one1', upgrade: 'CREATE TABLE one (a integer);' };

describe('a run', () => {
  let engine: Engine;
  let history: RevisionFolder | undefined;

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
    await history?.remove();
  });

  async function revisions(...texts: readonly RevisionText[]): Promise<string> {
    history = await revisionFolder(texts);
    return history.folder;
  }

  it.each([false, true])(
    'keeps temporary tables from the next revision, together: %s',
    async (one) => {
      const folder = await revisions(
        ONE,
        { id: 'two2', upgrade: 'CREATE TEMPORARY TABLE one AS SELECT 1 AS a;' },
        { id: 'three3', upgrade: 'ALTER TABLE one ADD COLUMN b integer;' },
      );
      await upgrade(engine, 'head', { revisions: folder, singleTransaction: one });
      const { rows } = await engine.query('SELECT b FROM public.one');
      expect(rows).toEqual([]);
    },
  );

  it('says what to do where the server lacks an extension', async () => {
    const text = 'CREATE EXTENSION IF NOT EXISTS nowhere_to_be_found;';
    const folder = await revisions(ONE, { id: 'two2', upgrade: text });
    const failure = await failureOf(upgrade(engine, 'head', { revisions: folder }));
    expect(failure).toMatchObject({
      code: 'MIGRATE_STATEMENT_FAILED',
      hint: "Install on the server: the package that holds nowhere_to_be_found. An embedded database is opened with embeddedExtensions: ['nowhere_to_be_found']. Then run the command again.",
    });
    expect((await status(engine, { revisions: folder })).heads).toEqual(['one1']);
  });

  it('keeps the user of a session from the next revision', async () => {
    const role = `careless_${process.pid}`;
    const folder = await revisions(
      { id: 'one1', upgrade: `CREATE ROLE ${role};\nSET SESSION AUTHORIZATION ${role};` },
      { id: 'two2', upgrade: 'CREATE TABLE two ();' },
    );
    await upgrade(engine, 'head', { revisions: folder });
    const { rows } = await engine.query(
      `SELECT DISTINCT recorded_by = current_user AS by, relowner::regrole::text = current_user AS own
         FROM plinth.ledger, pg_class WHERE relname = 'two'`,
    );
    await engine.query(`DROP ROLE ${role}`);
    expect(rows).toEqual([{ by: true, own: true }]);
  });

  it('notes how long a revision took that changes how dates are written', async () => {
    await engine.query(`ALTER DATABASE "${database.name}" SET datestyle = 'SQL, DMY'`);
    await using other = await openEngine({ url: database.url });
    const folder = await revisions({
      id: 'one1',
      upgrade: `SET datestyle = 'ISO, MDY';\nCREATE TABLE one ();`,
    });
    await upgrade(other, 'head', { revisions: folder });
    await engine.query(`ALTER DATABASE "${database.name}" RESET datestyle`);
    const { rows } = await engine.query(
      'SELECT duration_ms BETWEEN 0 AND 60000 AS fits FROM plinth.ledger',
    );
    expect(rows).toEqual([{ fits: true }]);
  });

  it.each(['DISCARD ALL', 'SELECT pg_advisory_unlock_all()'])(
    'refuses what gives up its lock: %s',
    async (statement) => {
      const folder = await revisions({ id: 'one1', upgrade: `${statement};` });
      const error = await failureOf(upgrade(engine, 'head', { revisions: folder }));
      expect(error.code).toBe('REVISION_FILE_INVALID');
      expect(error.message).toContain('one1.sql:6: Found "');
    },
  );

  it('refuses a module that ends its transaction in a text of several statements', async () => {
    const folder = await revisions(ONE);
    await writeFile(
      `${folder}/two.mjs`,
      `// plinth:revision two2\n// plinth:revises one1\n// plinth:message x
export const upgrade = async (tx) => { await tx.query('CREATE TABLE two (); COMMIT; BEGIN'); };
export const downgrade = async () => {};\n`,
    );
    const error = await failureOf(upgrade(engine, 'head', { revisions: folder }));
    expect(error.message).toContain('the runner owns the transaction');
    const { rows } = await engine.query(`SELECT to_regclass('two') IS NULL AS gone`);
    expect(rows).toEqual([{ gone: true }]);
  });

  it('does not take a failed single transaction for a committed one', async () => {
    const folder = await revisions(ONE);
    const error = await failureOf(
      upgrade(engine, 'head', {
        revisions: folder,
        singleTransaction: true,
        hooks: {
          afterRevision: async ({ query }) => {
            await query('SELECT nothing').catch(() => undefined);
          },
        },
      }),
    );
    expect(error.code).toBe('MIGRATE_HOOK_FAILED');
    expect(await status(engine, { revisions: folder })).toMatchObject({ applied: [] });
  });

  it('ends with the error of a listener that throws while a statement waits', async () => {
    const folder = await revisions({ id: 'one1', upgrade: 'SELECT pg_sleep(20);' });
    const work = upgrade(engine, 'head', {
      revisions: folder,
      onProgress: ({ kind }) => {
        if (kind === 'working') throw new Error('careless');
      },
    });
    await expect(work).rejects.toThrow('careless');
    expect(await status(engine, { revisions: folder })).toMatchObject({ applied: [] });
  });

  it('needs no right to create schemas where the ledger has its schema already', async () => {
    const role = `deployer_${process.pid}`;
    await engine.query(
      `CREATE ROLE ${role} LOGIN; CREATE SCHEMA plinth AUTHORIZATION ${role};
       GRANT USAGE, CREATE ON SCHEMA public TO ${role}`,
    );
    const url = new URL(database.url);
    url.username = role;
    const other = await openEngine({ url: url.href });
    const folder = await revisions(ONE);
    const { heads } = await upgrade(other, 'head', { revisions: folder });
    await other.close();
    await engine.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    expect(heads).toEqual(['one1']);
  });

  it('takes away an INVALID index whose statement was taken out of the file', async () => {
    const folder = await revisions(
      { id: 'one1', upgrade: 'CREATE TABLE one (a integer); INSERT INTO one VALUES (1), (1);' },
      { id: 'two2', upgrade: 'CREATE UNIQUE INDEX CONCURRENTLY one_a ON one (a);' },
    );
    await failureOf(upgrade(engine, 'head', { revisions: folder }));
    await history?.write({ id: 'two2', upgrade: '' }, 'one1');
    await upgrade(engine, 'head', { revisions: folder });
    const { rows } = await engine.query('SELECT FROM pg_index WHERE NOT indisvalid');
    expect(rows).toEqual([]);
  });
});
