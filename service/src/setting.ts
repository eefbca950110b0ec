// Schemas that read a setting from the text of its variable. What is wrong is worded as a
// predicate, which follows the variable's name.

import { z } from 'zod';

const FLAGS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

/** What `read` makes of the trimmed text; a text of which it makes nothing is repeated. */
export function setting<Value>(expected: string, read: (text: string) => Value | undefined) {
  return z.string().transform((text, context): Value => {
    const value = read(text.trim());
    if (value !== undefined) return value;
    context.addIssue(`is ${JSON.stringify(text)}, and must be ${expected}`);
    return z.NEVER;
  });
}

/** As `setting`, for a text that may hold a secret: it is never repeated. */
export function secretSetting<Value>(expected: string, read: (text: string) => Value | undefined) {
  return z.string().transform((text, context): Value => {
    const value = read(text.trim());
    if (value !== undefined) return value;
    context.addIssue(`must be ${expected}`);
    return z.NEVER;
  });
}

export function choice<const Name extends string>(names: readonly Name[]) {
  return setting(`one of ${names.join(', ')}`, (text) =>
    names.find((name) => name === text.toLowerCase()),
  );
}

export function flag() {
  return setting('true or false (or 1, 0, yes, no, on, off)', (text) => {
    const name = text.toLowerCase();
    return Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
  });
}
