// Keeps the error codes honest: the reference page lists exactly what the code defines, and no
// code is defined that nothing throws.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSources } from '../../test/support/read-sources.js';
import { ERROR_CODES } from '../src/errors/index.js';

const PAGE = readFileSync(new URL('../../docs/reference/errors.md', import.meta.url), 'utf8');
const SOURCES = fileURLToPath(new URL('../src', import.meta.url));

const expectedRows = Object.entries(ERROR_CODES).map(
  ([code, { means, retryable }]) => `| \`${code}\` | ${means} | ${retryable ? 'yes' : 'no'} |`,
);

/** Groups by the room in front of the first underscore, as the page has one table per room. */
function roomsOf(lines: readonly string[]): readonly string[] {
  const rooms = lines.flatMap((line) => /^\| `([A-Z]+)_/.exec(line)?.[1] ?? []);
  return rooms.filter((room, index) => room !== rooms[index - 1]);
}

describe('docs/reference/errors.md', () => {
  const rows = PAGE.split('\n').filter((line) => /^\| `[A-Z]/.test(line));

  it('lists every error code with what it means, and no other', () => {
    expect([...rows].sort()).toEqual([...expectedRows].sort());
  });

  it('has each room once', () => {
    const rooms = roomsOf(rows);
    expect(rooms).toEqual([...new Set(rooms)]);
  });
});

describe('ERROR_CODES', () => {
  it('are grouped by room', () => {
    const rooms = roomsOf(expectedRows);
    expect(rooms).toEqual([...new Set(rooms)]);
  });

  it('are each used outside of errors/', () => {
    const code = readSources(SOURCES)
      .filter(({ path }) => !path.startsWith('errors/') && !path.endsWith('.test.ts'))
      .map(({ text }) => text)
      .join('\n');
    const unused = Object.keys(ERROR_CODES).filter((name) => !code.includes(`'${name}'`));
    expect(unused).toEqual([]);
  });
});
