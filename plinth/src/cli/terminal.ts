// What a command sees of the world around it, so that it can be run in a test as in a terminal.

export interface Terminal {
  /** The folder that relative paths start from. */
  readonly folder: string;
  /** The environment; a project's `.env` fills what is not set. */
  readonly env: Record<string, string | undefined>;
  /** Whether results are printed to a person's screen, and not to a file or a pipe. */
  readonly isScreen: boolean;
  /** Asks the person at the terminal; absent where nobody sits there. */
  readonly ask?: (question: string) => Promise<string>;
  /** Prints a line of results. */
  out(line: string): void;
  /** Prints a line of warnings or errors. */
  error(line: string): void;
}
