// What a proof of isolation is: plain data, which others render.

/** What is tried on a table, a view, a function or the role. */
export const ATTACKS = [
  'fill',
  'isolation',
  'grants',
  'read',
  'insert',
  'update',
  'delete',
  'move',
  'upsert',
  'merge',
  'returning',
  'copy out',
  'copy in',
  'truncate',
  'foreign keys',
  'unique keys',
  'messages',
  'no tenant',
  'hostile settings',
  'row_security off',
  'prepared',
  'triggers',
  'view',
  'function',
  'role',
] as const;

export type AttackName = (typeof ATTACKS)[number];

/**
 * `leak`: it succeeded. `weak`: no row was reached, but what should stop others is missing.
 * `unproved`: it could not be tried, and so nothing is known.
 */
export type ResultStatus = 'held' | 'leak' | 'weak' | 'unproved';

export interface Verdict {
  readonly status: ResultStatus;
  readonly message: string;
  /** What mends it, in one sentence or statement. */
  readonly hint?: string;
}

/** One line of a proof. */
export interface AttackResult extends Verdict {
  /** The table, view, function or role. */
  readonly object: string;
  readonly attack: AttackName;
}

export interface IsolationProof {
  /** `passed`: every attack was tried and every one failed. */
  readonly status: 'passed' | 'failed';
  /** The role that the tenants had. */
  readonly role: string;
  readonly results: readonly AttackResult[];
  /** What a person should know of how it was tried, a sentence each. */
  readonly notes: readonly string[];
}

export interface IsolationOptions {
  /** The role that tenant-scoped work runs as. Default: `app_user`. */
  readonly role?: string;
  /** Name of the column that says whose a row is. Default: `tenant_id`. */
  readonly column?: string;
  /** Name of the setting that policies read. Default: `app.current_tenant_id`. */
  readonly setting?: string;
  /**
   * Whether functions that may change something are called on a database that is no scratch. What they
   * do is rolled back, as far as it is in the database. Default: false.
   */
  readonly functions?: boolean;
}

export function held(message: string): Verdict {
  return { status: 'held', message };
}

export function leak(message: string, hint: string): Verdict {
  return { status: 'leak', message, hint };
}

export function weak(message: string, hint: string): Verdict {
  return { status: 'weak', message, hint };
}

export function unproved(message: string, hint: string): Verdict {
  return { status: 'unproved', message, hint };
}

const WEIGHT = { held: 0, unproved: 1, weak: 2, leak: 3 } as const satisfies Record<
  ResultStatus,
  number
>;

/** The worst of several; the first of those that are equally bad. */
export function worst(verdicts: readonly Verdict[], otherwise: string): Verdict {
  const [first, ...others] = verdicts;
  if (first === undefined) return held(otherwise);
  return others.reduce(
    (bad, verdict) => (WEIGHT[verdict.status] > WEIGHT[bad.status] ? verdict : bad),
    first,
  );
}
