// What a run of revisions can be told: one transaction for all, hooks, a tag, another ledger. And a
// ledger of the first form.

import { writeFile } from 'node:fs/promises';
import { type Engine, openEngine } from 'plinth';
import { downgrade, dryRun, type MigrationHooks, status, upgrade } from 'plinth/migrate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { failureOf } from './support/failure-of.js';
import { type RevisionFolder, revisionFolder } from './support/revision-folder.js';

const server = useDatabase();

const ONE = { id: 'one1', upgrade: 'CREATE TABLE one (a integer);', downgrade: 'DROP TABLE one;' };
const TWO = { id: 'two2', upgrade: 'CREATE TABLE two (a integer);', downgrade: 'DROP TABLE two;' };

describe.each([
  { kind: 'server', url: () => server.url },
  { kind: 'embedded', url: () => 'pglite://memory' },
] as const)('on the $kind', ({ url }) => {
  let engine: Engine;
  let history: RevisionFolder;

  beforeAll(async () => {
    engine = await openEngine({ url: url() });
  });

  afterAll(async () => {
    await engine.close();
  });

  beforeEach(async () => {
    await engine.query('DROP SCHEMA IF EXISTS plinth CASCADE');
    await engine.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    history = await revisionFolder([ONE, TWO]);
  });

  afterEach(async () => {
    await history.remove();
  });

  const options = () => ({ revisions: history.folder });

  async function tables(): Promise<readonly string[]> {
    const { rows } = await engine.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }

  describe('a single transaction', () => {
    it('runs all revisions, and undoes them', async () => {
      const together = { ...options(), singleTransaction: true };
      const { ran, heads } = await upgrade(engine, 'head', together);
      expect(ran.map(({ id }) => id)).toEqual(['one1', 'two2']);
      expect(heads).toEqual(['two2']);
      const { rows } = await engine.query('SELECT DISTINCT xmin::text FROM plinth.ledger');
      expect(rows).toHaveLength(1);
      await downgrade(engine, 'base', together);
      expect(await tables()).toEqual([]);
    });

    it('keeps nothing of any when one fails', async () => {
      await history.write({ ...TWO, upgrade: 'CREATE TABLE two ();\nSELECT nothing;' }, 'one1');
      const error = await failureOf(
        upgrade(engine, 'head', { ...options(), singleTransaction: true }),
      );
      expect(error.message).toContain('was rolled back, and with it all revisions of this run');
      expect(await tables()).toEqual([]);
      expect(await status(engine, options())).toMatchObject({ state: 'pending', applied: [] });
    });

    it('keeps nothing when the commit fails', async () => {
      const upgradeText = `CREATE TABLE two (a integer UNIQUE DEFERRABLE INITIALLY DEFERRED);
        INSERT INTO two VALUES (1), (1);`;
      await history.write({ ...TWO, upgrade: upgradeText }, 'one1');
      const error = await failureOf(
        upgrade(engine, 'head', { ...options(), singleTransaction: true }),
      );
      expect(error.message).toContain('was rolled back by its commit');
      expect(await tables()).toEqual([]);
    });

    it('is refused before anything runs where a statement cannot be in one', async () => {
      await history.write(
        { ...TWO, upgrade: `${TWO.upgrade}\nCREATE INDEX CONCURRENTLY x ON two (a);` },
        'one1',
      );
      await history.write(
        { id: 'three3', upgrade: 'SELECT 3;', headers: ['no-transaction'] },
        'two2',
      );
      const error = await failureOf(
        upgrade(engine, 'head', { ...options(), singleTransaction: true }),
      );
      expect(error.code).toBe('MIGRATE_NOT_TRANSACTIONAL');
      expect(error.message).toContain(`${history.pathOf('two2')}:7: CREATE INDEX CONCURRENTLY x`);
      expect(error.message).toContain(`${history.pathOf('three3')}:7: SELECT 3`);
      const together = { ...options(), singleTransaction: true };
      const dry = await failureOf(dryRun(engine, 'upgrade', 'head', together));
      expect(dry.message).toBe(error.message);
      expect(await tables()).toEqual([]);
    });
  });

  describe('hooks', () => {
    function recorded(fail?: keyof MigrationHooks) {
      const calls: string[] = [];
      const call = (name: keyof MigrationHooks) => async (context: unknown, about: unknown) => {
        const ids = [about].flat().map((revision) => Reflect.get(Object(revision), 'id'));
        const { direction, x, tag } = Object(context);
        calls.push(`${name} ${ids.join('+')} ${direction} ${JSON.stringify(x)} ${tag}`);
        if (name === fail) throw new Error('no');
      };
      const hooks: MigrationHooks = {
        beforeRun: call('beforeRun'),
        beforeRevision: call('beforeRevision'),
        afterRevision: call('afterRevision'),
        afterRun: call('afterRun'),
      };
      return { calls, hooks };
    }

    it.each([false, true])('are called around what runs, single transaction: %s', async (one) => {
      const { calls, hooks } = recorded();
      const run = { ...options(), hooks, x: { k: 'v' }, tag: 't', singleTransaction: one };
      await upgrade(engine, 'head', run);
      expect(calls).toEqual([
        'beforeRun one1+two2 upgrade {"k":"v"} t',
        'beforeRevision one1 upgrade {"k":"v"} t',
        'afterRevision one1 upgrade {"k":"v"} t',
        'beforeRevision two2 upgrade {"k":"v"} t',
        'afterRevision two2 upgrade {"k":"v"} t',
        'afterRun one1+two2 upgrade {"k":"v"} t',
      ]);
      await upgrade(engine, 'head', run);
      expect(calls).toHaveLength(6);
    });

    it.each([
      ['beforeRun', []],
      ['beforeRevision', []],
      ['afterRevision', ['one']],
      ['afterRun', ['one', 'two']],
    ] as const)('stop the run where %s throws, and what finished stays', async (fail, left) => {
      const { hooks } = recorded(fail);
      const error = await failureOf(upgrade(engine, 'head', { ...options(), hooks }));
      expect(error.code).toBe('MIGRATE_HOOK_FAILED');
      expect(error.message).toBe(`the hook ${fail} failed: no`);
      expect(await tables()).toEqual(left);
    });

    it('work in the session of the runner', async () => {
      const seen: unknown[] = [];
      const beforeRevision: MigrationHooks['beforeRevision'] = async ({ query }) => {
        const { rows } = await query(`SELECT count(*)::int AS held FROM pg_locks
          WHERE locktype = 'advisory' AND pid = pg_backend_pid()`);
        seen.push(...rows);
      };
      await upgrade(engine, 'one1', { ...options(), hooks: { beforeRevision } });
      expect(seen).toEqual([{ held: 1 }]);
    });
  });

  it('writes a tag beside what it runs', async () => {
    await upgrade(engine, 'head', { ...options(), tag: 'release 7' });
    await downgrade(engine, '-1', options());
    const { rows } = await engine.query(
      'SELECT revision, direction, tag FROM plinth.ledger ORDER BY entry',
    );
    expect(rows).toEqual([
      { revision: 'one1', direction: 'upgrade', tag: 'release 7' },
      { revision: 'two2', direction: 'upgrade', tag: 'release 7' },
      { revision: 'two2', direction: 'downgrade', tag: null },
    ]);
  });

  it('keeps several histories apart', async () => {
    await upgrade(engine, 'one1', options());
    const billing = { ...options(), ledger: 'billing' };
    await history.write(
      { ...ONE, upgrade: 'CREATE TABLE other ();', downgrade: 'DROP TABLE other;' },
      undefined,
    );
    expect((await upgrade(engine, 'one1', billing)).heads).toEqual(['one1']);
    expect(await tables()).toEqual(['one', 'other']);
    expect((await downgrade(engine, 'base', billing)).heads).toEqual([]);
    expect(await tables()).toEqual(['one']);
    expect(await status(engine, billing)).toMatchObject({ applied: [] });
  });

  it.each(['Ledger', 'a b', '', 'x'.repeat(41), 'x"; DROP SCHEMA public CASCADE; --'])(
    'refuses to call a ledger %j',
    async (ledger) => {
      const error = await failureOf(upgrade(engine, 'head', { ...options(), ledger }));
      expect(error.code).toBe('CONFIG_INVALID');
      expect(await tables()).toEqual([]);
    },
  );

  it('goes on in a ledger of the first form', async () => {
    await upgrade(engine, 'one1', options());
    await engine.query(`
      ALTER TABLE plinth.ledger DROP COLUMN tag, DROP COLUMN stamped, DROP COLUMN observed,
        DROP CONSTRAINT ledger_state_check,
        ADD CONSTRAINT ledger_state_check CHECK (state IN ('started', 'step', 'finished'));
      UPDATE plinth.ledger SET format = 1`);
    expect(await status(engine, options())).toMatchObject({ applied: ['one1'] });
    expect((await upgrade(engine, 'head', { ...options(), tag: 'new' })).heads).toEqual(['two2']);
    const { rows } = await engine.query(
      'SELECT revision, format, tag, stamped FROM plinth.ledger ORDER BY entry',
    );
    expect(rows).toEqual([
      { revision: 'one1', format: 1, tag: null, stamped: false },
      { revision: 'two2', format: 2, tag: 'new', stamped: false },
    ]);
  });

  it('writes how long each revision took', async () => {
    await history.write({ ...TWO, upgrade: `${TWO.upgrade}\nSELECT pg_sleep(0.2);` }, 'one1');
    await upgrade(engine, 'head', options());
    const { rows } = await engine.query<{ revision: string; slow: boolean }>(
      'SELECT revision, duration_ms >= 200 AS slow FROM plinth.ledger ORDER BY entry',
    );
    expect(rows[1]).toEqual({ revision: 'two2', slow: true });
  });

  it('runs a procedure that commits, in a revision that says no-transaction', async () => {
    await history.write(
      {
        ...TWO,
        headers: ['no-transaction'],
        upgrade: `INSERT INTO one VALUES (0);
CREATE PROCEDURE fill() LANGUAGE plpgsql AS $$ BEGIN
  FOR n IN 1..3 LOOP INSERT INTO one VALUES (n); COMMIT; END LOOP; END $$;
CALL fill();
DO $$ BEGIN INSERT INTO one VALUES (4); END $$;`,
      },
      'one1',
    );
    await upgrade(engine, 'head', options());
    const { rows } = await engine.query('SELECT array_agg(a ORDER BY a) AS a FROM one');
    expect(rows).toEqual([{ a: [0, 1, 2, 3, 4] }]);
    const { rows: entries } = await engine.query(
      `SELECT state, step FROM plinth.ledger WHERE revision = 'two2' ORDER BY entry`,
    );
    expect(entries).toEqual([
      { state: 'step', step: 1 },
      { state: 'step', step: 2 },
      { state: 'started', step: 3 },
      { state: 'step', step: 3 },
      { state: 'finished', step: 4 },
    ]);
  });

  it('says which header a procedure that commits needs', async () => {
    await history.write(
      { ...TWO, upgrade: 'DO $$ BEGIN INSERT INTO one VALUES (1); COMMIT; END $$;' },
      'one1',
    );
    const error = await failureOf(upgrade(engine, 'head', options()));
    expect(error.message).toContain('2D000');
    expect(error.hint).toContain('no-transaction');
  });

  it('runs hundreds of statements of one revision, and tells the one that fails', async () => {
    const inserts = Array.from({ length: 1203 }, (_, n) => `INSERT INTO one VALUES (${n});`);
    await history.write({ ...TWO, upgrade: inserts.join('\n') }, 'one1');
    await upgrade(engine, 'head', options());
    const { rows } = await engine.query('SELECT count(*)::int FROM one');
    expect(rows).toEqual([{ count: 1203 }]);
    await writeFile(
      history.pathOf('three3'),
      `-- plinth:revision three3\n-- plinth:revises two2\n-- plinth:message x\n-- plinth:upgrade\n${inserts.join('\n')}\nSELECT 1/0;\n-- plinth:downgrade\n`,
    );
    const error = await failureOf(upgrade(engine, 'head', options()));
    expect(error.message).toContain(`at ${history.pathOf('three3')}:1208`);
    expect(error.message).toContain('division by zero');
  });
});
