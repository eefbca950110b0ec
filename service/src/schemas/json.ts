// Schemas for JSON that is kept in a column of type jsonb: what could not be given back is refused.

import { z } from 'zod';

/** Deepest nesting that is accepted. */
const MAX_DEPTH = 32;

/** A JSON object of at most so many bytes, as it is sent without white space. */
export function jsonObject(maxBytes: number) {
  return z.record(z.string(), z.unknown()).check(keepable(maxBytes));
}

/** A JSON object or array of at most so many bytes. */
export function jsonDocument(maxBytes: number) {
  return z
    .union([z.record(z.string(), z.unknown()), z.array(z.unknown())], {
      error: 'must be an object or a list',
    })
    .check(keepable(maxBytes));
}

function keepable(maxBytes: number) {
  return z.check<unknown>(({ value, issues }) => {
    const problem = problemOf(value) ?? sizeProblem(value, maxBytes);
    if (problem !== undefined) issues.push({ code: 'custom', message: problem, input: value });
  });
}

function sizeProblem(document: unknown, maxBytes: number): string | undefined {
  if (Buffer.byteLength(JSON.stringify(document)) <= maxBytes) return undefined;
  return `must be at most ${maxBytes} bytes of JSON`;
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
      return 'must hold only whole numbers that a double keeps exactly';
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
