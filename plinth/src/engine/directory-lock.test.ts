// The lock of an embedded folder: one holder, named; a dead holder replaced by exactly one.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isPlinthError } from '../errors/index.js';
import { lockDirectory } from './directory-lock.js';

let folder: string;
let data: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plinth-lock-'));
  data = join(folder, 'data');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A process that has ended: its pid belongs to nobody. */
async function deadPid(): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

async function statOf(pid: number): Promise<readonly string[]> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

async function processState(pid: number): Promise<string | undefined> {
  return (await statOf(pid))[0];
}

async function processStartOf(pid: number): Promise<string | undefined> {
  return (await statOf(pid))[19];
}

async function leaveLock(holder: Record<string, unknown>): Promise<void> {
  const since = '2026-01-01T00:00:00.000Z';
  const whole = { host: hostname(), processStart: '', since, program: 'x', token: 't', ...holder };
  await writeFile(`${data}.lock`, JSON.stringify(whole));
}

describe('lockDirectory', () => {
  it('creates the folder and gives the lock back', async () => {
    const lock = await lockDirectory(data);
    expect((await stat(data)).isDirectory()).toBe(true);
    await lock.release();
    await (await lockDirectory(data)).release();
    await expect(stat(`${data}.lock`)).rejects.toThrow('ENOENT');
  });

  it('refuses a second holder and names the first', async () => {
    const lock = await lockDirectory(data);
    const failure = await lockDirectory(data).catch((error: unknown) => error);
    expect(isPlinthError(failure, 'ENGINE_EMBEDDED_LOCKED')).toBe(true);
    expect(String(failure)).toContain(`in use by process ${process.pid}`);
    await lock.release();
  });

  it('replaces the lock of a process that is dead', async () => {
    await lockDirectory(data).then((lock) => lock.release());
    await leaveLock({ pid: await deadPid() });
    const lock = await lockDirectory(data);
    expect(await readFile(`${data}.lock`, 'utf8')).toContain(`"pid":${process.pid}`);
    await lock.release();
  });

  it('replaces the lock of a dead process whose pid lives again', async () => {
    await lockDirectory(data).then((lock) => lock.release());
    await leaveLock({ pid: process.pid, processStart: '1' });
    await (await lockDirectory(data)).release();
  });

  it.runIf(existsSync('/proc/self/stat'))(
    'replaces the lock of a process that ended and was never reaped',
    async () => {
      await lockDirectory(data).then((lock) => lock.release());
      // The shell becomes a program that never waits for its child, which thus stays a zombie.
      const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec tail -f /dev/null']);
      const [pid] = await once(parent.stdout, 'data');
      const zombie = Number(String(pid));
      const command = () => readFile(`/proc/${parent.pid}/cmdline`, 'utf8');
      try {
        await expect.poll(command, { timeout: 10_000 }).toMatch(/^tail/);
        process.kill(zombie, 'SIGKILL');
        await expect.poll(() => processState(zombie), { timeout: 10_000 }).toBe('Z');
        await leaveLock({ pid: zombie, processStart: await processStartOf(zombie) });
        await (await lockDirectory(data)).release();
      } finally {
        parent.kill('SIGKILL');
      }
    },
  );

  it('replaces a lock that a crash left half-written', async () => {
    await lockDirectory(data).then((lock) => lock.release());
    await writeFile(`${data}.lock`, '{"pid":');
    await (await lockDirectory(data)).release();
  });

  it('respects a holder on another host', async () => {
    await lockDirectory(data).then((lock) => lock.release());
    await leaveLock({ pid: 1, host: 'elsewhere.example' });
    await expect(lockDirectory(data)).rejects.toThrow(/on host elsewhere\.example/);
  });

  it.each([
    { left: 'a dead process', leave: async () => leaveLock({ pid: await deadPid() }) },
    { left: 'a half-written file', leave: () => writeFile(`${data}.lock`, '{"pid":') },
    { left: 'an empty file', leave: () => writeFile(`${data}.lock`, '') },
  ])('lets exactly one of many take over from $left', async ({ leave }) => {
    await lockDirectory(data).then((lock) => lock.release());
    for (let round = 0; round < 12; round += 1) {
      await leave();
      const attempts = await Promise.allSettled(
        Array.from({ length: 8 }, () => lockDirectory(data)),
      );
      const winners = attempts.filter((attempt) => attempt.status === 'fulfilled');
      expect(winners).toHaveLength(1);
      for (const winner of winners) await winner.value.release();
      expect(await readdir(folder)).toEqual(['data']);
    }
  });

  it('says so when the folder cannot be made', async () => {
    await writeFile(data, 'a file, not a folder');
    const failure = await lockDirectory(join(data, 'inside')).catch((error: unknown) => error);
    expect(isPlinthError(failure, 'ENGINE_EMBEDDED_FAILED')).toBe(true);
    expect(String(failure)).toContain('cannot be written');
  });
});
