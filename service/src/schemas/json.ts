// Schemas for JSON that is kept as it was sent, in a column of type jsonb.

import { z } from 'zod';

/** Deepest nesting that is accepted. */
const MAX_DEPTH = 32;

/** A JSON object. */
export function jsonObject() {
  return z.record(z.string(), z.unknown()).check(keepable());
}

/** A JSON object or array. */
export function jsonDocument() {
  return z
    .union([z.record(z.string(), z.unknown()), z.array(z.unknown())], {
      error: 'must be an object or a list',
    })
    .check(keepable());
}

/** Refuses what could not be given back as it came. */
function keepable() {
  return z.check<unknown>(({ value, issues }) => {
    const problem = problemOf(value);
    if (problem !== undefined) issues.push({ code: 'custom', message: problem, input: value });
  });
}

interface Inner {
  readonly value: unknown;
  readonly depth: number;
}

// A list in place of recursion: what is nested too deep must not end the call stack.
function problemOf(document: unknown): string | undefined {
  const waiting: Inner[] = [{ value: document, depth: 1 }];
  for (let inner = waiting.pop(); inner !== undefined; inner = waiting.pop()) {
    const { value, depth } = inner;
    if (typeof value === 'string' && !isStorable(value)) return NOT_STORABLE;
    if (typeof value === 'number' && !isExact(value)) {
      return 'must hold only numbers that a double keeps exactly';
    }
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MAX_DEPTH) return `must be nested at most ${MAX_DEPTH} levels deep`;
    for (const [name, member] of Object.entries(value)) {
      if (!isStorable(name)) return NOT_STORABLE;
      waiting.push({ value: member, depth: depth + 1 });
    }
  }
  return undefined;
}

const NOT_STORABLE = 'must not hold U+0000 or half of a surrogate pair';

// U+0000 has no place in PostgreSQL's jsonb, and half of a pair none in UTF-8.
function isStorable(text: string): boolean {
  return !/\0|\p{Surrogate}/u.test(text);
}

function isExact(value: number): boolean {
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}
