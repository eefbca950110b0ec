// A name for what is built beside the one whose place it takes.

import { cutName, MAX_NAME_BYTES } from '../../sql/index.js';

const LABEL = '_new';

/** The names of an object with the last one marked: `users_email_idx_new`. */
export function temporaryName(names: readonly string[]): readonly string[] {
  const clipped = cutName(names.at(-1) ?? '', MAX_NAME_BYTES - LABEL.length);
  return [...names.slice(0, -1), `${clipped}${LABEL}`];
}
