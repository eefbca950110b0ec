// What a run would do, told without running it.

import { type Engine, openEngine } from 'plinth';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { type DryRun, downgrade, dryRun, upgrade } from '../src/migrate/index.js';
import { CliProject } from './support/cli-project.js';
import {
  type RevisionFolder,
  type RevisionText,
  revisionFolder,
} from './support/revision-folder.js';

const own = useServer();
let engine: Engine;
let history: RevisionFolder;

const REVISIONS: readonly RevisionText[] = [
  {
    id: 'aaaa',
    upgrade: 'CREATE TABLE t (id int PRIMARY KEY, name text);\nCREATE INDEX t_name ON t (name);',
    downgrade: 'DROP TABLE t;',
  },
  {
    id: 'bbbb',
    upgrade:
      'ALTER TABLE t ADD done boolean;\nCREATE INDEX CONCURRENTLY t_done\n  ON t (done);\nALTER TABLE t ADD UNIQUE (name);',
    downgrade: 'DROP INDEX CONCURRENTLY t_done;\nALTER TABLE t DROP done;',
  },
];

beforeEach(async () => {
  engine = await openEngine({ url: own.server.url });
  history = await revisionFolder(REVISIONS);
});

afterEach(async () => {
  await engine.query('DROP TABLE IF EXISTS t; DROP SCHEMA IF EXISTS plinth CASCADE');
  await engine.close();
  await history.remove();
});

const run = (direction: 'upgrade' | 'downgrade', revision: string) =>
  dryRun(engine, direction, revision, { revisions: history.folder });

/** Revisions, steps and statements, a line each. */
function outline({ revisions }: DryRun): readonly string[] {
  return revisions.flatMap(({ id, steps }) => [
    id,
    ...steps.flatMap(({ kind, isDone, statements }) => [
      ` ${kind}${isDone ? ' done' : ''}`,
      ...statements.map(({ line, text, hazards }) =>
        `  ${line} ${text.split('\n')[0]}: ${hazards.map((hazard) => hazard.kind).join(' ')}`.trimEnd(),
      ),
    ]),
  ]);
}

const SECOND = [
  'bbbb',
  ' transaction',
  '  6 ALTER TABLE t ADD done boolean:',
  ' alone',
  '  7 CREATE INDEX CONCURRENTLY t_done: scans-table',
  ' transaction',
  '  9 ALTER TABLE t ADD UNIQUE (name): scans-table blocks-reads blocks-writes can-fail',
];

describe('dryRun', () => {
  it('tells what an upgrade would run, in order, and creates nothing', async () => {
    const plan = await run('upgrade', 'head');
    expect(plan).toMatchObject({ direction: 'upgrade', from: [], to: ['bbbb'], warnings: [] });
    expect(outline(plan)).toEqual([
      'aaaa',
      ' transaction',
      '  6 CREATE TABLE t (id int PRIMARY KEY, name text):',
      '  7 CREATE INDEX t_name ON t (name):',
      // Nobody uses a table that the same run has created.
      ...SECOND.map((line) => line.replace(/(?<=:) .*$/, '')),
    ]);
    const { rows } = await engine.query<{ there: string | null }>(
      `SELECT to_regnamespace('plinth')::text AS there`,
    );
    expect(rows).toEqual([{ there: null }]);
  });

  it('tells of the hazards for a table that was there before', async () => {
    await upgrade(engine, 'aaaa', { revisions: history.folder });
    const plan = await run('upgrade', 'head');
    expect(plan).toMatchObject({ from: ['aaaa'], to: ['bbbb'] });
    expect(outline(plan)).toEqual(SECOND);
    expect(plan.revisions[0]?.steps[0]?.statements[0]?.lock).toBe('ACCESS EXCLUSIVE');
  });

  it('tells what a downgrade would run', async () => {
    await upgrade(engine, 'head', { revisions: history.folder });
    const plan = await run('downgrade', 'base');
    expect(plan).toMatchObject({ direction: 'downgrade', from: ['bbbb'], to: [] });
    expect(outline(plan)).toEqual([
      'bbbb',
      ' alone',
      '  12 DROP INDEX CONCURRENTLY t_done: breaks-code',
      ' transaction',
      '  13 ALTER TABLE t DROP done: loses-data breaks-code',
      'aaaa',
      ' transaction',
      '  10 DROP TABLE t: loses-data breaks-code',
    ]);
    await downgrade(engine, 'base', { revisions: history.folder });
    expect(outline(await run('downgrade', 'base'))).toEqual([]);
  });

  it('believes the comments above a statement more than its text', async () => {
    await history.write(
      {
        id: 'bbbb',
        upgrade: [
          '-- can-fail: fails on a Tuesday',
          'ALTER TABLE t DROP name;',
          '-- why-not: no kind of hazard',
          'ALTER TABLE t DROP id;',
        ].join('\n'),
      },
      'aaaa',
    );
    await upgrade(engine, 'aaaa', { revisions: history.folder });
    const [revision] = (await run('upgrade', 'head')).revisions;
    const hazards = revision?.steps[0]?.statements.map((statement) => statement.hazards);
    expect(hazards).toEqual([
      [{ kind: 'can-fail', message: 'fails on a Tuesday' }],
      [
        { kind: 'loses-data', message: 'every value of the column is lost' },
        { kind: 'breaks-code', message: 'what reads or writes the column fails' },
      ],
    ]);
  });

  it('marks the steps that an interrupted run has ended', async () => {
    await upgrade(engine, 'aaaa', { revisions: history.folder });
    await engine.query(`INSERT INTO t VALUES (1, 'a'), (2, 'a')`);
    await expect(upgrade(engine, 'head', { revisions: history.folder })).rejects.toThrow();
    const steps = (await run('upgrade', 'head')).revisions[0]?.steps;
    expect(steps?.map(({ isDone }) => isDone)).toEqual([true, true, false]);
    await expect(run('downgrade', 'base')).rejects.toMatchObject({ code: 'MIGRATE_INTERRUPTED' });
  });

  it('waits for nobody', async () => {
    await using other = await openEngine({ url: own.server.url });
    const hooks = {
      beforeRun: async () => {
        expect(outline(await run('upgrade', 'aaaa'))).toHaveLength(4);
      },
    };
    await upgrade(other, 'aaaa', { revisions: history.folder, hooks });
    expect.assertions(1);
  });

  it('refuses what the run would refuse', async () => {
    await upgrade(engine, 'head', { revisions: history.folder });
    await expect(run('downgrade', 'cccc')).rejects.toMatchObject({ code: 'REVISION_NOT_FOUND' });
    await history.write({ id: 'aaaa', upgrade: 'SELECT 1;' });
    await expect(run('upgrade', 'head')).rejects.toMatchObject({
      code: 'MIGRATE_CHECKSUM_MISMATCH',
    });
  });
});

describe('--dry-run', () => {
  it('prints what would run, and runs nothing', async () => {
    await using project = await CliProject.create({
      url: own.server.url,
      revisions: history.folder,
    });
    await upgrade(engine, 'aaaa', { revisions: history.folder });
    const told = await project.plinth(['upgrade', '--dry-run']);
    expect(told).toMatchObject({ status: 0, error: '' });
    expect(told.out).toBe(
      [
        'upgrade  bbbb  about bbbb',
        '  in a transaction:',
        '      6 ALTER TABLE t ADD done boolean',
        '        takes ACCESS EXCLUSIVE',
        '  outside a transaction:',
        '      7 CREATE INDEX CONCURRENTLY t_done …',
        '        takes SHARE UPDATE EXCLUSIVE',
        '        scans-table: every row of t is read, while reads and writes go on',
        '  in a transaction:',
        '      9 ALTER TABLE t ADD UNIQUE (name)',
        '        takes ACCESS EXCLUSIVE',
        '        scans-table: every row of t is read',
        '        blocks-reads: reads of t wait until that is done',
        '        blocks-writes: writes to t wait until that is done; CREATE UNIQUE INDEX CONCURRENTLY and ADD CONSTRAINT … USING INDEX let them go on',
        '        can-fail: fails where two rows of t exclude each other',
        '1 revision would be applied, from aaaa to bbbb',
        '2 statements with hazards: scans-table, blocks-reads, blocks-writes, can-fail',
      ].join('\n'),
    );
    const down = await project.plinth(['downgrade', 'base', '--dry-run', '--json']);
    expect(JSON.parse(down.out)).toMatchObject({
      direction: 'downgrade',
      from: ['aaaa'],
      to: [],
      revisions: [{ id: 'aaaa', steps: [{ kind: 'transaction', isDone: false }] }],
    });
    expect((await project.plinth(['current'])).out).toContain('aaaa');
  });
});
