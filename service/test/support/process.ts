// Runs the built service as a process of its own, in a folder of its own, as `npm start` does.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ServiceProcess {
  readonly child: ChildProcess;
  /** Where it listens; rejects with what it wrote when it ends before it listens. */
  readonly url: Promise<string>;
  readonly exit: Promise<Exit>;
}

/** Gives a test file a way to run services; all that still run are killed after the last test. */
export function useProcesses() {
  const children = new Set<ChildProcess>();
  const folders: string[] = [];
  afterAll(async () => {
    for (const child of children) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  return {
    makeFolder(): string {
      const folder = mkdtempSync(join(tmpdir(), 'plinth-service-'));
      folders.push(folder);
      return folder;
    },
    start(folder: string, environment: Record<string, string> = {}): ServiceProcess {
      const env = { PATH: process.env.PATH ?? '', PORT: '0', ...environment };
      const child = spawn(process.execPath, [MAIN], { cwd: folder, env });
      children.add(child);
      child.once('close', () => children.delete(child));
      return { child, ...watch(child) };
    },
  };
}

function watch(child: ChildProcess) {
  let stdout = '';
  let stderr = '';
  const exit = new Promise<Exit>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const url = new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => {
      stdout += chunk;
      const found = /^API page {3}(\S+)\/docs\n/m.exec(stdout) ?? /"url":"(\S+?)"/.exec(stdout);
      if (found?.[1] !== undefined) resolve(found[1]);
    });
    child.stderr?.on('data', (chunk) => {
      stderr += chunk;
    });
    void exit.then(() => reject(new Error(`it ended before it listened:\n${stdout}${stderr}`)));
  });
  // A test of a failing start awaits only the exit.
  url.catch(() => undefined);
  return { url, exit };
}
