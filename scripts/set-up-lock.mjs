// Lets one set-up of this clone run at a time: two installations on top of each other destroy
// both. A lock whose holder was killed does not count.

import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 200;
const TAKEN = ['ENOTEMPTY', 'EEXIST', 'EPERM'];
const GONE = ['ENOENT'];

/** Runs `work` while holding the lock in `folder`; waits for whoever holds it. */
export async function withSetUpLock(folder, work) {
  const lock = join(folder, 'set-up.lock');
  await take(folder, lock);
  const release = () => rmSync(lock, { recursive: true, force: true });
  // `process.exit` in `work` must not leave the lock either.
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

async function take(folder, lock) {
  mkdirSync(folder, { recursive: true });
  const own = mkdtempSync(join(folder, 'set-up-'));
  writeFileSync(join(own, 'owner'), `${process.pid} ${hostname()}`);
  let saidSo = false;
  // Renaming is atomic, and never replaces a folder that has something in it.
  while (!renamed(own, lock, TAKEN)) {
    const owner = readOwner(lock);
    if (owner !== undefined && !isAlive(owner)) {
      dropStale(folder, lock, owner);
      continue;
    }
    if (owner !== undefined && !saidSo) {
      console.log(`waiting for the set-up of process ${owner.split(' ')[0]} …`);
      saidSo = true;
    }
    await delay(POLL_MS);
  }
}

/** Renames a folder; says false where that fails in an expected way. */
function renamed(from, to, expected) {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (expected.includes(error.code)) return false;
    throw error;
  }
}

function readOwner(lock) {
  try {
    return readFileSync(join(lock, 'owner'), 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the owner lives; the processes of another machine or container cannot be seen. */
function isAlive(owner) {
  const [pid, host] = owner.split(' ');
  if (host !== hostname()) return true;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Takes a stale lock away, unless another waiting process did and holds a new one by now. */
function dropStale(folder, lock, owner) {
  const aside = join(folder, `set-up-stale-${process.pid}`);
  if (!renamed(lock, aside, GONE)) return;
  if (readOwner(aside) !== owner && renamed(aside, lock, TAKEN)) return;
  rmSync(aside, { recursive: true, force: true });
}
