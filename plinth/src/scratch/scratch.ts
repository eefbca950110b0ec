// What a scratch is: text in, a catalog out, and nothing left behind.

import type { Catalog } from '../catalog/index.js';
import type { Engine } from '../engine/index.js';
import type { Place } from './place.js';
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

/**
 * Whether the statements of sources run as they stand, or are one desired state: then one that
 * fails for want of another waits for those after it, and what a file sets ends with the file.
 */
export type Order = 'given' | 'free';

export interface LoadOptions {
  /** Default: `free`. */
  readonly order?: Order;
  /**
   * Leaves the schema in the database, for a replay that goes on from there, until the next call
   * that wants an empty one. Default: it is undone.
   */
  readonly keep?: boolean;
  /** What the sources are known to make: it is not read again. */
  readonly known?: Catalog;
  /**
   * Extensions that later calls will need, so that the embedded PostgreSQL need not be opened a
   * second time. Those that are not to be had are passed over.
   */
  readonly extensions?: readonly string[];
}

export interface Replay {
  /** What it will run, as far as that is known: the extensions it creates are made available. */
  readonly statements: readonly (Place & { readonly text: string })[];
  /**
   * The work. Where it fails for a role that is not there, the role is made and it is called
   * again: it goes on where it was.
   */
  readonly run: (engine: Engine) => Promise<void>;
  /** Where it begins: `last` is what the call before it left. Default: an empty database. */
  readonly from?: 'empty' | 'last';
}

/**
 * A throw-away PostgreSQL. Its calls may come at the same time; they run one after another, each
 * in a database that is empty, unless it says otherwise.
 */
export interface Scratch extends AsyncDisposable {
  /**
   * The schema that the statements of the sources make.
   *
   * @throws PlinthError SCRATCH_STATEMENT_FAILED with file, line (for what was written for a model,
   *   its export) and PostgreSQL's message; in a free order the first that nothing helped.
   *   SCRATCH_EXTENSION_MISSING; SQL_UNTERMINATED, SQL_UNSUPPORTED, SCRATCH_STATEMENT_UNSUPPORTED.
   */
  load(sources: readonly SqlSource[], options?: LoadOptions): Promise<Loaded>;
  /** The schema that some work makes which has transactions of its own, such as an upgrade. */
  replay(replay: Replay): Promise<Loaded>;
  /**
   * Names all that the outcome of a text depends on beside the text: the PostgreSQL, its
   * extensions and, on a server, the role and the roles that are there. Says no password.
   */
  identity(): Promise<string>;
  close(): Promise<void>;
}
