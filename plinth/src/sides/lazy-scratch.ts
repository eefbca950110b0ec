// One scratch for both sides of a diff, opened when the first of them needs it.

import { openScratch, type Scratch, type ScratchOptions } from '../scratch/index.js';

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

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened?.close();
  }
}
