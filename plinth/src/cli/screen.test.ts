import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { cutToWidth, screenLine } from './screen.js';

describe('cutToWidth', () => {
  it.each([
    ['what is short', 'CREATE TABLE', 12, 'CREATE TABLE'],
    ['what is long', 'CREATE TABLE t', 12, 'CREATE TABL…'],
    ['wide characters', '表表表', 6, '表表表'],
    ['too many wide characters', '表表表表', 6, '表表…'],
    ['what is no character by itself', '🙂🙂🙂', 5, '🙂🙂…'],
    ['control characters', 'a\u001b[2Jb\tc', 20, 'a [2Jb c'],
    ['no room at all', 'abc', 0, '…'],
  ])('%s', (_, text, width, expected) => {
    expect(cutToWidth(text, width)).toBe(expected);
  });
});

describe('screenLine', () => {
  it('draws over itself, within the width of now, and leaves nothing', () => {
    const stream = new PassThrough({ encoding: 'utf8' });
    let width = 10;
    const line = screenLine({ stream, columns: () => width });
    line.clear();
    line.draw('one two three');
    width = 20;
    line.draw('one two three');
    line.clear();
    line.clear();
    const ESC = '\u001b';
    const erased = `${ESC}[1G${ESC}[2K`;
    expect(stream.read()).toBe(`one two …${erased}one two three${erased}`);
  });
});
