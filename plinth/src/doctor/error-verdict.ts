// A check that could not be made is a finding too: the error's own words, and what to do about it.

import { PlinthError } from '../errors/index.js';
import { failed, type Verdict } from './finding.js';

/** SQLSTATEs and what a person does about them. */
const HINTS: Readonly<Record<string, string>> = {
  '42501': 'Grant the role what it needs, or connect as a role that has it.',
};

const UNKNOWN = 'Look at what the message names, then run the command again.';

export function errorVerdict(error: unknown): Verdict {
  if (error instanceof PlinthError) {
    return failed(error.message, poolerHint(error.message) ?? error.hint ?? UNKNOWN);
  }
  if (!(error instanceof Error)) return failed(String(error), UNKNOWN);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return failed(error.message, poolerHint(error.message) ?? HINTS[code] ?? UNKNOWN);
}

/** Only a pooler refuses a parameter of PostgreSQL. */
function poolerHint(message: string): string | undefined {
  return message.includes('unsupported startup parameter')
    ? 'Set DB_POOLER to transaction: this is a pooler, not the server.'
    : undefined;
}
