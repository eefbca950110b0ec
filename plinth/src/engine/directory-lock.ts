// The exclusive lock on a folder with an embedded database, which has none of its own. It is a
// file beside the folder that names its holder; a holder that no longer lives is replaced.

import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { PlinthError } from '../errors/index.js';

/** Who holds a lock; the content of its file. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the kernel's own count, so that a reused pid is told apart. */
  readonly processStart: string;
  readonly since: string;
  readonly program: string;
  readonly token: string;
}

export interface DirectoryLock {
  /** The folder with every link resolved. */
  readonly directory: string;
  release(): Promise<void>;
}

const ATTEMPTS = 20;
const RETRY_MS = 25;

/**
 * Takes the lock of a folder, creating the folder when it is missing.
 *
 * @throws PlinthError ENGINE_EMBEDDED_LOCKED when a living process holds it, naming that process;
 *   ENGINE_EMBEDDED_FAILED when the folder or the lock file cannot be written.
 */
export async function lockDirectory(path: string): Promise<DirectoryLock> {
  try {
    // As PostgreSQL has its own: nobody else may read the data.
    await mkdir(path, { recursive: true, mode: 0o700 });
    const directory = await realpath(path);
    return await acquire(directory, `${directory}.lock`);
  } catch (cause) {
    if (cause instanceof PlinthError) throw cause;
    throw new PlinthError(
      'ENGINE_EMBEDDED_FAILED',
      `the folder ${path} of the embedded database cannot be written: ${reasonOf(cause)}`,
      { hint: 'Name a folder that this user may write to, or set DATABASE_URL.', cause },
    );
  }
}

async function acquire(directory: string, lockFile: string): Promise<DirectoryLock> {
  const own = await describeSelf();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if (await createExclusively(lockFile, own)) return heldLock(directory, lockFile, own);
    const holder = await readHolder(lockFile);
    if (holder === 'gone') continue;
    if (holder === 'unreadable') {
      // Left by a full disk, or being written where the file system has no links: look again.
      if (attempt < ATTEMPTS / 2) await delay(RETRY_MS);
      else await removeStale(lockFile, holder);
      continue;
    }
    if (await isAlive(holder)) throw lockedError(directory, holder);
    await removeStale(lockFile, holder);
  }
  throw new PlinthError('ENGINE_EMBEDDED_LOCKED', `the lock ${lockFile} kept changing hands`, {
    hint: 'Start one process at a time on this folder.',
  });
}

function heldLock(directory: string, lockFile: string, own: LockHolder): DirectoryLock {
  return {
    directory,
    async release() {
      const holder = await readHolder(lockFile);
      if (typeof holder === 'object' && holder.token === own.token) await rm(lockFile);
    },
  };
}

/**
 * Removes the file of a dead holder, or one that names none. Of several processes that see the
 * same one, the process that creates the claim, whose name carries the holder's token, may remove
 * it; the others look again. Without it the slower one could remove the lock that the faster one
 * has just taken.
 */
async function removeStale(lockFile: string, stale: LockHolder | 'unreadable'): Promise<void> {
  const claim = `${lockFile}.${tokenOf(stale)}`;
  if (!(await createExclusively(claim, await describeSelf()))) {
    const claimant = await readHolder(claim);
    const isLeft = claimant === 'unreadable' || (claimant !== 'gone' && !(await isAlive(claimant)));
    if (isLeft) await rm(claim, { force: true });
    else await delay(RETRY_MS);
    return;
  }
  try {
    const current = await readHolder(lockFile);
    if (current !== 'gone' && tokenOf(current) === tokenOf(stale)) await rm(lockFile);
  } finally {
    await rm(claim, { force: true });
  }
}

function tokenOf(holder: LockHolder | 'unreadable'): string {
  return holder === 'unreadable' ? holder : holder.token;
}

/** Creates a file with its whole content at once, so that nobody ever reads half of it. */
async function createExclusively(file: string, holder: LockHolder): Promise<boolean> {
  const content = JSON.stringify(holder);
  const draft = `${file}.${randomUUID()}.new`;
  try {
    await writeFile(draft, content, { flag: 'wx', mode: 0o600 });
    await link(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (!NO_LINKS.has(errorCode(error))) throw error;
    return await writeExclusively(file, content);
  } finally {
    await rm(draft, { force: true });
  }
}

/** What file systems say that have no hard links. */
const NO_LINKS: ReadonlySet<unknown> = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

async function writeExclusively(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readHolder(file: string): Promise<LockHolder | 'gone' | 'unreadable'> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isHolder(value) ? value : 'unreadable';
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'gone';
    if (error instanceof SyntaxError) return 'unreadable';
    throw error;
  }
}

function isHolder(value: unknown): value is LockHolder {
  return (
    typeof value === 'object' &&
    value !== null &&
    'pid' in value &&
    Number.isInteger(value.pid) &&
    ['host', 'processStart', 'since', 'program', 'token'].every(
      (key) => typeof Reflect.get(value, key) === 'string',
    )
  );
}

async function describeSelf(): Promise<LockHolder> {
  return {
    pid: process.pid,
    host: hostname(),
    processStart: (await processStart(process.pid)) ?? '',
    since: new Date().toISOString(),
    program: process.argv.slice(1, 3).join(' '),
    token: randomUUID(),
  };
}

/** A holder on another host cannot be looked up, so it counts as alive. */
async function isAlive(holder: LockHolder): Promise<boolean> {
  if (holder.host !== hostname()) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
  }
  return (await processStart(holder.pid)) === holder.processStart;
}

/**
 * When a process started: field 22 of /proc/PID/stat (proc(5)). Empty where there is no /proc;
 * `undefined` for a process that has ended and only waits to be reaped, which signals still reach.
 */
async function processStart(pid: number): Promise<string | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
  // The program's name, field 2, may hold spaces and brackets: count from its last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] ?? '';
  return 'ZX'.includes(state) ? undefined : fields[19];
}

function lockedError(directory: string, holder: LockHolder): PlinthError {
  const elsewhere = holder.host === hostname() ? '' : ` on host ${holder.host}`;
  return new PlinthError(
    'ENGINE_EMBEDDED_LOCKED',
    `the embedded database ${directory} is in use by process ${holder.pid}${elsewhere} ` +
      `(${holder.program}) since ${holder.since}`,
    {
      hint:
        elsewhere === ''
          ? 'Stop that process first; an embedded database serves one process at a time.'
          : `Stop that process first, or delete ${directory}.lock if that host is gone.`,
      details: { pid: holder.pid, host: holder.host, since: holder.since },
    },
  );
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
