// Stamps: the ledger says what somebody knows, and nothing is run.

import { rm } from 'node:fs/promises';
import { type Engine, openEngine } from 'plinth';
import { ensureLedger, type StampOptions, stamp, status, upgrade } from 'plinth/migrate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { failureOf } from './support/failure-of.js';
import {
  type RevisionFolder,
  type RevisionText,
  revisionFolder,
} from './support/revision-folder.js';

const server = useDatabase();

/** What would show that it was run. */
const revision = (id: string, revises?: string): RevisionText => ({
  id,
  ...(revises === undefined ? {} : { revises }),
  upgrade: `CREATE TABLE ${id} ();`,
  downgrade: `DROP TABLE ${id};`,
});

const HISTORY = [
  revision('one1'),
  revision('two2'),
  revision('left3'),
  revision('right3', 'two2'),
  revision('merge4', 'left3, right3'),
];

describe('a stamp', () => {
  let engine: Engine;
  let history: RevisionFolder;

  beforeAll(async () => {
    engine = await openEngine({ url: server.url, poolSize: 3 });
  });

  afterAll(async () => {
    await engine.close();
  });

  beforeEach(async () => {
    await engine.query('DROP SCHEMA IF EXISTS plinth CASCADE');
    await engine.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    history = await revisionFolder(HISTORY);
  });

  afterEach(async () => {
    await history.remove();
  });

  const options = (more: Partial<StampOptions> = {}): StampOptions => ({
    revisions: history.folder,
    ...more,
  });
  const tables = async () => {
    const { rows } = await engine.query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`,
    );
    return rows.map(({ relname }) => relname);
  };
  const entries = async (columns: string) =>
    (await engine.query(`SELECT ${columns} FROM plinth.ledger ORDER BY entry`)).rows;
  const stateOf = async () => (await status(engine, { revisions: history.folder })).state;
  /** Stops an upgrade behind its first step. */
  const interrupt = async (id: string) => {
    const upgradeText = `CREATE TABLE ${id} ();\nCREATE INDEX CONCURRENTLY i ON nothing (id);`;
    await history.write({ id, upgrade: upgradeText, downgrade: `DROP TABLE ${id};` }, 'one1');
    await failureOf(upgrade(engine, id, options()));
  };

  it('writes what is below, without running it, and takes away what is above', async () => {
    expect(await stamp(engine, ['head'], options({ tag: 'release 7' }))).toEqual({
      applied: ['one1', 'two2', 'left3', 'right3', 'merge4'],
      removed: [],
      heads: ['merge4'],
    });
    expect(await tables()).toEqual([]);
    expect(await stateOf()).toBe('current');
    const [first] = await entries(
      'revision, direction, state, step, steps, message, duration_ms, tag, stamped, observed',
    );
    expect(first).toEqual({
      revision: 'one1',
      direction: 'upgrade',
      state: 'finished',
      step: 0,
      steps: 0,
      message: 'about one1',
      duration_ms: 0,
      tag: 'release 7',
      stamped: true,
      observed: null,
    });
    expect(await stamp(engine, ['two2'], options())).toEqual({
      applied: [],
      removed: ['merge4', 'right3', 'left3'],
      heads: ['two2'],
    });
    expect(await stamp(engine, ['base'], options())).toEqual({
      applied: [],
      removed: ['two2', 'one1'],
      heads: [],
    });
    expect(await stateOf()).toBe('pending');
  });

  it('takes several targets, and changes nothing where they are reached', async () => {
    await stamp(engine, ['left3', 'right3'], options());
    const again = await stamp(engine, ['left3', 'right3'], options());
    expect(again).toEqual({ applied: [], removed: [], heads: ['left3', 'right3'] });
    expect(await entries('revision')).toHaveLength(4);
  });

  it('makes an upgrade go on behind it', async () => {
    await stamp(engine, ['two2'], options());
    const { ran } = await upgrade(engine, 'left3', options());
    expect(ran.map(({ id }) => id)).toEqual(['left3']);
    expect(await tables()).toEqual(['left3']);
  });

  it('puts a revision right that was skipped', async () => {
    await upgrade(engine, 'left3', options());
    await history.write(revision('new0'));
    await history.write(HISTORY[0] ?? revision('one1'), 'new0');
    expect((await failureOf(upgrade(engine, 'head', options()))).code).toBe('MIGRATE_OUT_OF_ORDER');
    expect((await stamp(engine, ['left3'], options())).applied).toEqual(['new0']);
    await upgrade(engine, 'head', options());
    expect(await stateOf()).toBe('current');
  });

  it('refuses what no file carries, unless it purges', async () => {
    await upgrade(engine, 'left3', options());
    await rm(history.pathOf('left3'));
    await rm(history.pathOf('merge4'));
    const error = await failureOf(stamp(engine, ['two2'], options()));
    expect(error.code).toBe('MIGRATE_UNKNOWN_REVISION');
    expect(await stamp(engine, ['two2'], options({ purge: true }))).toEqual({
      applied: [],
      removed: ['left3'],
      heads: ['two2'],
    });
    const gone = (await entries('revision, direction, message, checksum, stamped')).filter(
      (entry) => entry.revision === 'left3',
    );
    const [before, after] = gone;
    expect(after).toEqual({ ...before, direction: 'downgrade', stamped: true });
    expect(await stateOf()).toBe('pending');
  });

  it('refuses a file that changed, unless it purges', async () => {
    await upgrade(engine, 'two2', options());
    await history.write({ ...revision('two2'), upgrade: 'SELECT 1;' }, 'one1');
    const error = await failureOf(stamp(engine, ['head'], options()));
    expect(error.code).toBe('MIGRATE_CHECKSUM_MISMATCH');
    expect(await stamp(engine, ['two2'], options({ purge: true }))).toEqual({
      applied: ['two2'],
      removed: [],
      heads: ['two2'],
    });
    expect(await stateOf()).toBe('pending');
    await upgrade(engine, 'head', options());
  });

  it.each([
    { target: 'two2', applied: ['two2'], removed: [] },
    { target: 'one1', applied: [], removed: ['two2'] },
  ])(
    'refuses what is half-way, unless it purges: $target',
    async ({ target, applied, removed }) => {
      await interrupt('two2');
      const error = await failureOf(stamp(engine, [target], options()));
      expect(error.code).toBe('MIGRATE_INTERRUPTED');
      expect(error.message).toContain('the upgrade of revision two2');
      const outcome = await stamp(engine, [target], options({ purge: true }));
      expect(outcome).toEqual({ applied, removed, heads: [target] });
      expect(await stateOf()).toBe('pending');
    },
  );

  it('takes away other branches when it purges', async () => {
    await stamp(engine, ['left3', 'right3'], options());
    const { removed, heads } = await stamp(engine, ['left3'], options({ purge: true }));
    expect({ removed, heads }).toEqual({ removed: ['right3'], heads: ['left3'] });
  });

  it('writes all or nothing', async () => {
    await ensureLedger(engine);
    await engine.query(
      `ALTER TABLE plinth.ledger ADD CONSTRAINT no_merge CHECK (revision <> 'merge4')`,
    );
    await expect(stamp(engine, ['head'], options())).rejects.toThrow('no_merge');
    expect(await entries('revision')).toEqual([]);
  });

  it('waits for the migration lock, and names who holds it', async () => {
    const waited: string[] = [];
    await using other = await openEngine({ url: server.url, applicationName: 'deploy' });
    const slow = await revisionFolder([{ id: 'slow', upgrade: 'SELECT pg_sleep(60);' }]);
    const stop = new AbortController();
    let begin = () => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const running = upgrade(other, 'head', {
      revisions: slow.folder,
      signal: stop.signal,
      onProgress: ({ kind }) => {
        if (kind === 'running') begin();
      },
    });
    await begun;
    const onWait = (holder: string) => waited.push(holder);
    const waiting = failureOf(stamp(engine, ['head'], options({ lockTimeout: 0, onWait })));
    expect((await waiting.finally(() => stop.abort())).code).toBe('MIGRATE_LOCK_TIMEOUT');
    await failureOf(running);
    await slow.remove();
    expect(waited).toEqual([expect.stringContaining('deploy')]);
  });
});

describe('ensureLedger', () => {
  it('creates the ledger once, under the name it is given', async () => {
    await using engine = await openEngine({ url: server.url });
    await engine.query('DROP SCHEMA IF EXISTS plinth CASCADE');
    expect(await ensureLedger(engine)).toBe(true);
    expect(await ensureLedger(engine)).toBe(false);
    expect(await ensureLedger(engine, { ledger: 'second' })).toBe(true);
    const { rows } = await engine.query(
      `SELECT relname FROM pg_class WHERE relnamespace = 'plinth'::regnamespace AND relkind = 'r'
        ORDER BY relname`,
    );
    expect(rows).toEqual([{ relname: 'ledger' }, { relname: 'second' }]);
    expect((await failureOf(ensureLedger(engine, { ledger: 'A b' }))).code).toBe('CONFIG_INVALID');
  });
});
