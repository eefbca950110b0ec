// What a command has found: as data for a program, and as lines for a person. It prints nothing.

import type { Terminal } from './terminal.js';

export interface Report {
  /** The one document that `--json` prints. */
  readonly data: object;
  /** What a person reads, once the work is done. */
  readonly print: (terminal: Terminal) => void;
  /** Exit status. Default: 0. */
  readonly status?: number;
}
