import { expect, it } from 'vitest';
import { toUserId } from './user-id.js';

it.each([
  // Made with uuid5 of Python's module uuid.
  ['https://id.example.com/', 'ada', 'c4fa3918-154f-53f2-b940-b87d1a33682f'],
  ['urn:plinth:development', 'Zo\u00EB', 'bbaa40f9-3cb7-514e-922e-e689c9d3d32a'],
  [
    'https://id.example.com/',
    '3f0e2a30-0000-4000-8000-00000000000a',
    '3f0e2a30-0000-4000-8000-00000000000a',
  ],
])('of %s, %s is %s', (issuer, subject, id) => {
  expect(toUserId(issuer, subject)).toBe(id);
});

it('is another one for every subject, also where somebody chooses that of somebody else', () => {
  const issuer = 'https://id.example.com/';
  const ada = toUserId(issuer, 'ada');
  const subjects = ['ada', ada, ada.toUpperCase(), toUserId(issuer, ada)];
  expect(new Set(subjects.map((subject) => toUserId(issuer, subject))).size).toBe(subjects.length);
  const lower = '3f0e2a30-0000-4000-8000-00000000000a';
  expect(toUserId(issuer, lower.toUpperCase())).not.toBe(toUserId(issuer, lower));
});

it.each(['3f0e2a30000040008000000000000000', '{3f0e2a30-0000-4000-8000-00000000000a}', 'ada'])(
  '%s is no UUID, and has another one at each issuer',
  (subject) => {
    const ids = ['https://a.test/', 'https://b.test/'].map((issuer) => toUserId(issuer, subject));
    expect(ids[0]).not.toBe(ids[1]);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab]/);
  },
);
