// `plinth merge` as a person runs it: what it writes, and what it refuses to write.

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { CliProject } from './support/cli-project.js';

const own = useServer();
let project: CliProject;

beforeEach(async () => {
  project = await CliProject.create({ scratchUrl: own.server.url });
});

afterEach(async () => {
  await project[Symbol.asyncDispose]();
});

async function write(id: string, revises: string, up: string, down = ''): Promise<void> {
  await project.write(
    `revisions/${id}.sql`,
    `-- plinth:revision ${id}\n-- plinth:revises ${revises}\n-- plinth:message make ${id}\n\n` +
      `-- plinth:upgrade\n${up}\n\n-- plinth:downgrade\n${down}\n`,
  );
}

async function writeTables(...ids: readonly string[]): Promise<void> {
  await write('root1', '(base)', 'CREATE TABLE root (id int PRIMARY KEY);', 'DROP TABLE root;');
  for (const id of ids) await write(id, 'root1', `CREATE TABLE ${id} ();`, `DROP TABLE ${id};`);
}

describe('plinth merge', () => {
  it('writes a revision that joins the heads, and says what was proved', async () => {
    await writeTables('left1', 'righ1');
    const run = await project.plinth(['merge', '-m', 'join them', '--rev-id', 'join1']);
    expect(run).toMatchObject({ status: 0, error: '' });
    expect(run.out).toMatch(
      /^wrote {2}revisions\/\d{8}_\d{4}_join1_join_them\.sql\njoins {2}left1 {2}make left1\njoins {2}righ1 {2}make righ1\nproved: 2 orders make the same schema, and 2 lead back from it$/,
    );
    expect(await project.written(run)).toBe(
      '-- plinth:revision join1\n-- plinth:revises left1, righ1\n-- plinth:message join them\n\n' +
        '-- plinth:upgrade\n\n-- plinth:downgrade\n',
    );
    const heads = await project.plinth(['heads']);
    expect(heads.out).toContain('join1');
    expect(heads.out).not.toContain('left1');
  });

  it('joins what is named, by default with a message that names it', async () => {
    await writeTables('left1', 'righ1', 'other');
    const run = await project.plinth([
      'merge',
      'righ1',
      'left',
      '--branch-label',
      'both',
      '--json',
    ]);
    expect(run.status).toBe(0);
    const told: unknown = JSON.parse(run.out);
    expect(told).toMatchObject({
      message: 'merge righ1 and left1',
      revises: ['righ1', 'left1'],
      proof: {
        upgrades: [
          ['righ1', 'left1'],
          ['left1', 'righ1'],
        ],
        downgrades: [
          ['righ1', 'left1'],
          ['left1', 'righ1'],
        ],
      },
      notes: [],
    });
    const [name = ''] = (await project.list('revisions')).filter((one) => /^\d/.test(one));
    expect(await project.read(`revisions/${name}`)).toContain('-- plinth:branch-label both\n');
  });

  it('joins three heads at once', async () => {
    await writeTables('left1', 'righ1', 'other');
    const run = await project.plinth(['merge']);
    expect(run).toMatchObject({ status: 0, error: '' });
    expect(await project.written(run)).toContain('-- plinth:revises left1, other, righ1\n');
  });

  it('runs revisions in TypeScript too', async () => {
    await writeTables('left1');
    const module = (up: string, down: string) =>
      `// plinth:revision righ1\n// plinth:revises root1\n// plinth:message rows\n\nexport async function upgrade(tx) {\n  await tx.query('${up}');\n}\n\nexport async function downgrade(tx) {\n  await tx.query('${down}');\n}\n`;
    await project.write(
      'revisions/righ1.ts',
      module('INSERT INTO root VALUES (1)', 'DELETE FROM root'),
    );
    expect(await project.plinth(['merge'])).toMatchObject({ status: 0, error: '' });
    await project.remove('revisions');
    await writeTables('left1');
    await project.write('revisions/righ1.ts', module('ALTER TABLE left1 ADD x int', 'SELECT 1'));
    const refused = await project.plinth(['merge']);
    expect(refused.status).toBe(1);
    expect(refused.error).toContain('relation "left1" does not exist');
    expect(refused.error).toContain('code: MERGE_CONFLICT');
  });

  it('writes nothing where the branches are at odds, and names what is', async () => {
    await writeTables();
    await write('left1', 'root1', 'CREATE TABLE a (id int);', 'DROP TABLE a;');
    await write('righ1', 'root1', 'CREATE TABLE a (id text);', 'DROP TABLE a;');
    const run = await project.plinth(['merge', '-m', 'join']);
    expect(run).toMatchObject({ status: 1, out: '' });
    expect(run.error.replaceAll(project.folder, '')).toBe(
      [
        'error: left1 (make left1) and righ1 (make righ1) cannot be merged: one order of their revisions fails',
        '  upgrade in the order left1, righ1:',
        '    upgrade of revision righ1 (make righ1) was rolled back',
        '      at /revisions/righ1.sql:6',
        '      | CREATE TABLE a (id text)',
        '      PostgreSQL: relation "a" already exists (SQLSTATE 42P07)',
        '  in conflict:',
        '    table public.a: left1 (make left1), righ1 (make righ1)',
        'hint: Change one of these revisions, or let the one that must come second depend on the other.',
        'code: MERGE_CONFLICT',
      ].join('\n'),
    );
    expect(await project.list('revisions')).toEqual(['left1.sql', 'righ1.sql', 'root1.sql']);
    const asJson = await project.plinth(['merge', '-m', 'join', '--json']);
    expect(JSON.parse(asJson.error)).toMatchObject({
      error: {
        code: 'MERGE_CONFLICT',
        details: {
          kind: 'failed',
          direction: 'upgrade',
          order: ['left1', 'righ1'],
          objects: [{ object: 'table:public.a', revisions: ['left1', 'righ1'] }],
        },
      },
    });
  });

  it('says of a revision that fails in every order that it fails, and no more', async () => {
    await writeTables('left1');
    await write('righ1', 'root1', 'CREATE TABLE wrong (id lost);');
    const run = await project.plinth(['merge']);
    expect(run.error).toMatch(/^error: upgrade of revision righ1 \(make righ1\) was rolled back\n/);
    expect(run.error).toContain('code: MIGRATE_STATEMENT_FAILED');
  });

  it('leads on once the branches are reconciled by a dependency', async () => {
    await writeTables('left1');
    await write('righ1', 'root1', 'ALTER TABLE left1 ADD x int;', 'ALTER TABLE left1 DROP x;');
    expect((await project.plinth(['merge'])).status).toBe(1);
    const text = await project.read('revisions/righ1.sql');
    await project.write(
      'revisions/righ1.sql',
      text.replace('plinth:message', 'plinth:depends-on left1\n-- plinth:message'),
    );
    const run = await project.plinth(['merge']);
    expect(run).toMatchObject({ status: 0, error: '' });
    expect(run.out).toContain('proved: only one order is possible, and it works');
  });

  it('proves nothing with --no-proof, and says so', async () => {
    await project.configure({ scratchUrl: 'postgres://nobody@127.0.0.1:1/none' });
    await writeTables('left1', 'righ1');
    const run = await project.plinth(['merge', '--no-proof']);
    expect(run).toMatchObject({ status: 0, error: 'note: not proved: their order may matter' });
    expect(await project.written(run)).toContain('-- plinth:revises left1, righ1\n');
    await project.remove('revisions');
    await writeTables('left1', 'righ1');
    expect((await project.plinth(['merge'])).error).toContain('code: ENGINE_CONNECT_FAILED');
  });

  it.each([
    ['one head', [], 'REVISION_MERGE_INVALID'],
    ['one that descends from the other', ['root1', 'left1'], 'REVISION_MERGE_INVALID'],
    ['one that is not there', ['left1', 'lost1'], 'REVISION_NOT_FOUND'],
  ])('refuses %s', async (_, targets, code) => {
    await writeTables('left1');
    const run = await project.plinth(['merge', ...targets]);
    expect(run).toMatchObject({ status: 1, out: '' });
    expect(run.error).toContain(`code: ${code}`);
  });

  it('refuses an id that is taken', async () => {
    await writeTables('left1', 'righ1');
    const run = await project.plinth(['merge', '--rev-id', 'root1']);
    expect(run.error).toContain('code: REVISION_DUPLICATE_ID');
    expect(await project.list('revisions')).toHaveLength(3);
  });
});
