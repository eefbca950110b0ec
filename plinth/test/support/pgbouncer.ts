// A real PgBouncer in transaction mode for one test file, in a temporary folder of its own. It is
// a child of the test's process and never outlives it.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { guardExit } from '../../src/testing/exit-guard.js';
import { pickFreePort } from '../../src/testing/free-port.js';
import { findTempFolder } from '../../src/testing/server-folder.js';
import { findServerUser } from '../../src/testing/server-user.js';

export interface PgBouncer {
  /** The same database, user and all, through the pooler. */
  through(url: string): string;
  stop(): Promise<void>;
}

const PROGRAMS = ['pgbouncer', '/usr/sbin/pgbouncer', '/usr/local/sbin/pgbouncer'];
const USERS_FILE = 'users.txt';
const READY_WITHIN_MS = 10_000;
const POLL_MS = 20;

/** The installed program; `undefined` where there is none. */
export function findPgBouncer(): string | undefined {
  return PROGRAMS.find((program) => spawnSync(program, ['--version']).status === 0);
}

/**
 * Starts PgBouncer in front of a server, with few server connections, so that clients really share
 * them.
 *
 * @param users Whom it lets in, without a password, and whom it is on the server then.
 * @param settings Lines of the `[pgbouncer]` section, over the defaults.
 */
export async function startPgBouncer(
  program: string,
  serverUrl: string,
  users: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<PgBouncer> {
  const user = findServerUser();
  const folder = mkdtempSync(join(findTempFolder(user), 'plinth-pgbouncer-'));
  if (user !== undefined) chmodSync(folder, 0o755);
  const port = await pickFreePort();
  const config = join(folder, 'pgbouncer.ini');
  writeFileSync(config, configText(new URL(serverUrl), port, settings), { mode: 0o644 });
  const logins = users.map((name) => `"${name}" ""\n`);
  writeFileSync(join(folder, USERS_FILE), logins.join(''), { mode: 0o644 });
  const child = spawn(program, [config], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(user && { uid: user.uid, gid: user.gid }),
  });
  const log: string[] = [];
  child.stderr.on('data', (chunk) => log.push(String(chunk)));
  const unguard = guardExit(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  const stop = async () => {
    unguard();
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  };
  if (!(await listens(port, child))) {
    await stop();
    throw new Error(`PgBouncer does not listen. It said:\n${log.join('')}`);
  }
  return { through: (url) => withPort(url, port), stop };
}

function configText(server: URL, port: number, settings: Readonly<Record<string, string>>): string {
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: String(port),
    unix_socket_dir: '',
    pool_mode: 'transaction',
    auth_type: 'trust',
    auth_file: USERS_FILE,
    default_pool_size: '3',
    max_client_conn: '500',
    ...settings,
  };
  const options = Object.entries(lines).map(([name, value]) => `${name} = ${value}`);
  return `[databases]\n* = host=${server.hostname} port=${server.port}\n\n[pgbouncer]\n${options.join('\n')}\n`;
}

async function listens(port: number, child: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    const socket = createConnection(port, '127.0.0.1');
    const answered = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (answered) return true;
    await delay(POLL_MS);
  }
  return false;
}

function withPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}
