// What a scratch is: text in, a catalog out, and nothing left behind.

import type { Catalog } from '../catalog/index.js';
import type { Engine } from '../engine/index.js';
import type { SqlSource } from './read-script.js';

export interface ScratchOptions {
  /**
   * URL of any database of a server that may be used as scratch: a database of its own is created
   * there and dropped again. Its role needs CREATEDB. Default: the embedded PostgreSQL.
   */
  readonly scratchUrl?: string;
  /**
   * Extensions that the texts will create, so that the embedded PostgreSQL need not be opened a
   * second time. Those that a text names are found without it.
   */
  readonly extensions?: readonly string[];
}

export interface Loaded {
  readonly catalog: Catalog;
  /** What was done to the text or for it, a sentence each: for a person to read. */
  readonly notes: readonly string[];
}

export interface Replay {
  /** What it will run, as far as that is known: the extensions it creates are made available. */
  readonly statements: readonly {
    readonly text: string;
    readonly file: string;
    readonly line: number;
  }[];
  /**
   * The work. Where it fails for a role that is not there, the role is made and it is called
   * again: it goes on where it was.
   */
  readonly run: (engine: Engine) => Promise<void>;
}

/**
 * A throw-away PostgreSQL. Its calls may come at the same time; they run one after another, each
 * in a database that is empty.
 */
export interface Scratch extends AsyncDisposable {
  /**
   * The schema that the statements of the sources make, in their order.
   *
   * @throws PlinthError SCRATCH_STATEMENT_FAILED with file, line and PostgreSQL's message;
   *   SCRATCH_EXTENSION_MISSING; SQL_UNTERMINATED, SQL_UNSUPPORTED, SCRATCH_STATEMENT_UNSUPPORTED.
   */
  load(sources: readonly SqlSource[]): Promise<Loaded>;
  /** The schema that some work makes which has transactions of its own, such as an upgrade. */
  replay(replay: Replay): Promise<Loaded>;
  close(): Promise<void>;
}
