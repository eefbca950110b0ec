// What a command sees of the world around it, so that it can be run in a test as in a terminal.

import type { Screen } from './screen.js';

export interface Terminal {
  /** The folder that relative paths start from. */
  readonly folder: string;
  /** The environment; a project's `.env` fills what is not set. */
  readonly env: Record<string, string | undefined>;
  /** Whether results are printed to a person's screen, and not to a file or a pipe. */
  readonly isScreen: boolean;
  /** Where a line can be drawn anew while something runs; absent where nobody looks. */
  readonly screen?: Screen;
  /** Asks the person at the terminal; absent where nobody sits there. */
  readonly ask?: (question: string) => Promise<string>;
  /**
   * Runs work that knows how to stop, and tells it when it shall: when a person presses Ctrl-C, or
   * the process is asked to end. Absent where nothing can ask.
   */
  readonly untilInterrupted?: Interruptible;
  /** Prints a line of results. */
  out(line: string): void;
  /** Prints a line of warnings or errors. */
  error(line: string): void;
}

/** The reason of the signal is an `Interruption`. */
export type Interruptible = <Result>(
  work: (signal: AbortSignal) => Promise<Result>,
) => Promise<Result>;
