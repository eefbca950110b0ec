// Runs PostgreSQL's programs as child processes: initdb to its end, postgres until it is ready.
// It never decides where the data is or which port is used.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PlinthError } from '../errors/index.js';
import { guardExit } from './exit-guard.js';
import { readIfPresent } from './read-if-present.js';
import type { ServerUser } from './server-user.js';

/** What every program of one server has in common. */
export interface ServerHome {
  readonly binDir: string;
  readonly dataDir: string;
  readonly logFile: string;
  /** Working folder; the server's user can read it. */
  readonly folder: string;
  readonly user: ServerUser | undefined;
  readonly env: Readonly<Record<string, string>>;
}

/** How a server ends: `fast` closes sessions and writes a checkpoint, `immediate` is a crash. */
export type StopMode = 'fast' | 'immediate';

const READY_WITHIN_MS = 60_000;
const POLL_MS = 10;
const LOG_TAIL_LINES = 20;
const STOP_WITHIN_MS = 10_000;

// What PostgreSQL takes as a fast and as an immediate shutdown, and what it cannot refuse.
const STOP_SIGNALS = ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const;

/**
 * Starts a program of PostgreSQL; its output goes to the server's log file.
 *
 * @throws PlinthError TESTING_SERVER_FAILED when the system cannot start it.
 */
export async function spawnProgram(
  home: ServerHome,
  program: string,
  args: readonly string[],
): Promise<ChildProcess> {
  const log = openSync(home.logFile, 'a', 0o600);
  try {
    const child = spawn(join(home.binDir, program), args, {
      cwd: home.folder,
      env: { ...environmentWithoutPg(), LC_ALL: 'C', ...home.env },
      stdio: ['ignore', log, log],
      ...(home.user && { uid: home.user.uid, gid: home.user.gid }),
    });
    await once(child, 'spawn');
    child.once(
      'exit',
      guardExit(() => child.kill('SIGQUIT')),
    );
    return child;
  } catch (error) {
    throw serverFailed(home, `${program} in ${home.binDir} cannot be started`, error);
  } finally {
    closeSync(log);
  }
}

/** PGDATA, PGPORT and their like are meant for somebody else's server. */
function environmentWithoutPg(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')));
}

/** Resolves when a child has ended. */
export async function waitForExit(child: ChildProcess): Promise<void> {
  if (!hasExited(child)) await once(child, 'exit');
}

export function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/**
 * Resolves when the server accepts connections. The eighth line of `postmaster.pid` says so: the
 * same place pg_ctl looks at.
 *
 * @throws PlinthError TESTING_SERVER_FAILED with the end of the server's log.
 */
export async function waitUntilReady(home: ServerHome, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (readStatus(home.dataDir, child.pid) !== 'ready') {
    if (hasExited(child)) throw serverFailed(home, 'PostgreSQL ended before it was ready');
    if (Date.now() > deadline) {
      throw serverFailed(home, `PostgreSQL was not ready after ${READY_WITHIN_MS / 1000} s`);
    }
    await delay(POLL_MS);
  }
}

function readStatus(dataDir: string, pid: number | undefined): string | undefined {
  const lines = readIfPresent(join(dataDir, 'postmaster.pid'))?.split('\n') ?? [];
  return Number(lines[0]) === pid ? lines[7]?.trim() : undefined;
}

/**
 * Ends a server and waits until it has ended. A server that does not answer `fast` in time is
 * ended the hard way.
 */
export async function stopServer(
  home: ServerHome,
  child: ChildProcess,
  mode: StopMode,
): Promise<void> {
  if (hasExited(child)) return;
  child.ref();
  const ended = waitForExit(child);
  const escalation = STOP_SIGNALS.slice(mode === 'fast' ? 0 : 1);
  for (const signal of escalation) {
    await sendStop(home, child, signal);
    if (await endsWithin(ended, STOP_WITHIN_MS)) return;
  }
  await ended;
}

async function sendStop(home: ServerHome, child: ChildProcess, signal: NodeJS.Signals) {
  if (process.platform !== 'win32' || signal === 'SIGKILL') {
    child.kill(signal);
    return;
  }
  // Windows has no signals; pg_ctl knows the way PostgreSQL emulates them.
  const mode = signal === 'SIGINT' ? 'fast' : 'immediate';
  const args = ['stop', '--no-wait', '--mode', mode, '--pgdata', home.dataDir];
  await waitForExit(await spawnProgram(home, 'pg_ctl', args));
}

async function endsWithin(ended: Promise<void>, milliseconds: number): Promise<boolean> {
  const timer = new AbortController();
  const late = delay(milliseconds, false, { signal: timer.signal }).catch(() => false);
  const inTime = await Promise.race([ended.then(() => true), late]);
  timer.abort();
  return inTime;
}

/** The version the server's program states, for instance `18.4`. */
export function readServerVersion(home: ServerHome): string {
  const { stdout } = spawnSync(join(home.binDir, 'postgres'), ['--version'], {
    env: { ...process.env, ...home.env },
    encoding: 'utf8',
  });
  return /\(PostgreSQL\) (\S+)/.exec(stdout)?.[1] ?? stdout.trim();
}

/** Everything the server and initdb have said so far. */
export function readLog(home: ServerHome): string {
  return readIfPresent(home.logFile) ?? '';
}

/** An error that carries the end of the server's log. */
export function serverFailed(home: ServerHome, what: string, cause?: unknown): PlinthError {
  const log = readLog(home).trimEnd().split('\n');
  const tail = log.slice(-LOG_TAIL_LINES).join('\n');
  return new PlinthError('TESTING_SERVER_FAILED', `${what}. Its log ends:\n${tail}`, {
    hint: 'Correct what the log names, or set PLINTH_TEST_DATABASE_URL to a server of your own.',
    details: { binDir: home.binDir, dataDir: home.dataDir, log: tail },
    cause,
  });
}
