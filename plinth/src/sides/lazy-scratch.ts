// One scratch for both sides of a diff, opened when the first of them needs it.

import { openScratch, type Scratch, type ScratchOptions } from '../scratch/index.js';

interface ScratchProject {
  readonly scratchUrl: string | undefined;
  readonly extensions: readonly string[];
}

/** @param scratchUrl The server to use, instead of the project's own. */
export function scratchFor(
  project: () => Promise<ScratchProject | undefined>,
  scratchUrl: string | undefined,
): LazyScratch {
  return new LazyScratch(async () => {
    const found = await project();
    const url = scratchUrl ?? found?.scratchUrl;
    const { extensions = [] } = found ?? {};
    return url === undefined ? { extensions } : { scratchUrl: url, extensions };
  });
}

export class LazyScratch implements AsyncDisposable {
  readonly #options: () => Promise<ScratchOptions>;
  #opened: Scratch | undefined;

  constructor(options: () => Promise<ScratchOptions>) {
    this.#options = options;
  }

  /** @param extensions Those that are known to be needed, beside the project's. */
  async open(extensions: readonly string[]): Promise<Scratch> {
    if (this.#opened !== undefined) return this.#opened;
    const options = await this.#options();
    const all = [...(options.extensions ?? []), ...extensions];
    this.#opened = openScratch({ ...options, extensions: all });
    return this.#opened;
  }

  /** Names the PostgreSQL of the scratch; the embedded one is not opened for it. */
  async identity(): Promise<string> {
    return await (await this.open([])).identity();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened?.close();
  }
}
