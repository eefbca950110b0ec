import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectSocket, createServer } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'plinth';
import { loadRevisions, type RevisionGraph, upgrade } from 'plinth/migrate';
import { createDatabase } from 'plinth/testing';
import { describe, expect, inject, it } from 'vitest';
import { useDatabase, useServer } from '../../test/support/database.js';
import { historyWithoutVectors } from '../../test/support/service-history.js';
import { REVISIONS_FOLDER } from '../src/start.js';
import { useProcesses } from './support/process.js';
import { copyRevisions } from './support/revisions.js';
import { callUrl, DATABASES } from './support/service.js';
import { connectEither } from './support/upgraded-database.js';

const processes = useProcesses();
const whole = await loadRevisions(REVISIONS_FOLDER);
/** The history on the server of the tests, which has no pgvector. */
const cut = await historyWithoutVectors();
const HISTORIES = { embedded: whole, server: cut } as const;
const headOf = ({ heads }: RevisionGraph) => heads.map(({ id }) => id).join(', ');

describe.each(DATABASES)('the process on the %s database', (kind) => {
  const database = kind === 'server' ? useDatabase() : { url: 'pglite://./.plinth/data' };
  const { revisions } = HISTORIES[kind];
  const head = headOf(HISTORIES[kind]);
  const shown = () => database.url.replace(/:[^:@/]*@/, '@');

  it('says where it is, keeps a task through kill -9, and ends with 0', async () => {
    const folder = processes.makeFolder();
    const environment = { DATABASE_URL: database.url };
    const first = processes.start(folder, environment);
    const created = await callUrl(`${await first.url}/api/tasks`, 'POST', { title: 'survives' });
    expect(created.status).toBe(201);
    first.child.kill('SIGKILL');
    const { stdout, stderr } = await first.exit;
    expect(stderr).toBe('');
    const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
    expect(lines).toEqual([
      `Plinth service listening on ${await first.url}`,
      expect.stringMatching(/^database {3}\S+ \((embedded )?PostgreSQL \d+\.\d+\)$/),
      `revisions  ${revisions.length} applied now, at head ${head}`,
      expect.stringMatching(
        kind === 'server' ? /^tenants {4}refused: / : /^tenants {4}served; an /,
      ),
      expect.stringMatching(
        kind === 'server'
          ? /^documents {2}refused: the PostgreSQL server has no pgvector/
          : /^documents {2}found by their words \(feature-hashing-384\); /,
      ),
      `API page   ${await first.url}/docs`,
    ]);
    expect(lines[1]).toContain(shown());

    const second = processes.start(folder, environment);
    const path = created.headers.get('location');
    const read = await callUrl(`${await second.url}${path}`, 'GET');
    expect(read.body).toEqual(created.body);
    second.child.kill('SIGTERM');
    const end = await second.exit;
    expect(end.stdout).toContain(`revisions  at head ${head}, nothing to apply`);
    expect([end.code, end.stderr]).toEqual([0, '']);
  });
});

it('two that start at once on a new database share the work', async () => {
  const database = await createDatabase(inject('serverUrl'));
  const environment = { DATABASE_URL: database.url };
  const both = [1, 2].map(() => processes.start(processes.makeFolder(), environment));
  for (const { url } of both) {
    expect((await callUrl(`${await url}/health/ready`, 'GET')).status).toBe(200);
  }
  for (const { child } of both) child.kill('SIGTERM');
  const exits = await Promise.all(both.map(({ exit }) => exit));
  const lines = exits.map(({ stdout }) => /^revisions {2}(.*)$/m.exec(stdout)?.[1]);
  // Each revision is applied once, whichever of the two does it.
  const applied = lines.map((line) => Number(/^(\d+) applied/.exec(line ?? '')?.[1] ?? 0));
  expect(applied.reduce((sum, count) => sum + count)).toBe(cut.revisions.length);
  expect(exits.map(({ code }) => code)).toEqual([0, 0]);
  await database.drop();
});

describe('the end', () => {
  it('finishes the request in flight, is not ready meanwhile, and exits with 0', async () => {
    const running = processes.start(processes.makeFolder(), { DATABASE_URL: 'pglite://memory' });
    const url = await running.url;
    const body = '{"title":"in flight"}';
    const socket = connectSocket(Number(new URL(url).port), '127.0.0.1');
    const answer = text(socket);
    socket.write(
      `POST /api/tasks HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n` +
        `Content-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
    );
    // The service has seen the first half once it answers what was sent after it.
    await callUrl(`${url}/health/live`, 'GET');
    running.child.kill('SIGTERM');
    let ready = await callUrl(`${url}/health/ready`, 'GET');
    while (ready.status === 200) ready = await callUrl(`${url}/health/ready`, 'GET');
    expect(JSON.parse(ready.text)).toEqual({
      status: 'not ready',
      database: 'connected',
      migrations: 'current',
    });
    expect(ready.headers.get('connection')).toBe('close');
    socket.write(body.slice(5));
    expect(await answer).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
    expect(await running.exit).toMatchObject({ code: 0, stderr: '' });
  });

  // The first lines that are lost are those of requests, or those of the end itself.
  it.each([3, 0])('comes although nobody reads the log of %i requests', async (requests) => {
    const running = processes.start(processes.makeFolder(), { DATABASE_URL: 'pglite://memory' });
    const url = await running.url;
    running.child.stdout?.destroy();
    for (let sent = 0; sent < requests; sent += 1) {
      expect((await callUrl(`${url}/api/tasks`, 'GET')).status).toBe(200);
    }
    running.child.kill('SIGTERM');
    expect(await running.exit).toMatchObject({ code: 0, stderr: '' });
  });

  it('comes while the service still starts, after the revision at work', async () => {
    const database = await createDatabase(inject('serverUrl'));
    await using holder = await connect({ url: database.url });
    await holder.engine.withConnection(async (connection) => {
      // A table of the same name that is not committed yet: the start waits for it.
      await connection.query('BEGIN');
      await connection.query('CREATE TABLE tasks ()');
      const running = processes.start(processes.makeFolder(), { DATABASE_URL: database.url });
      const isWaiting = async () =>
        (
          await holder.engine.query(
            `SELECT FROM pg_stat_activity WHERE datname = current_database()
             AND application_name = 'plinth-service' AND wait_event_type = 'Lock'`,
          )
        ).rowCount === 1;
      while (!(await isWaiting()));
      running.child.kill('SIGTERM');
      const { stderr } = running.child;
      if (stderr === null) throw new Error('its errors cannot be read');
      // Once it knows, the revision may go on.
      await once(stderr, 'data');
      await connection.query('ROLLBACK');
      expect(await running.exit).toEqual({
        code: 0,
        stdout: '',
        stderr: 'SIGTERM: the start ends after the revision at work\n',
      });
    });
    const { rows } = await holder.engine.query(
      `SELECT to_regclass('tasks') IS NULL AS tasks, to_regclass('todos') IS NULL AS todos`,
    );
    expect(rows).toEqual([{ tasks: false, todos: true }]);
    await holder.close();
    await database.drop();
  });

  it('comes at once with a second signal', async () => {
    const running = processes.start(processes.makeFolder(), { DATABASE_URL: 'pglite://memory' });
    const url = await running.url;
    const socket = connectSocket(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('POST /api/tasks HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n');
    socket.write('Content-Length: 99\r\n\r\n{');
    await callUrl(`${url}/health/live`, 'GET');
    running.child.kill('SIGINT');
    let ready = await callUrl(`${url}/health/ready`, 'GET');
    while (ready.status === 200) ready = await callUrl(`${url}/health/ready`, 'GET');
    running.child.kill('SIGINT');
    expect((await running.exit).code).toBe(1);
  });
});

describe('a start that cannot be', () => {
  const guarded = useServer({ password: 'right' });

  /** Starts and expects one line with what happened, one with what to do, and exit status 1. */
  async function expectFailure(folder: string, environment: Record<string, string>) {
    const { code, stderr } = await processes.start(folder, environment).exit;
    expect(code).toBe(1);
    const [error = '', hint = '', ...rest] = stderr.trimEnd().split('\n');
    expect(rest).toEqual([]);
    expect(hint).toMatch(/^hint: .+\.$/);
    return error;
  }

  it('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const environment = { DATABASE_URL: 'pglite://memory', PORT: port };
    expect(await expectFailure(processes.makeFolder(), environment)).toBe(
      `error: port ${port} of 127.0.0.1 is in use`,
    );
    server.close();
  });

  it('a folder that is a file', async () => {
    const folder = processes.makeFolder();
    writeFileSync(join(folder, '.plinth'), '');
    expect(await expectFailure(folder, {})).toMatch(/^error: the folder .* cannot be written/);
  });

  it('a second service on the same embedded folder', async () => {
    const folder = processes.makeFolder();
    const first = processes.start(folder);
    await first.url;
    expect(await expectFailure(folder, {})).toMatch(
      new RegExp(`^error: the embedded database .* is in use by process ${first.child.pid}`),
    );
  });

  it('a server that is not there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    server.close();
    await once(server, 'close');
    const url = `postgres://someone:hush@127.0.0.1:${port}/db`;
    const error = await expectFailure(processes.makeFolder(), { DATABASE_URL: url });
    expect(error).toContain('cannot connect to postgres://someone@127.0.0.1');
    expect(error).not.toContain('hush');
  });

  it('a wrong password', async () => {
    const url = new URL(guarded.server.url);
    url.password = 'hush';
    const error = await expectFailure(processes.makeFolder(), { DATABASE_URL: url.href });
    expect(error).toMatch(/password authentication failed/);
    expect(error).not.toContain('hush');
  });

  it.each(['true', 'false'])(
    'a database newer than the code, MIGRATE_ON_START=%s',
    async (flag) => {
      const folder = processes.makeFolder();
      const revisions = join(folder, 'revisions');
      cpSync(REVISIONS_FOLDER, revisions, { recursive: true });
      writeFileSync(
        join(revisions, '20261121_0900_aaaabbbbcccc_newer.sql'),
        `-- plinth:revision aaaabbbbcccc\n-- plinth:revises ${headOf(cut)}\n-- plinth:message newer\n\n` +
          '-- plinth:upgrade\nSELECT 1;\n\n-- plinth:downgrade\nSELECT 1;\n',
      );
      const database = await createDatabase(inject('serverUrl'));
      const db = await connect({ url: database.url });
      await upgrade(db, 'aaaabbbbcccc', { revisions });
      await db.close();
      const environment = { DATABASE_URL: database.url, MIGRATE_ON_START: flag };
      expect(await expectFailure(folder, environment)).toContain('aaaabbbbcccc');
      await database.drop();
    },
  );

  it.each(['true', 'false'])(
    'an applied revision whose file was changed, MIGRATE_ON_START=%s',
    async (flag) => {
      const revisions = copyRevisions((sql) => sql.replace('varchar(500)', 'varchar(400)'));
      const database = await createDatabase(inject('serverUrl'));
      const db = await connect({ url: database.url });
      await upgrade(db, headOf(cut), { revisions });
      await db.close();
      rmSync(revisions, { recursive: true });
      const environment = { DATABASE_URL: database.url, MIGRATE_ON_START: flag };
      const error = await expectFailure(processes.makeFolder(), environment);
      expect(error).toMatch(/changed since it was applied/);
      expect(error).toContain('c27ae4f09d51_create_todos.sql');
      await database.drop();
    },
  );

  it('settings that are wrong, all in one report', async () => {
    const folder = processes.makeFolder();
    writeFileSync(join(folder, '.env'), 'PORT=none\nLOG_LEVEL=loud\nHOST=127.0.0.1\n');
    const environment = { PORT: '99999', DATABASE_URL: 'mysql://u:hush@h/db' };
    const { code, stderr } = await processes.start(folder, environment).exit;
    expect(code).toBe(1);
    expect(stderr.split('\n')).toEqual([
      'error: 3 settings cannot be used:',
      '  LOG_LEVEL is "loud", and must be one of fatal, error, warn, info, debug, trace, silent',
      '  PORT is "99999", and must be a port from 0 to 65535',
      expect.stringMatching(/^ {2}DATABASE_URL cannot be used: its scheme "mysql" is unknown/),
      'hint: Correct what is named, in the environment or in .env; .env.example describes it.',
      '',
    ]);
    expect(stderr).not.toContain('hush');
  });
});

describe('settings of a process', () => {
  it('MIGRATE_ON_START=false starts, says what is pending, and is not ready', async () => {
    const folder = processes.makeFolder();
    const running = processes.start(folder, {
      DATABASE_URL: 'pglite://memory',
      MIGRATE_ON_START: 'false',
    });
    const ready = await callUrl(`${await running.url}/health/ready`, 'GET');
    expect([ready.status, JSON.parse(ready.text).migrations]).toEqual([503, 'pending']);
    running.child.kill('SIGTERM');
    const { stdout } = await running.exit;
    expect(stdout).toContain(
      `revisions  not upgraded (MIGRATE_ON_START=false), ${whole.revisions.length} pending`,
    );
  });

  it.each(['true', 'false'])(
    'warns of a revision whose comments were changed, MIGRATE_ON_START=%s',
    async (flag) => {
      const revisions = copyRevisions((sql) =>
        sql.replace('-- plinth:upgrade\n', '-- plinth:upgrade\n-- Said otherwise.\n'),
      );
      const folder = processes.makeFolder();
      const url = 'pglite://./.plinth/data';
      const path = join(folder, '.plinth', 'data');
      const db = await connectEither(`pglite://${path}`);
      await upgrade(db, 'head', { revisions });
      await db.close();
      rmSync(revisions, { recursive: true });
      const running = processes.start(folder, { DATABASE_URL: url, MIGRATE_ON_START: flag });
      await running.url;
      running.child.kill('SIGTERM');
      const { stdout } = await running.exit;
      expect(stdout.match(/"level":40,.*comments or white space changed/g)).toHaveLength(
        whole.revisions.length,
      );
    },
  );

  it('logs JSON alone in production', async () => {
    const environment = { DATABASE_URL: 'pglite://memory', APP_ENV: 'production' };
    const running = processes.start(processes.makeFolder(), environment);
    await running.url;
    running.child.kill('SIGTERM');
    const { stdout } = await running.exit;
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line): object => JSON.parse(line));
    expect(records).toContainEqual(
      expect.objectContaining({ msg: 'Plinth service listening', url: await running.url }),
    );
  });

  it('DB_ECHO logs statements without their values; .env is read beside the process', async () => {
    const folder = processes.makeFolder();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '.env'), 'DB_ECHO=true\nDATABASE_URL=pglite://memory\n');
    const running = processes.start(folder);
    await callUrl(`${await running.url}/api/tasks`, 'POST', { title: 'hush hush' });
    running.child.kill('SIGTERM');
    const { stdout } = await running.exit;
    expect(stdout).toMatch(/"sql":"insert into \\"tasks\\"/);
    expect(stdout).not.toContain('hush hush');
  });
});
