// Revisions for data: batches and journalled steps, that go on where an interrupted run stopped.

import { readFile, rm, writeFile } from 'node:fs/promises';
import { type Engine, openEngine } from 'plinth';
import {
  downgrade,
  loadRevisions,
  type MigrationOptions,
  type MigrationProgress,
  stamp,
  status,
  upgrade,
} from 'plinth/migrate';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { rehearseRevision } from '../src/migrate/index.js';
import { failureOf } from './support/failure-of.js';
import { type RevisionFolder, revisionFolder } from './support/revision-folder.js';

const server = useDatabase();

const TASKS = {
  id: 'tasks1',
  upgrade: `CREATE TABLE tasks (id bigint PRIMARY KEY, title text NOT NULL, slug text);
CREATE TABLE calls (entry bigint GENERATED ALWAYS AS IDENTITY, what text);
INSERT INTO tasks SELECT n, 'Task ' || n FROM generate_series(1, 10) AS n;`,
  downgrade: 'DROP TABLE calls;\nDROP TABLE tasks;',
};

/** A module that makes its own transactions, unless its headers say otherwise. */
function moduleText(body: string, headers: readonly string[] = ['no-transaction']): string {
  return [
    '// plinth:revision data2',
    '// plinth:revises tasks1',
    '// plinth:message fill slugs',
    ...headers.map((header) => `// plinth:${header}`),
    "import { type Batch, keysetBatch, type RevisionContext, type RevisionRunner } from 'plinth/migrate';",
    "import type { RevisionTransaction } from 'plinth/migrate';",
    '',
    `const note = (tx: RevisionTransaction, what: string) =>
  tx.query('INSERT INTO calls (what) VALUES ($1)', [what]);`,
    body,
    '',
  ].join('\n');
}

/** Batches of three rows, which stop with an error at a key, and note each call. */
const FILL = (stopAt: number) => `
async function fill(tx: RevisionTransaction, after: unknown): Promise<Batch | undefined> {
  const { rows } = await tx.query<{ id: number }>(
    \`WITH batch AS (SELECT id FROM tasks WHERE id > $1 ORDER BY id LIMIT 3)
     UPDATE tasks SET slug = lower(title) FROM batch WHERE tasks.id = batch.id
     RETURNING tasks.id::integer AS id\`,
    [after ?? 0],
  );
  await note(tx, 'batch after ' + String(after));
  const key = Math.max(...rows.map(({ id }) => id));
  if (key >= ${stopAt}) throw new Error('stopped at ' + key);
  return rows.length === 0 ? undefined : { key, rows: rows.length };
}
`;

const NO_DOWNGRADE = 'export async function downgrade(_run: RevisionRunner): Promise<void> {}';

describe.each([
  { kind: 'server', url: () => server.url },
  { kind: 'embedded', url: () => 'pglite://memory' },
] as const)('data revisions on the $kind', ({ url }) => {
  let engine: Engine;
  let history: RevisionFolder;
  let events: MigrationProgress[];
  let written = 0;

  beforeAll(async () => {
    engine = await openEngine({ url: url(), poolSize: 3 });
  });

  afterAll(async () => {
    await engine.close();
  });

  beforeEach(async () => {
    await engine.query('DROP SCHEMA IF EXISTS plinth CASCADE');
    await engine.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    history = await revisionFolder([TASKS]);
    events = [];
    await upgrade(engine, 'head', options());
  });

  afterEach(async () => {
    await history.remove();
  });

  const options = (): MigrationOptions => ({
    revisions: history.folder,
    onProgress: (event) => events.push(event),
  });
  // Under a new name each time: a process loads a file once.
  const write = async (body: string, headers?: readonly string[]) => {
    await rm(`${history.folder}/data${written}.ts`, { force: true });
    written += 1;
    await writeFile(`${history.folder}/data${written}.ts`, moduleText(body, headers));
  };
  const column = async (text: string) =>
    (await engine.queryArrays({ text, values: [] })).rows.map(([value]) => value);
  const calls = () => column('SELECT what FROM calls ORDER BY entry');
  const missing = () => column('SELECT id::int FROM tasks WHERE slug IS NULL ORDER BY id');
  const entries = async () => {
    const { rows } = await engine.query(
      `SELECT direction, state, step, steps, observed FROM plinth.ledger
        WHERE revision = 'data2' ORDER BY entry`,
    );
    return rows;
  };

  it('runs batches to their end, each with its key in the ledger', async () => {
    await write(`${FILL(99)}
export async function upgrade(run: RevisionRunner): Promise<void> {
  await run.transaction('begin', async (tx) => { await note(tx, 'begin'); });
  await run.batches('fill', fill, { total: async (tx) => {
    const { rows } = await tx.query<{ count: number }>('SELECT count(*)::integer AS count FROM tasks');
    return rows[0]?.count ?? 0;
  } });
}
${NO_DOWNGRADE}`);
    await upgrade(engine, 'head', options());
    expect(await missing()).toEqual([]);
    const part = { name: 'fill', total: 10 };
    expect(await entries()).toEqual(
      [
        { state: 'step', step: 1, steps: 0, observed: { name: 'begin' } },
        { state: 'batch', step: 2, steps: 0, observed: { ...part, key: 3, rows: 3, allRows: 3 } },
        { state: 'batch', step: 2, steps: 0, observed: { ...part, key: 6, rows: 3, allRows: 6 } },
        { state: 'batch', step: 2, steps: 0, observed: { ...part, key: 9, rows: 3, allRows: 9 } },
        { state: 'batch', step: 2, steps: 0, observed: { ...part, key: 10, rows: 1, allRows: 10 } },
        { state: 'step', step: 2, steps: 0, observed: { name: 'fill', allRows: 10 } },
        { state: 'finished', step: 2, steps: 2, observed: null },
      ].map((entry) => ({ direction: 'upgrade', ...entry })),
    );
    const told = events.flatMap((event) =>
      event.kind === 'batch' ? [[event.name, event.rows, event.allRows, event.total]] : [],
    );
    expect(told).toEqual([
      ['fill', 3, 3, 10],
      ['fill', 3, 6, 10],
      ['fill', 3, 9, 10],
      ['fill', 1, 10, 10],
    ]);
    expect((await status(engine, options())).state).toBe('current');
  });

  it('goes on after the last key when it was interrupted', async () => {
    const steps = `
export async function upgrade(run: RevisionRunner): Promise<void> {
  await run.transaction('begin', async (tx) => { await note(tx, 'begin'); });
  await run.batches('fill', fill, { total: 10 });
  await run.transaction('end', async (tx) => { await note(tx, 'end'); });
}
${NO_DOWNGRADE}`;
    await write(FILL(7) + steps);
    const error = await failureOf(upgrade(engine, 'head', options()));
    expect(error.code).toBe('MIGRATE_STATEMENT_FAILED');
    expect(error.message).toContain('step 2 "fill": stopped at 9');
    expect(await missing()).toEqual([7, 8, 9, 10]);
    expect((await status(engine, options())).state).toBe('interrupted');

    events.length = 0;
    await write(FILL(99) + steps);
    await upgrade(engine, 'head', options());
    expect(await missing()).toEqual([]);
    expect(await calls()).toEqual([
      'begin',
      'batch after undefined',
      'batch after 3',
      'batch after 6',
      'batch after 9',
      'batch after 10',
      'end',
    ]);
    const told = events.flatMap((event) => (event.kind === 'batch' ? [event.allRows] : []));
    expect(told).toEqual([9, 10]);
    expect((await status(engine, options())).state).toBe('current');
  });

  it('goes on in a downgrade as well, and a second run begins anew', async () => {
    const clear = (stopAt: number) => `
export async function upgrade(run: RevisionRunner): Promise<void> {
  await run.transaction('note', async (tx) => { await note(tx, 'up'); });
}
export async function downgrade(run: RevisionRunner, { direction }: RevisionContext): Promise<void> {
  await run.transaction('note', async (tx) => { await note(tx, direction); });
  await run.batches('fill', fill);
}
${FILL(stopAt)}`;
    await write(clear(4));
    await upgrade(engine, 'head', options());
    await failureOf(downgrade(engine, '-1', options()));
    // Of a half-way downgrade only that may go on.
    expect((await failureOf(upgrade(engine, 'head', options()))).code).toBe('MIGRATE_INTERRUPTED');
    await write(clear(99));
    await downgrade(engine, '-1', options());
    const of = async (call: string) => (await calls()).filter((what) => what === call).length;
    expect(await of('downgrade')).toBe(1);
    // What ended in an earlier run says nothing of a later one.
    await upgrade(engine, 'head', options());
    await write(clear(1));
    // The text of a module counts as a whole.
    await stamp(engine, ['head'], { ...options(), purge: true });
    await failureOf(downgrade(engine, '-1', options()));
    await write(clear(99));
    await downgrade(engine, '-1', options());
    expect(await of('downgrade')).toBe(2);
    expect(await of('batch after undefined')).toBe(2);
    expect(await of('up')).toBe(2);
  });

  it.each([
    {
      change: 'another name',
      steps: `await run.transaction('other', async () => {});`,
      expected: 'its step 1 is "other" now, and was "one"',
    },
    {
      change: 'a step fewer',
      steps: '',
      expected: 'step 1 "one" is gone',
    },
    {
      change: 'a batch that became a transaction',
      steps: `await run.transaction('one', async () => {});
  await run.transaction('two', async () => {});`,
      expected: 'its step 2 "two" is no longer one of batches',
    },
  ])('refuses to go on with $change', async ({ steps, expected }) => {
    const body = (work: string) => `${FILL(7)}
export async function upgrade(run: RevisionRunner): Promise<void> {
  ${work}
}
${NO_DOWNGRADE}`;
    await write(
      body(`await run.transaction('one', async () => {});
  await run.batches('two', fill);`),
    );
    await failureOf(upgrade(engine, 'head', options()));
    const before = await entries();
    await write(body(steps));
    const error = await failureOf(upgrade(engine, 'head', options()));
    expect(error.code).toBe('MIGRATE_INTERRUPTED');
    expect(error.message).toContain(expected);
    expect(await entries()).toEqual(before);
  });

  it.each([
    {
      fault: 'a key that JSON cannot keep',
      work: `await run.batches('b', async () => ({ key: new Date(0) as never, rows: 1 }));`,
      expected: 'a key that JSON cannot keep',
    },
    {
      fault: 'a key that stays',
      work: `await run.batches('b', async () => ({ key: 5, rows: 1 }));`,
      expected: 'the key it was given, 5, and would never end',
    },
    {
      fault: 'rows that are text',
      work: `await run.batches('b', async (tx) => {
    const { rows } = await tx.query<{ key: number; rows: number }>(
      'SELECT 1 AS key, count(*) AS rows FROM tasks');
    return rows[0];
  });`,
      expected: 'the rows it returned are "10", and no whole number',
    },
    {
      fault: 'a total that is text',
      work: `await run.batches('b', async () => undefined, { total: async (tx) => {
    const { rows } = await tx.query<{ count: number }>('SELECT count(*) FROM tasks');
    return rows[0]?.count ?? 0;
  } });`,
      expected: 'its total is "10", and no whole number',
    },
    {
      fault: 'a step that is not awaited',
      work: `void run.transaction('b', async (tx) => { await tx.query('SELECT pg_sleep(0.05)'); });`,
      expected: 'without having awaited its step "b"',
    },
    {
      fault: 'a step that is not awaited and fails',
      work: `void run.transaction('b', async (tx) => { await tx.query('SELECT nothing'); });`,
      expected: 'column "nothing" does not exist',
    },
    {
      fault: 'two steps that are not awaited',
      work: `void run.transaction('a', async (tx) => { await tx.query('SELECT 1'); });
  void run.transaction('b', async () => {});`,
      expected: 'the step "b" was begun while "a" was still running',
    },
    {
      fault: 'two steps at once',
      work: `const one = run.transaction('a', async (tx) => { await tx.query('SELECT 1'); });
  await Promise.all([one, run.transaction('b', async () => {})]);`,
      expected: 'the step "b" was begun while "a" was still running',
    },
    {
      fault: 'a swallowed failure of a step',
      work: `await run.transaction('a', async (tx) => { await tx.query('SELECT nothing'); }).catch(() => {});
  await run.transaction('b', async () => {}).catch(() => {});`,
      expected: 'column "nothing" does not exist',
    },
    {
      fault: 'a swallowed failure of a statement',
      work: `await run.transaction('a', async (tx) => { await tx.query('SELECT nothing').catch(() => {}); });`,
      expected: 'a statement failed, and the error was swallowed',
    },
    {
      fault: 'a statement that would take all rows',
      work: `await run.batches('b', keysetBatch({
    table: 'tasks', key: 'id', statement: 'DELETE FROM tasks' }));`,
      expected: 'the statement of a batch has no {batch}',
    },
    {
      fault: 'a statement that is not awaited and fails',
      work: `await run.transaction('a', async (tx) => { void tx.query('SELECT nothing'); });`,
      expected: 'it ended without having awaited "SELECT nothing"',
    },
    {
      fault: 'a refusal that is swallowed',
      work: `await run.transaction('a', async (tx) => { await tx.query('COMMIT').catch(() => {}); });`,
      expected: 'the runner owns the transaction',
    },
    {
      fault: 'a transaction that is used after its end',
      work: `let kept: RevisionTransaction | undefined;
  await run.transaction('a', async (tx) => { kept = tx; });
  await kept?.query('DELETE FROM tasks');`,
      expected: 'came after its transaction had ended',
    },
    {
      fault: 'a transaction that is ended',
      work: `await run.transaction('a', async (tx) => { await tx.query('COMMIT'); });`,
      expected: 'the runner owns the transaction',
    },
  ])('refuses $fault', async ({ work, expected }) => {
    await write(`
export async function upgrade(run: RevisionRunner): Promise<void> {
  ${work}
}
${NO_DOWNGRADE}`);
    const error = await failureOf(upgrade(engine, 'head', options()));
    expect(error.message).toContain(expected);
    expect(await column('SELECT count(*)::int FROM tasks')).toEqual([10]);
    expect((await entries()).filter(({ state }) => state === 'finished')).toEqual([]);
  });

  it.each([
    {
      into: 'a module in one transaction',
      file: 'ts',
      expected: 'it no longer makes its transactions',
    },
    { into: 'SQL', file: 'sql', expected: 'changed in the 0 of its steps' },
  ])('refuses to go on when it became $into', async ({ file, expected }) => {
    await write(`${FILL(4)}
export async function upgrade(run: RevisionRunner): Promise<void> {
  await run.batches('fill', fill);
}
${NO_DOWNGRADE}`);
    await failureOf(upgrade(engine, 'head', options()));
    await rm(`${history.folder}/data${written}.ts`);
    if (file === 'ts') await write(`export async function upgrade() {}\n${NO_DOWNGRADE}`, []);
    else await history.write({ id: 'data2', upgrade: 'SELECT 1;' }, 'tasks1');
    const error = await failureOf(upgrade(engine, 'head', options()));
    expect(error.code).toBe('MIGRATE_INTERRUPTED');
    expect(error.message).toContain(expected);
  });

  it('rehearses where no ledger is, and goes on at the step that failed', async () => {
    await write(`${FILL(99)}
export async function upgrade(run: RevisionRunner): Promise<void> {
  await run.transaction('one', async (tx) => { await note(tx, 'one'); });
  await run.batches('fill', fill);
  await run.transaction('two', async (tx) => { await tx.query('SET ROLE plinth_missing'); });
}
${NO_DOWNGRADE}`);
    const graph = await loadRevisions(history.folder);
    const revision = graph.get('data2');
    if (revision === undefined) throw new Error('the revision is not there');
    const rehearsal = rehearseRevision(revision, 'upgrade');
    const rehearse = () => engine.withConnection(rehearsal);
    await expect(rehearse()).rejects.toThrow('role "plinth_missing" does not exist');
    const once = await calls();
    await expect(rehearse()).rejects.toThrow('role "plinth_missing" does not exist');
    expect(await calls()).toEqual(once);
    expect(await missing()).toEqual([]);
    expect(await entries()).toEqual([]);
  });

  it('tells a module what the run was told', async () => {
    await write(
      `
export async function upgrade(tx: RevisionTransaction, context: RevisionContext): Promise<void> {
  await note(tx, JSON.stringify(context));
}
export async function downgrade(tx: RevisionTransaction, { x, direction }: RevisionContext): Promise<void> {
  await note(tx, direction + String(x.size));
}`,
      [],
    );
    await upgrade(engine, 'head', { ...options(), x: { size: '5' }, tag: 'release 7' });
    await downgrade(engine, '-1', options());
    expect(await calls()).toEqual([
      '{"direction":"upgrade","x":{"size":"5"},"tag":"release 7"}',
      'downgradeundefined',
    ]);
  });

  it('goes along a key with a statement', async () => {
    await write(`
export async function upgrade(run: RevisionRunner): Promise<void> {
  await run.batches('fill', keysetBatch({
    table: 'tasks',
    key: 'id',
    where: 'id <> 4 -- comment',
    size: 4,
    statement: 'UPDATE tasks SET slug = lower(title) WHERE {batch} -- end',
  }));
}
${NO_DOWNGRADE}`);
    await engine.query('UPDATE tasks SET id = id + 9007199254740993 WHERE id > 8');
    await upgrade(engine, 'head', options());
    expect(await missing()).toEqual([4]);
    const keys = (await entries()).flatMap(({ state, observed }) =>
      state === 'batch' ? [observed] : [],
    );
    expect(keys).toEqual([
      { name: 'fill', key: '5', rows: 4, allRows: 4 },
      { name: 'fill', key: '9007199254741002', rows: 4, allRows: 8 },
      { name: 'fill', key: '9007199254741003', rows: 1, allRows: 9 },
    ]);
  });

  it.each([
    { type: 'bigint', value: 'n * 45' },
    { type: 'uuid', value: 'md5(n::text)::uuid' },
    { type: 'text', value: "chr(65 + n % 2 * 32) || 'é' || n" },
    { type: 'timestamptz', value: "'2026-01-01'::timestamptz + n * interval '1 microsecond'" },
  ])('goes along a key of the type $type, each row once', async ({ type, value }) => {
    const rows = `rows_${type}`;
    await engine.query(`CREATE TABLE ${rows} (key ${type} PRIMARY KEY, times integer DEFAULT 0)`);
    await engine.query(`INSERT INTO ${rows} SELECT ${value} FROM generate_series(1, 10) AS n`);
    await write(`
export async function upgrade(run: RevisionRunner): Promise<void> {
  await run.batches('count', keysetBatch({
    table: '${rows}',
    key: '${rows}.key',
    size: 3,
    statement: 'UPDATE ${rows} SET times = times + 1 WHERE {batch}',
  }));
}
${NO_DOWNGRADE}`);
    await upgrade(engine, 'head', options());
    expect(await column(`SELECT DISTINCT times FROM ${rows}`)).toEqual([1]);
    expect((await entries()).filter(({ state }) => state === 'batch')).toHaveLength(4);
  });

  it('runs the example of the documentation', async () => {
    const page = await readFile(new URL('../../docs/data-revisions.md', import.meta.url), 'utf8');
    const [, example] = /```ts\n(\/\/ plinth:revision [\s\S]*?)```/.exec(page) ?? [];
    const text = example?.replace(/plinth:revises \S+/, 'plinth:revises tasks1');
    await writeFile(`${history.folder}/example.ts`, text ?? '');
    await engine.query('ALTER TABLE tasks DROP COLUMN slug');
    await upgrade(engine, 'head', options());
    expect(await column('SELECT slug FROM tasks ORDER BY id LIMIT 2')).toEqual([
      'task-1',
      'task-2',
    ]);
    await downgrade(engine, '-1', options());
    expect(
      await column(`SELECT attname FROM pg_attribute WHERE attrelid = 'tasks'::regclass
      AND attnum > 0 AND NOT attisdropped ORDER BY attnum`),
    ).toEqual(['id', 'title']);
  });
});

describe('data revisions on a server that has other work', () => {
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
    history = await revisionFolder([TASKS]);
    await upgrade(engine, 'head', { revisions: history.folder });
  });

  afterEach(async () => {
    await history.remove();
  });

  const keys = async () => {
    const { rows } = await engine.queryArrays({
      text: `SELECT observed->>'key' FROM plinth.ledger WHERE state = 'batch' ORDER BY entry`,
      values: [],
    });
    return rows.map(([key]) => key);
  };

  it.each([
    { and: 'passed its error on', file: 'plain', work: 'fill' },
    {
      and: 'made another error of it',
      file: 'other',
      work: `async (tx, after) => {
    try { return await fill(tx, after); } catch { throw new Error('not today'); }
  }`,
    },
  ])('begins a batch again that could not get a lock and $and', async ({ file, work }) => {
    await writeFile(
      `${history.folder}/${file}.ts`,
      moduleText(`${FILL(99)}
export async function upgrade(run: RevisionRunner): Promise<void> {
  await run.batches('fill', ${work});
}
${NO_DOWNGRADE}`),
    );
    await using holder = await openEngine({ url: server.url, poolSize: 1 });
    const attempts: number[] = [];
    await holder.withConnection(async (connection) => {
      await connection.query('BEGIN');
      await connection.query('UPDATE tasks SET slug = NULL WHERE id = 5');
      let released = Promise.resolve();
      await upgrade(engine, 'head', {
        revisions: history.folder,
        statementLockTimeout: 0.05,
        onProgress: (event) => {
          if (event.kind !== 'retrying') return;
          attempts.push(event.attempt);
          if (attempts.length === 2) released = connection.rollBack();
        },
      });
      await released;
    });
    expect(attempts.slice(0, 2)).toEqual([1, 2]);
    expect(await keys()).toEqual(['3', '6', '9', '10']);
  });

  it('goes on after its session was ended', async () => {
    const body = (end: string) => `${FILL(99)}
export async function upgrade(run: RevisionRunner): Promise<void> {
  await run.batches('fill', async (tx, after) => {
    const done = await fill(tx, after);
    if (after === 6) { ${end} }
    return done;
  });
}
${NO_DOWNGRADE}`;
    const end = `await tx.query('SELECT pg_terminate_backend(pg_backend_pid())');`;
    await writeFile(`${history.folder}/ended.ts`, moduleText(body(end)));
    const error = await failureOf(upgrade(engine, 'head', { revisions: history.folder }));
    expect(error.message).toContain('terminating connection due to administrator command');
    expect(await keys()).toEqual(['3', '6']);
    await rm(`${history.folder}/ended.ts`);
    await writeFile(`${history.folder}/whole.ts`, moduleText(body('')));
    await upgrade(engine, 'head', { revisions: history.folder });
    expect(await keys()).toEqual(['3', '6', '9', '10']);
  });
});
