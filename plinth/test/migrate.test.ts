// Running revisions: what is applied, what is refused, what survives, on both kinds of database.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { type Engine, openEngine } from 'plinth';
import {
  downgrade,
  type MigrationOptions,
  type MigrationProgress,
  status,
  upgrade,
} from 'plinth/migrate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { failureOf } from './support/failure-of.js';
import { type RevisionFolder, revisionFolder } from './support/revision-folder.js';

const server = useDatabase();
const lockServer = useDatabase();

const ONE = {
  id: 'one1',
  upgrade: 'CREATE TABLE one (id integer PRIMARY KEY);',
  downgrade: 'DROP TABLE one;',
};
const TWO = {
  id: 'two2',
  upgrade: 'CREATE TABLE two (id integer REFERENCES one);\nINSERT INTO one VALUES (1);',
  downgrade: 'DELETE FROM one;\nDROP TABLE two;',
};
const THREE = {
  id: 'three3',
  upgrade: 'ALTER TABLE two ADD COLUMN note text;',
  downgrade: 'ALTER TABLE two DROP COLUMN note;',
};

async function emptyDatabase(engine: Engine): Promise<void> {
  await engine.query('DROP SCHEMA IF EXISTS plinth CASCADE');
  await engine.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
}

describe.each([
  { kind: 'server', url: () => server.url },
  { kind: 'embedded', url: () => 'pglite://memory' },
] as const)('revisions on the $kind', ({ kind, url }) => {
  let engine: Engine;
  let history: RevisionFolder;

  beforeAll(async () => {
    engine = await openEngine({ url: url(), poolSize: 3 });
  });

  afterAll(async () => {
    await engine.close();
  });

  beforeEach(async () => {
    await emptyDatabase(engine);
    history = await revisionFolder([ONE, TWO, THREE]);
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

  it('upgrades to head, then finds nothing to do', async () => {
    const first = await upgrade(engine, 'head', options());
    expect(first.ran.map(({ id }) => id)).toEqual(['one1', 'two2', 'three3']);
    expect(first.heads).toEqual(['three3']);
    expect(await tables()).toEqual(['one', 'two']);
    const second = await upgrade(engine, 'head', options());
    expect(second).toEqual({ ran: [], heads: ['three3'], warnings: [] });
  });

  it.each([
    ['+1', ['one1']],
    ['two2', ['one1', 'two2']],
    ['head', ['one1', 'two2', 'three3']],
  ])('upgrades to %s', async (target, expected) => {
    const { ran } = await upgrade(engine, target, options());
    expect(ran.map(({ id }) => id)).toEqual(expected);
  });

  it.each([
    ['-1', ['three3'], ['two2']],
    ['one1', ['three3', 'two2'], ['one1']],
    ['base', ['three3', 'two2', 'one1'], []],
  ])('downgrades to %s', async (target, expected, heads) => {
    await upgrade(engine, 'head', options());
    const outcome = await downgrade(engine, target, options());
    expect(outcome.ran.map(({ id }) => id)).toEqual(expected);
    expect(outcome.heads).toEqual(heads);
  });

  it('goes forward, back and forward again', async () => {
    await upgrade(engine, 'head', options());
    await downgrade(engine, 'base', options());
    expect(await tables()).toEqual([]);
    await upgrade(engine, 'head', options());
    expect(await tables()).toEqual(['one', 'two']);
  });

  it('keeps every run in the ledger', async () => {
    await upgrade(engine, 'one1', options());
    await downgrade(engine, 'base', options());
    await upgrade(engine, 'one1', options());
    const { rows } = await engine.query(
      'SELECT revision, direction, state FROM plinth.ledger ORDER BY entry',
    );
    expect(rows.map(({ direction }) => direction)).toEqual(['upgrade', 'downgrade', 'upgrade']);
  });

  it('knows where a database stands', async () => {
    expect(await status(engine, options())).toMatchObject({ state: 'pending', applied: [] });
    await upgrade(engine, '+1', options());
    const partly = await status(engine, options());
    expect(partly).toMatchObject({ state: 'pending', applied: ['one1'], heads: ['one1'] });
    expect(partly.pending.map(({ id }) => id)).toEqual(['two2', 'three3']);
    await upgrade(engine, 'head', options());
    expect(await status(engine, options())).toMatchObject({ state: 'current', pending: [] });
    await rm(history.pathOf('three3'));
    expect(await status(engine, options())).toMatchObject({
      state: 'unknown',
      unknown: ['three3'],
    });
  });

  it('says what to do where a role is not there', async () => {
    const granting = 'CREATE TABLE two (id integer);\nGRANT SELECT ON two TO nobody_made_it;';
    await history.write({ id: 'two2', upgrade: granting }, 'one1');
    const error = await failureOf(upgrade(engine, 'head', options()));
    expect(error.message).toContain('role "nobody_made_it" does not exist (SQLSTATE 42704)');
    expect(error.hint).toContain("export pgRole('…') with the models");
  });

  it('undoes the revision of a statement that fails, and names its place', async () => {
    await history.write(
      {
        id: 'two2',
        upgrade: 'CREATE TABLE two (id integer);\n\nSELECT id,\n  nothing\nFROM one;',
      },
      'one1',
    );
    const error = await failureOf(upgrade(engine, 'head', options()));
    expect(error.code).toBe('MIGRATE_STATEMENT_FAILED');
    expect(error.message).toContain(`${history.pathOf('two2')}:9`);
    expect(error.message).toContain('SELECT id,\n  |   nothing');
    expect(error.message).toContain('column "nothing" does not exist (SQLSTATE 42703)');
    expect(error.message).toContain('was rolled back');
    expect(await tables()).toEqual(['one']);
    expect(await status(engine, options())).toMatchObject({ applied: ['one1'] });
    await history.write(TWO, 'one1');
    await upgrade(engine, 'head', options());
    expect(await tables()).toEqual(['one', 'two']);
  });

  it('undoes the revision that only its commit refuses', async () => {
    await history.write(
      {
        id: 'two2',
        upgrade: `CREATE TABLE two (id integer REFERENCES one DEFERRABLE INITIALLY DEFERRED);
          INSERT INTO two VALUES (7);`,
      },
      'one1',
    );
    const error = await failureOf(upgrade(engine, 'head', options()));
    expect(error.message).toContain('was rolled back by its commit');
    expect(error.message).toContain('SQLSTATE 23503');
    expect(await tables()).toEqual(['one']);
  });

  it('refuses a file that changed, and only warns of comments and white space', async () => {
    await upgrade(engine, 'head', options());
    const text = await readFile(history.pathOf('two2'), 'utf8');
    await writeFile(history.pathOf('two2'), text.replace('integer', '  integer -- a key\n'));
    const { warnings } = await upgrade(engine, 'head', options());
    expect(warnings).toEqual([expect.stringContaining('two2.sql')]);
    await writeFile(history.pathOf('two2'), text.replace('integer', 'bigint'));
    for (const [run, target] of [[upgrade, 'head'] as const, [downgrade, '-1'] as const]) {
      const error = await failureOf(run(engine, target, options()));
      expect(error.code).toBe('MIGRATE_CHECKSUM_MISMATCH');
      expect(error.message).toContain(history.pathOf('two2'));
    }
  });

  it('lets a downgrade that failed be corrected in its file', async () => {
    await history.write({ ...THREE, downgrade: 'ALTER TABLE two DROP COLUMN nothing;' }, 'two2');
    await upgrade(engine, 'head', options());
    const error = await failureOf(downgrade(engine, '-1', options()));
    expect(error.message).toContain('was rolled back');
    await history.write(THREE, 'two2');
    const refused = await failureOf(upgrade(engine, 'head', options()));
    expect(refused.code).toBe('MIGRATE_CHECKSUM_MISMATCH');
    expect((await downgrade(engine, '-1', options())).heads).toEqual(['two2']);
    expect((await upgrade(engine, 'head', options())).heads).toEqual(['three3']);
  });

  it('refuses a module without its downgrade before it is applied', async () => {
    const header = '// plinth:revision data4\n// plinth:revises three3\n// plinth:message data\n';
    await writeFile(`${history.folder}/up.ts`, `${header}export async function upgrade() {}\n`);
    const error = await failureOf(upgrade(engine, 'head', options()));
    expect(error.message).toContain('it does not export a function downgrade');
    expect(await status(engine, options())).toMatchObject({ applied: ['one1', 'two2', 'three3'] });
  });

  it('refuses a database that is newer than the code', async () => {
    await upgrade(engine, 'head', options());
    await rm(history.pathOf('three3'));
    for (const [run, target] of [[upgrade, 'head'] as const, [downgrade, 'base'] as const]) {
      const error = await failureOf(run(engine, target, options()));
      expect(error.code).toBe('MIGRATE_UNKNOWN_REVISION');
      expect(error.message).toContain('three3 (about three3)');
    }
  });

  it('refuses a revision that was slipped in below an applied one', async () => {
    await upgrade(engine, 'head', options());
    await history.write({ id: 'between', upgrade: 'SELECT 1;' }, 'one1');
    await history.write(TWO, 'between');
    const error = await failureOf(upgrade(engine, 'head', options()));
    expect(error.code).toBe('MIGRATE_OUT_OF_ORDER');
    expect(error.message).toContain('between');
    expect(await status(engine, options())).toMatchObject({
      state: 'skipped',
      warnings: expect.arrayContaining(['between: never applied, although a later revision is']),
    });
  });

  it('refuses a ledger of a newer Plinth', async () => {
    await upgrade(engine, 'head', options());
    await engine.query(`UPDATE plinth.ledger SET format = 99, plinth_version = '9.9.9'`);
    const error = await failureOf(upgrade(engine, 'head', options()));
    expect(error.code).toBe('MIGRATE_LEDGER_NEWER');
    expect(error.message).toContain('9.9.9');
  });

  it('stops before anything runs at a revision that cannot be undone', async () => {
    await history.write(
      { ...TWO, downgrade: '', headers: ['irreversible the old numbers are gone'] },
      'one1',
    );
    await upgrade(engine, 'head', options());
    const error = await failureOf(downgrade(engine, 'base', options()));
    expect(error.code).toBe('REVISION_IRREVERSIBLE');
    expect(error.message).toContain('the old numbers are gone');
    expect(await status(engine, options())).toMatchObject({ state: 'current' });
  });

  it('lets no setting or role of a revision reach the next one', async () => {
    await history.write(
      { ...ONE, upgrade: `${ONE.upgrade} SET search_path = pg_catalog; SET work_mem = '1MB';` },
      undefined,
    );
    await upgrade(engine, 'head', options());
    expect(await tables()).toEqual(['one', 'two']);
    const { rows } = await engine.query('SHOW work_mem');
    expect(rows).not.toEqual([{ work_mem: '1MB' }]);
  });

  it('runs what PostgreSQL refuses in a transaction as a step of its own', async () => {
    await history.write(
      {
        id: 'two2',
        upgrade: `CREATE TABLE two (id integer);
          CREATE INDEX CONCURRENTLY two_id ON two (id);
          COMMENT ON TABLE two IS 'after';`,
        downgrade: 'DROP INDEX CONCURRENTLY two_id;\nDROP TABLE two;',
      },
      'one1',
    );
    await upgrade(engine, 'two2', options());
    const { rows } = await engine.query(
      `SELECT state, step, steps FROM plinth.ledger WHERE revision = 'two2' ORDER BY entry`,
    );
    expect(rows).toEqual([
      { state: 'step', step: 1, steps: 3 },
      { state: 'started', step: 2, steps: 3 },
      { state: 'step', step: 2, steps: 3 },
      { state: 'finished', step: 3, steps: 3 },
    ]);
    await downgrade(engine, '-1', options());
    expect(await tables()).toEqual(['one']);
  });

  it('resumes a revision at the step that failed, and not when what ran was changed', async () => {
    const stepwise = (last: string) => ({
      id: 'two2',
      upgrade: `CREATE TABLE two (id integer);
        CREATE INDEX CONCURRENTLY two_id ON two (id);
        ${last}`,
      downgrade: 'DROP TABLE two;',
    });
    await history.write(stepwise('INSERT INTO two SELECT id FROM missing;'), 'one1');
    const error = await failureOf(upgrade(engine, 'two2', options()));
    expect(error.message).toContain('stopped at step 3 of 3');
    expect((await status(engine, options())).warnings.join()).toContain('interrupted half-way');
    const back = await failureOf(downgrade(engine, 'base', options()));
    expect(back.code).toBe('MIGRATE_INTERRUPTED');
    await history.write(stepwise('INSERT INTO two VALUES (7);'), 'one1');
    await upgrade(engine, 'two2', options());
    expect((await engine.query('SELECT id FROM two')).rows).toEqual([{ id: 7 }]);

    await downgrade(engine, 'one1', options());
    await history.write(stepwise('INSERT INTO two SELECT id FROM missing;'), 'one1');
    await failureOf(upgrade(engine, 'two2', options()));
    const other = stepwise('SELECT 1;');
    await history.write(
      { ...other, upgrade: other.upgrade.replace('id integer', 'id bigint') },
      'one1',
    );
    const changed = await failureOf(upgrade(engine, 'two2', options()));
    expect(changed.code).toBe('MIGRATE_INTERRUPTED');
    expect(changed.message).toContain('in the 2 of its steps');
  });

  it('finishes a revision whose failed last step was taken out', async () => {
    const indexed = (last: string) => ({
      id: 'two2',
      upgrade: `CREATE INDEX CONCURRENTLY one_x ON one (id);\n${last}`,
      downgrade: 'DROP INDEX CONCURRENTLY one_x;',
    });
    await history.write(indexed('SELECT nothing;'), 'one1');
    await failureOf(upgrade(engine, 'two2', options()));
    await history.write(indexed(''), 'one1');
    expect((await upgrade(engine, 'two2', options())).heads).toEqual(['two2']);
    expect((await upgrade(engine, 'two2', options())).ran).toEqual([]);
    expect(await status(engine, options())).toMatchObject({ applied: ['one1', 'two2'] });
  });

  it('calls nothing current while a revision is half-way, changed, or without its file', async () => {
    const halfway = {
      id: 'three3',
      upgrade: 'CREATE INDEX CONCURRENTLY one_x ON one (id);\nSELECT nothing;',
      downgrade: 'DROP INDEX CONCURRENTLY one_x;\nSELECT nothing;',
    };
    await history.write(halfway, 'two2');
    await failureOf(upgrade(engine, 'head', options()));
    expect(await status(engine, options())).toMatchObject({ state: 'interrupted' });
    const other = await failureOf(downgrade(engine, 'base', options()));
    expect(other.code).toBe('MIGRATE_INTERRUPTED');
    await rm(history.pathOf('three3'));
    expect(await status(engine, options())).toMatchObject({ state: 'unknown' });
    const missing = await failureOf(upgrade(engine, 'head', options()));
    expect(missing.code).toBe('MIGRATE_UNKNOWN_REVISION');
    await history.write({ ...halfway, upgrade: halfway.upgrade.split('\n')[0] ?? '' }, 'two2');
    await upgrade(engine, 'head', options());
    await failureOf(downgrade(engine, '-1', options()));
    expect(await status(engine, options())).toMatchObject({ state: 'interrupted' });
    const forward = await failureOf(upgrade(engine, 'head', options()));
    expect(forward.code).toBe('MIGRATE_INTERRUPTED');
    await history.write({ ...ONE, upgrade: 'SELECT 1;' }, undefined);
    expect(await status(engine, options())).toMatchObject({ state: 'changed' });
  });

  it('runs a target that two callers name at once only once', async () => {
    // The embedded database serves the second only when the first has ended: it asks anew.
    const ran = async (run: typeof upgrade, target: string) => {
      const both = (given: MigrationOptions) =>
        Promise.all([run(engine, target, given), run(engine, target, given)]);
      const outcomes = await (kind === 'server' ? whenBothWait(both) : both(options()));
      return outcomes.flatMap((outcome) => outcome.ran.map(({ id }) => id)).toSorted();
    };
    expect(await ran(upgrade, '+1')).toEqual(kind === 'server' ? ['one1'] : ['one1', 'two2']);
    await upgrade(engine, 'head', options());
    expect(await ran(downgrade, '-1')).toEqual(kind === 'server' ? ['three3'] : ['three3', 'two2']);
  });

  /** Holds the lock until two runs have planned and wait for it. */
  async function whenBothWait<Result>(start: (given: MigrationOptions) => Promise<Result>) {
    return await engine.withConnection(async (holder) => {
      await holder.query('SELECT pg_advisory_lock($1, $2)', [0x706c696e, 0x6c656467]);
      let waiting = 0;
      let go = () => {};
      const bothWait = new Promise<void>((resolve) => {
        go = resolve;
      });
      const onProgress = (event: MigrationProgress) => {
        if (event.kind === 'waiting') waiting += 1;
        if (waiting === 2) go();
      };
      const outcome = start({ ...options(), onProgress });
      await Promise.race([bothWait, outcome]);
      await holder.query('SELECT pg_advisory_unlock_all()');
      return await outcome;
    });
  }

  it('comes back from a revision that changed its role and its settings', async () => {
    const role = `plinth_weak_${process.pid}`;
    await engine.query(`DROP ROLE IF EXISTS ${role}; CREATE ROLE ${role}`);
    await engine.query(`GRANT CREATE, USAGE ON SCHEMA public TO ${role}`);
    await history.write({ ...ONE, upgrade: `SET ROLE ${role};\n${ONE.upgrade}` }, undefined);
    await history.write(
      {
        id: 'two2',
        upgrade: `SET search_path = pg_catalog;`,
        headers: ['no-transaction'],
      },
      'one1',
    );
    await history.write({ id: 'three3', upgrade: 'CREATE TABLE third (id int);' }, 'two2');
    await upgrade(engine, 'head', options());
    expect(await tables()).toEqual(['one', 'third']);
    await engine.query(`DROP TABLE one; DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it('lets a deployer upgrade who may only write the ledger', async () => {
    await upgrade(engine, '+1', options());
    const role = `plinth_deployer_${process.pid}`;
    await engine.query(`DROP ROLE IF EXISTS ${role}; CREATE ROLE ${role}`);
    await engine.query(`GRANT USAGE, CREATE ON SCHEMA public TO ${role}`);
    await engine.query(`GRANT USAGE ON SCHEMA plinth TO ${role}`);
    await engine.query(`GRANT SELECT, INSERT ON plinth.ledger TO ${role}`);
    await history.write({ id: 'two2', upgrade: 'CREATE TABLE theirs (id int);' }, 'one1');
    if (kind === 'server') {
      await engine.query(`ALTER ROLE ${role} LOGIN`);
      const deployer = new URL(server.url);
      deployer.username = role;
      const other = await openEngine({ url: deployer.href, poolSize: 1 });
      expect((await upgrade(other, 'two2', options())).heads).toEqual(['two2']);
      await other.close();
    }
    await engine.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it('lets a lone statement that failed be corrected', async () => {
    const lone = (column: string) => ({
      id: 'two2',
      upgrade: `CREATE INDEX CONCURRENTLY one_x ON one (${column});`,
      downgrade: 'DROP INDEX CONCURRENTLY one_x;',
    });
    await history.write(lone('wrong'), 'one1');
    const error = await failureOf(upgrade(engine, 'two2', options()));
    expect(error.message).toContain('stopped at step 1 of 1');
    await history.write(lone('id'), 'one1');
    expect((await upgrade(engine, 'two2', options())).heads).toEqual(['two2']);
  });

  it('says what a TypeScript revision did to its transaction', async () => {
    const header = '// plinth:revision data4\n// plinth:revises three3\n// plinth:message data\n';
    const down = 'export async function downgrade() {}\n';
    const path = `${history.folder}/data.ts`;
    const swallow = `tx.query('SELECT nothing').catch(() => undefined)`;
    await writeFile(
      path,
      `${header}export async function upgrade(tx) { await ${swallow}; }\n${down}`,
    );
    const swallowed = await failureOf(upgrade(engine, 'head', options()));
    expect(swallowed.message).toContain('a statement failed, and the error was swallowed');
    await rm(path);
    await writeFile(
      `${history.folder}/ended.ts`,
      `${header}export async function upgrade(tx) { await tx.query('COMMIT'); }\n${down}`,
    );
    const ended = await failureOf(upgrade(engine, 'head', options()));
    expect(ended.message).toContain('the runner owns the transaction');
  });

  it('asks again in a TypeScript revision that changed the table', async () => {
    const body = `
      const rows = async () => (await tx.query('SELECT * FROM one WHERE id > $1', [0])).rows;
      await rows();
      await tx.query('ALTER TABLE one ADD COLUMN word text');
      await tx.query('INSERT INTO one VALUES ($1, $2)', [7, JSON.stringify(await rows())]);`;
    await writeFile(
      `${history.folder}/data.mjs`,
      `// plinth:revision data4\n// plinth:revises three3\n// plinth:message data
export async function upgrade(tx) {${body}}\nexport async function downgrade() {}\n`,
    );
    await upgrade(engine, 'head', options());
    const { rows } = await engine.query('SELECT word FROM one WHERE id = 7');
    expect(rows).toEqual([{ word: '[{"id":1,"word":null}]' }]);
  });

  it('runs a TypeScript revision in its transaction', async () => {
    const path = `${history.folder}/data.ts`;
    const header = [
      '// plinth:revision data4',
      '// plinth:revises three3',
      '// plinth:message fill one',
      `import type { RevisionTransaction } from 'plinth/migrate';`,
    ].join('\n');
    await writeFile(
      path,
      `${header}
export async function upgrade(tx: RevisionTransaction): Promise<void> {
  for (const id of [10, 11]) await tx.query('INSERT INTO one VALUES ($1)', [id]);
}
export async function downgrade(tx: RevisionTransaction): Promise<void> {
  await tx.query('DELETE FROM one WHERE id >= $1', [10]);
  throw new Error('not today');
}
`,
    );
    await upgrade(engine, 'head', options());
    const ids = async () => (await engine.query('SELECT id FROM one ORDER BY id')).rows;
    expect(await ids()).toEqual([{ id: 1 }, { id: 10 }, { id: 11 }]);
    const error = await failureOf(downgrade(engine, '-1', options()));
    expect(error.message).toContain('not today');
    expect(error.message).toContain(path);
    expect(await ids()).toHaveLength(3);
  });
});

describe('several processes on one server', () => {
  const url = () => lockServer.url;
  let history: RevisionFolder;

  beforeEach(async () => {
    history = await revisionFolder([ONE, TWO, THREE]);
    await using engine = await openEngine({ url: url(), poolSize: 1 });
    await emptyDatabase(engine);
  });

  afterEach(async () => {
    await history.remove();
  });

  const options = () => ({ revisions: history.folder });

  it('lets one of many work while the others wait', async () => {
    const runners = await Promise.all(
      Array.from({ length: 6 }, () => openEngine({ url: url(), poolSize: 1 })),
    );
    await history.write({ ...ONE, upgrade: `SELECT pg_sleep(0.3);\n${ONE.upgrade}` }, undefined);
    const outcomes = await Promise.all(runners.map((one) => upgrade(one, 'head', options())));
    await Promise.all(runners.map((one) => one.close()));
    expect(outcomes.map(({ ran }) => ran.length).toSorted()).toEqual([0, 0, 0, 0, 0, 3]);
    expect(outcomes.every(({ heads }) => heads[0] === 'three3')).toBe(true);
  });

  it('names who holds the lock when it waited too long', async () => {
    const holder = await openEngine({ url: url(), applicationName: 'slow deploy', poolSize: 1 });
    const waiter = await openEngine({ url: url(), poolSize: 1 });
    const waited: string[] = [];
    await holder.withConnection(async (connection) => {
      await connection.query('SELECT pg_advisory_lock($1, $2)', [0x706c696e, 0x6c656467]);
      const error = await failureOf(
        upgrade(waiter, 'head', {
          ...options(),
          lockTimeout: 0.1,
          onProgress: (event) => {
            if (event.kind === 'waiting') waited.push(event.holder);
          },
        }),
      );
      expect(error.code).toBe('MIGRATE_LOCK_TIMEOUT');
      expect(error.message).toContain('slow deploy');
      await connection.query('SELECT pg_advisory_unlock_all()');
    });
    expect(waited).toHaveLength(1);
    await Promise.all([holder.close(), waiter.close()]);
  });
});
