// `plinth upgrade`, `downgrade`, `current`, `stamp` and `ensure-version`: their options, what they
// show while they work, and what is left when somebody stops them.

import { PassThrough } from 'node:stream';
import { openEngine } from 'plinth';
import { createDatabase } from 'plinth/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { Interruption } from '../src/cli/interruption.js';
import { CliProject } from './support/cli-project.js';

const own = useServer();
let url: string;
let drop: () => Promise<void>;
let project: CliProject;

beforeEach(async () => {
  ({ url, drop } = await createDatabase(own.server.url));
  project = await CliProject.create({ url });
});

afterEach(async () => {
  await project[Symbol.asyncDispose]();
  await drop();
});

const run = (...args: readonly string[]) => project.plinth(args);

async function ran(...args: readonly string[]): Promise<string> {
  const { status, out, error } = await run(...args);
  expect({ status, error }).toEqual({ status: 0, error: '' });
  return out;
}

const json = async (...args: readonly string[]) => JSON.parse(await ran(...args, '--json'));

async function write(id: string, revises: string, upgrade: string, downgrade = ''): Promise<void> {
  await project.write(
    `revisions/${id}.sql`,
    [
      `-- plinth:revision ${id}`,
      `-- plinth:revises ${revises}`,
      `-- plinth:message about ${id}`,
      '-- plinth:upgrade',
      upgrade,
      '-- plinth:downgrade',
      downgrade,
      '',
    ].join('\n'),
  );
}

/** Three tables, one on the other. */
async function writeThree(): Promise<void> {
  await write('aaaa', '(base)', 'CREATE TABLE a (id int);', 'DROP TABLE a;');
  await write('bbbb', 'aaaa', 'CREATE TABLE b (id int);', 'DROP TABLE b;');
  await write('cccc', 'bbbb', 'CREATE TABLE c (id int);', 'DROP TABLE c;');
}

async function query(text: string): Promise<readonly Record<string, unknown>[]> {
  await using engine = await openEngine({ url, poolSize: 1 });
  return (await engine.query(text)).rows;
}

const tables = async () =>
  (
    await query(`SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relkind = 'r' ORDER BY relname`)
  ).map(({ relname }) => relname);

async function sleepers(): Promise<number> {
  return (await query(`SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'`)).length;
}

const withoutTimes = (out: string) => out.replace(/\(\d+ ms\)/g, '(… ms)').split('\n');

describe('a run of revisions', () => {
  beforeEach(writeThree);

  it('says what it did, in lines or as data', async () => {
    expect(withoutTimes(await ran('upgrade', '+2'))).toEqual([
      'upgrade  aaaa  about aaaa  (… ms)',
      'upgrade  bbbb  about bbbb  (… ms)',
      '2 revisions applied, at bbbb',
    ]);
    expect(await json('upgrade')).toEqual({
      direction: 'upgrade',
      ran: [{ id: 'cccc', message: 'about cccc', durationMs: expect.any(Number) }],
      current: ['cccc'],
      warnings: [],
    });
    expect(await json('upgrade')).toMatchObject({ ran: [], current: ['cccc'] });
    expect(await ran('upgrade')).toBe('nothing to do, at cccc');
    expect(await json('downgrade', '-1')).toMatchObject({ direction: 'downgrade' });
    expect(withoutTimes(await ran('downgrade', 'base'))).toEqual([
      'downgrade  bbbb  about bbbb  (… ms)',
      'downgrade  aaaa  about aaaa  (… ms)',
      '2 revisions undone, at base',
    ]);
  });

  it('takes its options before and behind the name of the command', async () => {
    await project.configure({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
    expect(await ran('--url', url, 'upgrade', 'aaaa')).toContain('at aaaa');
    expect(await ran('upgrade', '--url', url, 'bbbb')).toContain('at bbbb');
    expect(await ran('--url', 'postgres://x@127.0.0.1:1/x', 'upgrade', '--url', url)).toContain(
      'at cccc',
    );
  });

  it('writes its tag into the ledger', async () => {
    await ran('upgrade', 'aaaa', '--tag', 'release 7');
    expect(await query('SELECT revision, tag FROM plinth.ledger')).toEqual([
      { revision: 'aaaa', tag: 'release 7' },
    ]);
  });

  it('is one transaction with --single-transaction', async () => {
    await write('dddd', 'cccc', 'SELECT 1/0;');
    const failed = await run('upgrade', '--single-transaction');
    expect(failed.status).toBe(1);
    expect(failed.error).toContain('division by zero');
    expect(await tables()).toEqual([]);
    expect((await run('upgrade')).status).toBe(1);
    expect(await tables()).toEqual(['a', 'b', 'c']);
  });

  it('hands -x to a revision in TypeScript, wherever it stands', async () => {
    await project.write(
      'revisions/dddd.ts',
      [
        '// plinth:revision dddd',
        '// plinth:revises cccc',
        '// plinth:message about dddd',
        '// plinth:irreversible it is a test',
        'export async function upgrade(tx, { x }) {',
        "  await tx.query('CREATE TABLE told AS SELECT $1::text AS x', [JSON.stringify(x)]);",
        '}',
        '',
      ].join('\n'),
    );
    await ran('-x', 'a=1', 'upgrade', '-x', 'b=x=y', '-x', 'dry');
    expect(JSON.parse(String((await query('SELECT x FROM told'))[0]?.x))).toEqual({
      a: '1',
      b: 'x=y',
      dry: '',
    });
  });

  it('is printed as a script with --sql, and nothing is connected to', async () => {
    await project.configure({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
    const script = await ran('upgrade', 'aaaa:bbbb', '--sql');
    expect(script).toContain('CREATE TABLE b');
    expect(script).not.toContain('CREATE TABLE a');
    expect(await ran('downgrade', 'bbbb:base', '--sql')).toMatch(/DROP TABLE b[\s\S]*DROP TABLE a/);
    expect((await json('upgrade', 'head', '--sql')).script).toContain('CREATE TABLE c');
  });

  it.each([
    [['upgrade', 'aaaa:bbbb'], 1, '"aaaa:bbbb" is a range, which only --sql takes'],
    [['upgrade', '--sql', '--single-transaction'], 2, "cannot be used with option '--single"],
    [['upgrade', '--lock-timeout', '-1'], 2, 'must be a number of seconds'],
    [['upgrade', '--lock-retries', 'many'], 2, 'must be a whole number'],
    [['upgrade', '-x', '=1'], 2, 'Write it as key=value'],
    [['downgrade', '--sql', 'base'], 1, 'REVISION_RANGE_INVALID'],
  ] as const)('is refused: %s', async (args, status, says) => {
    const refused = await run(...args);
    expect(refused).toMatchObject({ status, out: '' });
    expect(refused.error).toContain(says);
  });

  it('says in PostgreSQL’s words what a role may not do', async () => {
    const role = `deployer_${Date.now()}`;
    await query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    const weak = new URL(url);
    weak.username = role;
    weak.password = 'secret';
    try {
      expect(await run('upgrade', '--url', weak.href)).toMatchObject({
        status: 1,
        out: '',
        error: [
          "error: PostgreSQL refused a statement of Plinth's own",
          `  PostgreSQL: permission denied for database ${weak.pathname.slice(1)} (SQLSTATE 42501)`,
          'hint: Run it as a role that may do this, such as the owner of the database.',
          'code: CLI_DATABASE_REFUSED',
        ].join('\n'),
      });
      const asJson = await run('ensure-version', '--json', '--url', weak.href);
      expect(JSON.parse(asJson.error).error).toMatchObject({
        code: 'CLI_DATABASE_REFUSED',
        details: { sqlstate: '42501' },
      });
    } finally {
      await query(`DROP ROLE ${role}`);
    }
  });

  it('is one JSON object with --json when it failed', async () => {
    await write('dddd', 'cccc', 'SELECT nothing;');
    const { status, out, error } = await run('upgrade', '--json');
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(JSON.parse(error)).toEqual({
      error: {
        code: 'MIGRATE_STATEMENT_FAILED',
        message: expect.stringContaining('column "nothing" does not exist'),
        hint: expect.any(String),
        details: expect.objectContaining({ revision: 'dddd', sqlstate: '42703' }),
      },
    });
  });
});

describe('what the configuration says of runs', () => {
  beforeEach(writeThree);

  it('is the ledger of every command', async () => {
    await project.configure({ url, ledger: 'side' });
    expect(await json('ensure-version')).toMatchObject({ created: true });
    await ran('upgrade', 'bbbb');
    expect(await query('SELECT revision FROM plinth.side ORDER BY entry')).toHaveLength(2);
    expect(await query(`SELECT to_regclass('plinth.ledger') AS other`)).toEqual([{ other: null }]);
    expect(await ran('current')).toContain('bbbb, 1 pending');
    expect(await ran('history', '-i')).toContain('bbbb (current)');
    expect(await ran('upgrade', '--dry-run')).toContain('from bbbb to cccc');
    expect(await ran('stamp', 'cccc')).toContain('at cccc; nothing was run');
    expect(await ran('downgrade', 'bbbb', '--dry-run')).toContain('1 revision would be undone');
    for (const command of ['upgrade', 'stamp'] as const) {
      expect(await ran(command, 'head', '--sql')).toContain('plinth.side');
    }
    expect(await ran('ensure-version', '--sql')).toContain('plinth.side');
  });

  it('counts less than the command line', async () => {
    await project.configure({ url, lockTimeout: 0.3 });
    await write('dddd', 'cccc', 'SELECT pg_sleep(600);');
    const stopping = new AbortController();
    project.around = { untilInterrupted: (work) => work(stopping.signal) };
    const upgrade = run('upgrade');
    await vi.waitUntil(async () => (await sleepers()) > 0, { timeout: 20_000 });
    project.around = {};
    expect((await run('upgrade')).error).toContain('not free within 0.3 s');
    expect((await run('upgrade', '--lock-timeout', '0.1')).error).toContain(
      'not free within 0.1 s',
    );
    expect((await run('stamp', 'head')).error).toContain('not free within 0.3 s');
    stopping.abort(new Interruption('SIGINT'));
    await upgrade;
  });
});

describe('plinth current', () => {
  beforeEach(writeThree);

  it('says where the database is, and fails on demand where something is pending', async () => {
    expect(await ran('current')).toBe(
      ['base, 3 pending:', '  aaaa  about aaaa', '  bbbb  about bbbb', '  cccc  about cccc'].join(
        '\n',
      ),
    );
    await ran('upgrade', 'bbbb');
    expect(await run('current', '--check-heads')).toEqual({
      status: 1,
      out: 'bbbb, 1 pending:\n  cccc  about cccc',
      error: 'hint: Apply what is pending with `plinth upgrade`.',
    });
    await ran('upgrade');
    expect(await ran('current', '--check-heads')).toBe('cccc (head)');
    const verbose = await ran('current', '-v');
    expect(verbose).toContain(`Database:      ${new URL(url).protocol}//`);
    expect(verbose).toContain('Revision:      cccc (current, head)');
    expect(verbose).not.toContain(new URL(url).password || 'no password');
    expect(await json('current')).toMatchObject({
      state: 'current',
      current: [{ id: 'cccc', isHead: true, isCurrent: true }],
      pending: [],
    });
  });

  it.each([
    [
      'newer than the code',
      async () => await project.remove('revisions/cccc.sql'),
      'newer than the code: cccc in no file',
      'unknown',
    ],
    [
      'changed',
      async () => await write('cccc', 'bbbb', 'CREATE TABLE c (id bigint);', 'DROP TABLE c;'),
      'cccc, changed: see the warnings',
      'changed',
    ],
  ])('fails where the database is %s', async (_, change, says, state) => {
    await ran('upgrade');
    await change();
    const found = await run('current');
    expect(found).toMatchObject({ status: 1, out: says });
    expect(found.error).toContain('hint: ');
    const { status, out, error } = await run('current', '--json');
    expect({ status, error }).toEqual({ status: 1, error: '' });
    expect(JSON.parse(out)).toMatchObject({ state });
  });

  it('fails where a revision was slipped in below another one', async () => {
    await ran('upgrade');
    await write('abbb', 'aaaa', 'SELECT 1;');
    await write('bbbb', 'abbb', 'CREATE TABLE b (id int);', 'DROP TABLE b;');
    const { status, out, error } = await run('current');
    expect({ status, out }).toEqual({ status: 1, out: 'aaaa, cccc, skipped: see the warnings' });
    expect(error).toContain('warning: abbb: never applied, although a later revision is');
    expect((await run('upgrade')).error).toContain('MIGRATE_OUT_OF_ORDER');
  });

  it('fails where a revision is half-way', async () => {
    await write('dddd', 'cccc', 'VACUUM a;\nCREATE INDEX CONCURRENTLY ON nowhere (id);');
    expect((await run('upgrade')).status).toBe(1);
    const found = await run('current');
    expect(found).toMatchObject({ status: 1, out: 'cccc, interrupted: see the warnings' });
    expect(found.error).toContain('dddd: its upgrade was interrupted half-way');
  });
});

describe('plinth stamp and ensure-version', () => {
  beforeEach(writeThree);

  it('say in the ledger what is applied, and run nothing', async () => {
    expect((await ran('stamp', 'bbbb')).split('\n')).toEqual([
      'stamped  aaaa  about aaaa',
      'stamped  bbbb  about bbbb',
      'at bbbb; nothing was run',
    ]);
    expect(await ran('stamp', 'bbbb')).toBe('nothing to do, at bbbb');
    expect(await tables()).toEqual([]);
    expect(await json('stamp', 'base')).toEqual({
      applied: [],
      removed: ['bbbb', 'aaaa'],
      current: [],
    });
  });

  it('take away what is in no file with --purge', async () => {
    await ran('stamp', 'head');
    await project.remove('revisions/cccc.sql');
    expect((await run('stamp', 'aaaa')).error).toContain('MIGRATE_UNKNOWN_REVISION');
    expect((await ran('stamp', '--purge', 'bbbb')).split('\n')).toEqual([
      'removed  cccc  in no file',
      'at bbbb; nothing was run',
    ]);
  });

  it('create the ledger, once', async () => {
    const shown = url.replace(/:[^:@/]*@/, '@');
    expect(await ran('ensure-version')).toContain('created the ledger in ');
    expect(await json('ensure-version')).toEqual({ database: shown, created: false });
    expect(await query('SELECT count(*)::int FROM plinth.ledger')).toEqual([{ count: 0 }]);
  });

  it('are printed as scripts with --sql, and nothing is connected to', async () => {
    await project.configure({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
    expect(await ran('stamp', 'head', '--sql')).toContain('plinth.ledger');
    expect((await json('ensure-version', '--sql')).script).toContain('CREATE TABLE');
    expect((await run('stamp', 'aaaa', 'bbbb', '--sql')).error).toContain(
      '--sql takes one revision or range, not 2',
    );
  });
});

/** Somebody else's session, in a transaction that holds a lock. */
async function holdLock(table: string) {
  const engine = await openEngine({ url, poolSize: 1, applicationName: 'somebody' });
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  let work = Promise.resolve();
  const pid = await new Promise<number>((resolve) => {
    work = engine.withConnection(async (connection) => {
      await connection.query(`BEGIN; LOCK TABLE ${table}`);
      const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      resolve(rows[0]?.pid ?? 0);
      await ended;
      await connection.query('ROLLBACK');
    });
  });
  const release = async () => {
    end();
    await work;
    await engine.close();
  };
  return { pid, release };
}

describe('what is shown while it works', () => {
  beforeEach(async () => {
    await write('aaaa', '(base)', 'CREATE TABLE a (id int);');
    await write('bbbb', 'aaaa', 'SELECT 1;\nALTER TABLE a\n  ADD b int;');
    await ran('upgrade', 'aaaa');
  });

  it('is one line on a screen, drawn anew: the statement, the time, and who is in the way', async () => {
    const stream = new PassThrough({ encoding: 'utf8' });
    const drawn: string[] = [];
    stream.on('data', (text: string) => drawn.push(text));
    project.around = { screen: { stream, columns: () => 120 } };
    const lock = await holdLock('a');
    const upgrade = run('upgrade', '--statement-lock-timeout', '0');
    await vi.waitUntil(() => drawn.join('').includes('waits for process'), { timeout: 20_000 });
    await lock.release();
    expect(await upgrade).toMatchObject({ status: 0, error: '' });
    expect(drawn.join('')).toMatch(
      new RegExp(`upgrade  bbbb  [\\d.]+ m?s  waits for process ${lock.pid} \\(somebody, `),
    );
    expect(drawn.join('')).toContain('2/2 ALTER TABLE a');
    // Nothing of it is left, and no line was longer than the screen.
    const ESC = '\u001b';
    expect(drawn.join('').endsWith(`${ESC}[1G${ESC}[2K`)).toBe(true);
    const lines = drawn
      .join('')
      .split(ESC)
      .map((line) => line.replace(/^\[\d[GK]/, ''));
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(120);
  });

  it('is a line in a pipe where there is news, without control characters', async () => {
    const lock = await holdLock('a');
    const upgrade = run('upgrade', '--statement-lock-timeout', '0');
    await vi.waitUntil(() => project.told.length > 0, { timeout: 20_000 });
    await lock.release();
    const { status, error } = await upgrade;
    expect(status).toBe(0);
    expect(error).toMatch(/^[^\p{Cc}]*$/u);
    expect(error).toMatch(
      new RegExp(`^blocked  bbbb:6  waits for process ${lock.pid} \\(somebody, .*\\)$`),
    );
  });
});

describe('somebody who stops it', () => {
  it('need not wait for another runner', async () => {
    await write('aaaa', '(base)', 'SELECT pg_sleep(600);');
    const first = new AbortController();
    project.around = { untilInterrupted: (work) => work(first.signal) };
    const upgrade = run('upgrade');
    await vi.waitUntil(async () => (await sleepers()) > 0, { timeout: 20_000 });
    const second = new AbortController();
    project.around = { untilInterrupted: (work) => work(second.signal) };
    const waits = run('upgrade');
    await vi.waitUntil(() => project.told.length > 0, { timeout: 20_000 });
    expect(project.told[0]).toMatch(
      /^waiting for the migration lock: server process \d+ .*holds it$/,
    );
    second.abort(new Interruption('SIGTERM'));
    const stopped = await waits;
    expect(stopped.status).toBe(143);
    expect(stopped.error).toContain('stopped by SIGTERM; the database is at base');
    first.abort(new Interruption('SIGINT'));
    expect((await upgrade).status).toBe(130);
  });

  it('has the statement cancelled, is told where the database is, and can go on', async () => {
    await writeThree();
    await write('dddd', 'cccc', 'CREATE TABLE d (id int);\nSELECT pg_sleep(600);');
    const stopping = new AbortController();
    project.around = { untilInterrupted: (work) => work(stopping.signal) };
    const upgrade = run('upgrade');
    await vi.waitUntil(async () => (await sleepers()) > 0, { timeout: 20_000 });
    stopping.abort(new Interruption('SIGINT'));
    const { status, out, error } = await upgrade;
    expect(status).toBe(130);
    expect(out).toContain('upgrade  cccc  about cccc');
    expect(error).toContain('stopped by SIGINT; the database is at cccc');
    expect(await tables()).toEqual(['a', 'b', 'c']);
    expect(
      await query(
        `SELECT 1 FROM pg_locks WHERE locktype = 'advisory'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      ),
    ).toEqual([]);
    project.around = {};
    await write('dddd', 'cccc', 'CREATE TABLE d (id int);');
    expect(await ran('upgrade')).toContain('1 revision applied, at dddd');
  });
});
