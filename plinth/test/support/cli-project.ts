// A project in a folder of its own, and its command line run in this process.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCli } from '../../src/cli/run-cli.js';
import type { Terminal } from '../../src/cli/terminal.js';

export interface Run {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

let configurations = 0;

export class CliProject implements AsyncDisposable {
  readonly folder: string;
  /** What the commands see as their environment. */
  readonly env: Record<string, string>;
  /** What they see of the terminal beside it: a screen, or somebody who interrupts. */
  around: Pick<Terminal, 'screen' | 'untilInterrupted'> = {};
  /** Lines on standard error of the command that runs, or ran last. */
  told: readonly string[] = [];
  #config = '';

  private constructor(folder: string) {
    this.folder = folder;
    this.env = { PLINTH_CACHE_DIR: join(folder, 'cache'), PATH: process.env.PATH ?? '' };
  }

  /** @param config Fields of the configuration, as JavaScript. */
  static async create(config: Readonly<Record<string, unknown>>): Promise<CliProject> {
    const project = new CliProject(await mkdtemp(join(tmpdir(), 'plinth-project-')));
    await project.configure(config);
    return project;
  }

  async configure(config: Readonly<Record<string, unknown>>): Promise<void> {
    const all = {
      url: 'pglite://memory',
      revisions: './revisions',
      schema: ['./schema'],
      ...config,
    };
    // A module is loaded once in a process: another configuration needs another name.
    this.#config = `config-${configurations++}.mjs`;
    await this.write(this.#config, `export default ${JSON.stringify(all)};`);
  }

  async write(path: string, text: string): Promise<void> {
    const file = join(this.folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }

  async read(path: string): Promise<string> {
    return await readFile(join(this.folder, path), 'utf8');
  }

  /** Names in a folder, sorted; none where it is not there. */
  async list(path: string): Promise<readonly string[]> {
    try {
      return (await readdir(join(this.folder, path))).sort();
    } catch {
      return [];
    }
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.folder, path), { recursive: true, force: true });
  }

  /** @param answers What a person at the terminal says; without them nobody sits there. */
  async plinth(args: readonly string[], answers?: readonly string[]): Promise<Run> {
    const lines: { readonly out: string[]; readonly error: string[] } = { out: [], error: [] };
    this.told = lines.error;
    const left = [...(answers ?? [])];
    const ask = async (question: string): Promise<string> => {
      lines.error.push(question);
      return left.shift() ?? '';
    };
    const status = await runCli(['--config', this.#config, ...args], {
      folder: this.folder,
      env: this.env,
      isScreen: false,
      ...this.around,
      out: (line) => lines.out.push(line),
      error: (line) => lines.error.push(line),
      ...(answers === undefined ? {} : { ask }),
    });
    return { status, out: lines.out.join('\n'), error: lines.error.join('\n') };
  }

  /** The text of the revision that a run says it wrote. */
  async written({ out }: Run): Promise<string> {
    const path = /^wrote {2}(.+)$/m.exec(out)?.[1];
    if (path === undefined) throw new Error(`it wrote no revision:\n${out}`);
    return await this.read(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
