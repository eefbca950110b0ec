// The real command line in a process of its own, which can be killed.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CrashCopy, type CrashPlay, WHOLE_RUN } from './crash-play.js';

const PROGRAM = fileURLToPath(new URL('../../../bin/plinth.js', import.meta.url));

export interface CommandEnd {
  /** Null when it was killed. */
  readonly status: number | null;
  /** All that it said, results and errors. */
  readonly output: string;
}

/** A `plinth upgrade` or `plinth downgrade` that is running. */
export class CrashCommand {
  /** Resolves when the process has ended and all it said is read. */
  readonly ended: Promise<CommandEnd>;
  readonly #child: ChildProcess;
  #output = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.#output += bytes.toString();
      });
    }
    this.ended = once(child, 'close').then(() => ({
      status: child.exitCode,
      output: this.#output,
    }));
  }

  /** Starts the command on a copy, with all revisions of the play. */
  static async start({ history }: CrashPlay, copy: CrashCopy): Promise<CrashCommand> {
    const { url, direction } = copy;
    // Each has a configuration of its own, beside the revisions, where none is taken for one.
    const folder = await mkdtemp(join(history.folder, 'project-'));
    const config = `export default { url: '${url}', revisions: '..' };\n`;
    await writeFile(join(folder, 'plinth.config.mjs'), config);
    const { PATH = '' } = process.env;
    const options = { stdio: 'pipe', env: { PATH }, cwd: folder } as const;
    const args = [PROGRAM, direction, WHOLE_RUN[direction]];
    return new CrashCommand(spawn(process.execPath, args, options));
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
