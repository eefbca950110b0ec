// What a check found: plain data, which others render.

/** `skipped`: the check does not apply here, or what it needs was not reached. */
export type FindingStatus = 'passed' | 'failed' | 'skipped';

export interface Finding {
  readonly name: string;
  readonly status: FindingStatus;
  readonly message: string;
  /** What to do, in one sentence. */
  readonly hint?: string;
}

/** A finding before the check's name is put to it. */
export type Verdict = Omit<Finding, 'name'>;

export function passed(message: string, hint?: string): Verdict {
  return { status: 'passed', message, ...(hint === undefined ? {} : { hint }) };
}

export function failed(message: string, hint: string): Verdict {
  return { status: 'failed', message, hint };
}

export function skipped(message: string, hint?: string): Verdict {
  return { status: 'skipped', message, ...(hint === undefined ? {} : { hint }) };
}

export const NOT_REACHED = skipped('not reached');
