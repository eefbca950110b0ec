// `plinth retention`: what it prints, its exit status, and a run that is killed.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connect, type Database, openEngine } from 'plinth';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { Interruption } from '../src/cli/interruption.js';
import { CliProject } from './support/cli-project.js';
import { endSessionsAt } from './support/end-sessions-at.js';
import {
  createRetentionTablesAt,
  dropRetentionRole,
  EVENTS,
  JOBS,
  RETENTION_ROLE,
  RetentionRows,
  TENANTS_QUERY,
} from './support/retention-tables.js';
import { asUser } from './support/tenant-table.js';

const PROGRAM = fileURLToPath(new URL('../bin/plinth.js', import.meta.url));
const server = useDatabase();

let all: Database;
let rows: RetentionRows;
let project: CliProject;
let child: ChildProcess | undefined;

const config = () => ({
  url: asUser(server.url, RETENTION_ROLE),
  tenants: TENANTS_QUERY,
  retention: { classes: [EVENTS, JOBS] },
});

beforeAll(async () => {
  await createRetentionTablesAt(server.url);
  all = await connect({ url: server.url, poolSize: 2 });
  rows = new RetentionRows(all);
});

beforeEach(async () => {
  await rows.clear();
  project = await CliProject.create(config());
});

afterEach(async () => {
  child?.kill('SIGKILL');
  await project[Symbol.asyncDispose]();
});

afterAll(async () => {
  await all.close();
  await dropRetentionRole(server.url);
});

const DAY = /\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC/g;

describe('plinth retention --dry-run', () => {
  it('tells what would go and why, and removes nothing', async () => {
    await rows.addEvents('acme', '91 days', 1200);
    await rows.addEvents('globex', '92 days');
    await rows.addJobs('1 day', 3);
    const { status, out, error } = await project.plinth(['retention', '--dry-run']);
    expect({ status, error }).toEqual({ status: 0, error: '' });
    expect(out.replaceAll(DAY, '…')).toBe(
      [
        'events: 1,201 rows',
        '  events.created_at before …, kept for 90 days',
        '  acme    1,200 rows, the oldest of …',
        '  globex  1 row, the oldest of …',
        'jobs: nothing is due',
        '  jobs.ended_at before …, kept for 30 days',
      ].join('\n'),
    );
    expect(await rows.count('events')).toBe(1201);
  });

  it('tells a class without tenants and its condition', async () => {
    await rows.addJobs('31 days', 2);
    await project.configure({
      ...config(),
      retention: { classes: [{ ...JOBS, where: "state = 'ended'" }] },
    });
    const { out } = await project.plinth(['retention', '--dry-run']);
    expect(out.replaceAll(DAY, '…')).toBe(
      [
        'jobs: 2 rows',
        "  jobs.ended_at before …, kept for 30 days, where state = 'ended'",
        '  2 rows, the oldest of …',
      ].join('\n'),
    );
  });

  it('says that its connection was lost, and what to do', async () => {
    const run = () => project.plinth(['retention', '--dry-run']);
    const { status, error } = await endSessionsAt(all, 'jobs', run);
    expect({ status, lines: error.split('\n') }).toEqual({
      status: 1,
      lines: [
        'error: the connection to the database was lost: terminating connection due to administrator command',
        'hint: Look whether the server is up, and run the command again.',
        'code: CLI_CONNECTION_LOST',
      ],
    });
  });

  it('lists twenty tenants, and all of them with --json', async () => {
    for (let number = 10; number < 35; number++) {
      await all.engine.query('INSERT INTO tenants VALUES ($1)', [`tenant ${number}`]);
      await rows.addEvents(`tenant ${number}`, '91 days');
    }
    const { out } = await project.plinth(['retention', '--dry-run', '--class', 'events']);
    const json = await project.plinth(['retention', '--dry-run', '--json']);
    await all.engine.query("DELETE FROM tenants WHERE id LIKE 'tenant %'");
    expect(out.split('\n')).toHaveLength(23);
    expect(out).toMatch(/ {2}and 5 tenants more; --json lists all$/);
    const { classes } = JSON.parse(json.out);
    expect(classes[0]).toMatchObject({ ...EVENTS, due: 25, isMore: false });
    expect(classes[0].owners).toHaveLength(25);
  });

  it('hints at a missing index', async () => {
    await project.configure({
      ...config(),
      retention: { classes: [{ ...JOBS, name: 'old', where: 'true', column: 'started_at' }] },
    });
    await all.engine.query('ALTER TABLE jobs ADD COLUMN started_at timestamptz');
    const { error } = await project.plinth(['retention', '--dry-run']);
    await all.engine.query('ALTER TABLE jobs DROP COLUMN started_at');
    expect(error).toBe(
      'hint: old: every batch reads the whole table: create an index on jobs (started_at)',
    );
  });
});

describe('plinth retention', () => {
  it('removes what is due, and says what is left', async () => {
    await rows.addEvents('acme', '91 days', 3);
    await rows.addEvents('globex', '1 day', 3);
    await rows.addJobs('31 days');
    const { status, out, error } = await project.plinth(['retention']);
    expect({ status, error }).toEqual({ status: 0, error: '' });
    expect(out.replaceAll(DAY, '…')).toBe(
      ['events: 3 rows of 1 tenant removed; the oldest left is of …', 'jobs: 1 row removed'].join(
        '\n',
      ),
    );
    expect(await rows.events()).toEqual({ 'globex 1 day': 3 });
  });

  it('names a problem and exits with 1', async () => {
    await rows.addEvents('acme', '91 days');
    await all.engine.query(`
      CREATE TABLE notes (event integer CONSTRAINT notes_event REFERENCES events);
      INSERT INTO notes VALUES (1)`);
    const { status, error } = await project.plinth(['retention']);
    await all.engine.query('DROP TABLE notes');
    expect(status).toBe(1);
    expect(error).toMatch(/^events, tenant acme: update or delete on table "events" .*notes_event/);
  });

  it('ends at once where another run is at it, with 0', async () => {
    await rows.addJobs('31 days');
    await all.transaction(async (tx) => {
      await tx.execute(`SELECT pg_advisory_xact_lock(x'706c696e'::integer, x'72657465'::integer)`);
      const { status, out } = await project.plinth(['retention']);
      expect(status).toBe(0);
      expect(out).toMatch(/^nothing to do: server process \d+ \(.+\) runs retention already$/);
    });
    expect(await rows.count('jobs')).toBe(1);
  });

  it('ends after the batch when it is interrupted, with 130', async () => {
    await rows.addEvents('acme', '91 days', 300);
    const stop = new AbortController();
    project.around = {
      untilInterrupted: async (work) => {
        stop.abort(new Interruption('SIGINT'));
        return await work(stop.signal);
      },
    };
    const { status, error } = await project.plinth(['retention']);
    expect(status).toBe(130);
    expect(error).toContain('stopped by SIGINT');
    expect(await rows.count('events')).toBe(300);
  });

  it.each([
    [['--class', 'evnts'], 1, 'RETENTION_CLASS_INVALID'],
    [['--share', '0'], 2, 'CLI_USAGE'],
    [['--share', 'half'], 2, 'CLI_USAGE'],
    [['--max-replica-lag', '-1'], 2, 'CLI_USAGE'],
  ])('refuses %j', async (args, expected, code) => {
    const { status, error } = await project.plinth(['retention', ...args]);
    expect(status).toBe(expected);
    expect(error).toContain(code);
  });

  it('says how classes are named where there are none', async () => {
    await project.configure({ url: server.url });
    const { status, error } = await project.plinth(['retention']);
    expect(status).toBe(1);
    expect(error).toContain('names no classes of retention');
  });

  it('refuses a configuration that misspells a class', async () => {
    await project.configure({ ...config(), retention: { classes: [{ ...JOBS, keeps: '1 day' }] } });
    const { error } = await project.plinth(['retention', '--dry-run']);
    expect(error).toContain('CONFIG_INVALID');
    expect(error).toContain('keeps');
  });

  it('goes on after kill -9, and lost nothing', { timeout: 60_000 }, async () => {
    await rows.addEvents('acme', '91 days', 2000);
    await rows.addEvents('acme', '89 days', 50);
    await project.write('plinth.config.mjs', `export default ${JSON.stringify(config())};`);
    // It rests twenty times as long as a batch takes, so it is killed in the middle.
    const running = spawn(process.execPath, [PROGRAM, 'retention', '--share', '0.005'], {
      cwd: project.folder,
      env: project.env,
      stdio: 'ignore',
    });
    child = running;
    const ended = once(running, 'close');
    await vi.waitUntil(async () => (await rows.count('events')) < 2050, { timeout: 30_000 });
    running.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
    const left = await rows.count('events');
    expect(left).toBeGreaterThan(50);
    await using watcher = await openEngine({ url: server.url, poolSize: 1 });
    await vi.waitUntil(async () => (await locks(watcher)) === 0, { timeout: 30_000 });
    const { status, out } = await project.plinth(['retention']);
    expect(status).toBe(0);
    expect(out).toContain(`events: ${(left - 50).toLocaleString('en')} rows of 1 tenant removed`);
    expect(await rows.events()).toEqual({ 'acme 89 days': 50 });
  });

  async function locks(engine: Awaited<ReturnType<typeof openEngine>>): Promise<number> {
    const { rows: held } = await engine.query(
      `SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database
       WHERE locktype = 'advisory' AND datname = $1`,
      [server.name],
    );
    return held.length;
  }
});
