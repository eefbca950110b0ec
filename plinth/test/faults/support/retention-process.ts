// `plinth retention` as a process of its own, which can be killed.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../bin/plinth.js', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

export class RetentionProcesses implements AsyncDisposable {
  readonly #folder: string;
  readonly #children = new Set<ChildProcess>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param config Of a project, as data. */
  static async create(config: object): Promise<RetentionProcesses> {
    const folder = await mkdtemp(join(tmpdir(), 'plinth-retention-'));
    await writeFile(join(folder, 'plinth.config.mjs'), `export default ${JSON.stringify(config)};`);
    return new RetentionProcesses(folder);
  }

  start(...args: readonly string[]) {
    const child = spawn(process.execPath, [PROGRAM, 'retention', ...args], {
      cwd: this.#folder,
      env: { PATH: process.env.PATH },
      stdio: 'ignore',
    });
    this.#children.add(child);
    const ended: Promise<Ended> = once(child, 'close').then(([status, signal]) => {
      this.#children.delete(child);
      return { status, signal };
    });
    return { kill: () => child.kill('SIGKILL'), ended };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}
