import { describe, expect, it } from 'vitest';
import { isPlinthError } from '../errors/index.js';
import { lineAt } from './line-at.js';
import { normalizeSql } from './normalize-sql.js';
import { quoteIdentifier } from './quote-identifier.js';
import { quoteLiteral } from './quote-literal.js';

describe('quoteIdentifier', () => {
  it.each([
    ['tasks', 'tasks'],
    ['_a1$', '_a1$'],
    ['Tasks', '"Tasks"'],
    ['1a', '"1a"'],
    ['$a', '"$a"'],
    ['a b', '"a b"'],
    ['größe', '"größe"'],
    ['a"b', '"a""b"'],
    ['user', '"user"'],
    ['between', '"between"'],
    ['left', '"left"'],
    ['name', 'name'],
    ['a;--', '"a;--"'],
  ])('%s', (name, expected) => {
    expect(quoteIdentifier(name)).toBe(expected);
  });

  it.each(['', 'a\0b'])('refuses %j', (name) => {
    expect(() => quoteIdentifier(name)).toThrow(
      expect.toSatisfy((error) => isPlinthError(error, 'SQL_VALUE_INVALID')),
    );
  });
});

describe('quoteLiteral', () => {
  it.each([
    ['', "''"],
    ["it's", "'it''s'"],
    ['a\\b', "E'a\\\\b'"],
    ["\\'", "E'\\\\'''"],
    ['line\nend', "'line\nend'"],
  ])('%j', (value, expected) => {
    expect(quoteLiteral(value)).toBe(expected);
  });

  it('refuses NUL', () => {
    expect(() => quoteLiteral('a\0')).toThrow(/NUL/);
  });
});

describe('lineAt', () => {
  it.each([
    ['abc', 2, 1],
    ['a\nb', 1, 1],
    ['a\nb', 2, 2],
    ['a\r\nb', 3, 2],
    ['a\rb\r\n\nc', 6, 4],
    ['a\n', 99, 2],
  ])('%j at %i', (text, offset, line) => {
    expect(lineAt(text, offset)).toBe(line);
  });
});

describe('normalizeSql', () => {
  it.each([
    ['SELECT f(a,b)', 'SELECT f( a , b )  ;  ;'],
    ['a -- x\n;b', 'a;\n/* y */\n\nb;'],
    ['a/* x */b', 'a b'],
    ['a\r\n=1', 'a = 1'],
    ['', '-- nothing\n;'],
  ])('%j is alike %j', (one, other) => {
    expect(normalizeSql(one)).toBe(normalizeSql(other));
  });

  it.each([
    ["SELECT 'a  b'", "SELECT 'a b'"],
    ['SELECT "a  b"', 'SELECT "a b"'],
    ['DO $$ a -- x\n $$', 'DO $$ a \n $$'],
    ["E'x'", "E 'x'"],
    ['a @- b', 'a @ -b'],
    ['a; b', 'a b'],
    ['SELECT a', 'SELECT A'],
    ['1.5', '1 .5'],
  ])('%j differs from %j', (one, other) => {
    expect(normalizeSql(one)).not.toBe(normalizeSql(other));
  });

  it('ends every statement with a semicolon', () => {
    expect(normalizeSql('a  b;\n\nc -- x')).toBe('a b;\nc;');
  });
});
