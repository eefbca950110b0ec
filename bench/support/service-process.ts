// A server as a process of its own, so that a benchmark measures what a caller would.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface RunningProcess {
  readonly url: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** The files that can be started. */
export const SERVICE = fileURLToPath(new URL('../../service/dist/main.js', import.meta.url));
export const SERVICE_WITH_GC = fileURLToPath(new URL('service-with-gc.mjs', import.meta.url));
export const BARE_APP = fileURLToPath(new URL('bare-app.mjs', import.meta.url));

/** Starts a program on a free port, in an empty folder, and waits until it listens. */
export async function startProcess(
  program: string,
  env: Record<string, string>,
): Promise<RunningProcess> {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-bench-'));
  const child = fork(program, [], {
    cwd: folder,
    env: { PATH: process.env.PATH ?? '', PORT: '0', LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    execArgv: [],
  });
  const url = await listeningUrl(child);
  return {
    url,
    child,
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function listeningUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the program has no output to read');
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /listening on (http:\S+)/.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return url;
  }
  throw new Error('the program ended before it listened');
}
