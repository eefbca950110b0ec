import { expect, it } from 'vitest';
import { decodeCursor, encodeCursor } from './cursor.js';

const parts = ['2026-11-20T09:30:00.123456+00:00', '3f0e2a30-0000-4000-8000-000000000000'];
const cursor = encodeCursor('tasks', parts);

it('gives back what it was made of', () => {
  expect(decodeCursor('tasks', cursor)).toEqual(parts);
  expect(encodeURIComponent(cursor)).toBe(cursor);
});

it('refuses a cursor in which any one character was changed or left out', () => {
  for (let at = 0; at < cursor.length; at += 1) {
    const other = cursor[at] === 'A' ? 'B' : 'A';
    expect(
      decodeCursor('tasks', cursor.slice(0, at) + other + cursor.slice(at + 1)),
    ).toBeUndefined();
    expect(decodeCursor('tasks', cursor.slice(0, at) + cursor.slice(at + 1))).toBeUndefined();
  }
});

it('refuses a cursor of another list', () => {
  expect(decodeCursor('todos', cursor)).toBeUndefined();
  expect(decodeCursor('tasks', '')).toBeUndefined();
});
