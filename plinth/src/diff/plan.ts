// What a diff returns: changes, and the ordered statements that make them. Plain data.

import type { ObjectId, Statement, Unmodelled } from '../catalog/index.js';

export interface DiffOptions {
  /** The short forms, which lock tables while they build or check. Default: the online forms. */
  readonly plain?: boolean;
  /** Whether owners are compared. Default: true. */
  readonly owners?: boolean;
  /** Whether privileges are compared. Default: true. */
  readonly privileges?: boolean;
  /** What has another name now. Without it, an object that has is dropped and created. */
  readonly renames?: readonly Rename[];
  /**
   * `server_version_num` of the server that will run the statements, where it is not the one that
   * `from` was read from.
   */
  readonly serverVersion?: number;
}

/** A table, column or other object and its new name: `{ object: 'public.users', to: 'people' }`. */
export interface Rename {
  /** Its name as SQL writes it; without a schema it is in `public`. */
  readonly object: string;
  /** The last part of its new name, as it is, without quotes. */
  readonly to: string;
}

export interface Change {
  /** `rebuild`: dropped and created anew. */
  readonly verb: 'create' | 'alter' | 'drop' | 'rebuild' | 'rename';
  readonly object: ObjectId;
}

export interface PlannedStatement extends Statement {
  /** What it is about. */
  readonly object: ObjectId;
  /** Statements of one table (or other whole) that follow each other are read as one block. */
  readonly block: ObjectId;
}

export interface Plan {
  /** Sorted by object. */
  readonly changes: readonly Change[];
  /** In the order in which they must run. */
  readonly statements: readonly PlannedStatement[];
  /** What Plinth does not model and so has not compared. */
  readonly unmodelled: { readonly from: readonly Unmodelled[]; readonly to: readonly Unmodelled[] };
}
