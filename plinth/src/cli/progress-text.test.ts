import { describe, expect, it } from 'vitest';
import { parseRevision } from '../revisions/index.js';
import * as text from './progress-text.js';

const revision = parseRevision(
  '1.sql',
  [
    '-- plinth:revision 1f3a9c0d27b4',
    '-- plinth:revises (base)',
    '-- plinth:message create tasks',
    '-- plinth:upgrade',
    '-- plinth:downgrade',
    '',
  ].join('\n'),
);

const place = {
  direction: 'upgrade',
  revision,
  statement: 2,
  statements: 5,
  line: 9,
  text: '\n  CREATE INDEX\tCONCURRENTLY tasks_title\n  ON tasks (title)',
} as const;

const psql = { pid: 4711, application: 'psql', query: 'LOCK TABLE\n  tasks', seconds: 75 };

describe('duration', () => {
  it.each([
    [0.4, '0 ms'],
    [999, '999 ms'],
    [1000, '1.0 s'],
    [9940, '9.9 s'],
    [59_400, '59 s'],
    [59_600, '1 min 0 s'],
    [3_725_000, '62 min 5 s'],
  ])('of %d ms', (ms, expected) => {
    expect(text.duration(ms)).toBe(expected);
  });
});

describe('what goes on, in words', () => {
  it.each([
    [
      text.statementText({ kind: 'statement', ...place }),
      '2/5 CREATE INDEX CONCURRENTLY tasks_title',
    ],
    [
      text.statementText({ kind: 'statement', ...place, statements: 1, text: 'SELECT 1' }),
      'SELECT 1',
    ],
    [
      text.blockedText({ blockers: [psql] }),
      'waits for process 4711 (psql, 1 min 15 s, LOCK TABLE tasks)',
    ],
    [
      text.blockedText({
        blockers: [{ pid: 1, application: '', query: 'x'.repeat(80), seconds: 1 }, psql],
      }),
      `waits for process 1 (unnamed, 1.0 s, ${'x'.repeat(60)}…) and 1 more`,
    ],
    [text.blockedText({ blockers: [] }), 'waits for another session'],
    [
      text.workingText({
        kind: 'working',
        ...place,
        elapsedMs: 1,
        phase: 'building index: scanning table',
        done: 43_900,
        total: 100_000,
      }),
      'building index: scanning table 43 %',
    ],
    [
      text.workingText({ kind: 'working', ...place, elapsedMs: 1, phase: '', done: 0, total: 0 }),
      '',
    ],
    [
      text.batchText({
        kind: 'batch',
        direction: 'upgrade',
        revision,
        name: 'trim',
        rows: 500,
        allRows: 1500,
        total: 6000,
        elapsedMs: 1,
      }),
      'trim: 1500 of 6000 rows (25 %)',
    ],
    [
      text.retryingText({ kind: 'retrying', ...place, attempt: 1, attempts: 11, blockers: [psql] }),
      'retrying  1f3a9c0d27b4:9  no lock in attempt 1 of 11: ' +
        'process 4711 (psql, 1 min 15 s, LOCK TABLE tasks)',
    ],
    [
      text.recoveredText({ kind: 'recovered', revision, what: 'dropped the invalid index a' }),
      'recovered  1f3a9c0d27b4  dropped the invalid index a',
    ],
    [
      text.finishedText({ kind: 'finished', direction: 'downgrade', revision, durationMs: 45.4 }),
      'downgrade  1f3a9c0d27b4  create tasks  (45 ms)',
    ],
  ])('%s', (said, expected) => {
    expect(said).toBe(expected);
  });
});
