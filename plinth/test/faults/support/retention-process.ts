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
  /** On both outputs. */
  readonly printed: string;
}

interface Started {
  readonly kill: () => void;
  readonly ended: Promise<Ended>;
}

export class RetentionProcesses implements AsyncDisposable {
  readonly #folder: string;
  readonly #children = new Set<ChildProcess>();
  #isClosed = false;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param config Of a project, as data. */
  static async create(config: object): Promise<RetentionProcesses> {
    const folder = await mkdtemp(join(tmpdir(), 'plinth-retention-'));
    await writeFile(join(folder, 'plinth.config.mjs'), `export default ${JSON.stringify(config)};`);
    return new RetentionProcesses(folder);
  }

  /** One process, until it ends. */
  start(...args: readonly string[]): Started {
    const child = spawn(process.execPath, [PROGRAM, 'retention', ...args], {
      cwd: this.#folder,
      env: { PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.add(child);
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    const ended: Promise<Ended> = once(child, 'close').then(([status, signal]) => {
      this.#children.delete(child);
      return { status, signal, printed };
    });
    return { kill: () => child.kill('SIGKILL'), ended };
  }

  /**
   * One that is started again when a fault ends it, as whoever runs it would do, until it is killed.
   *
   * @returns Kills it; resolves to the ends before, which were its own.
   */
  keep(...args: readonly string[]): () => Promise<readonly Ended[]> {
    const ends: Ended[] = [];
    let isOver = false;
    let current: Started;
    const keepOne = async () => {
      while (!isOver && !this.#isClosed) {
        current = this.start(...args);
        const end = await current.ended;
        if (end.signal === null) ends.push(end);
      }
      return ends;
    };
    const over = keepOne();
    return async () => {
      isOver = true;
      current.kill();
      return await over;
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const child of this.#children) child.kill('SIGKILL');
    await rm(this.#folder, { recursive: true, force: true });
  }
}
