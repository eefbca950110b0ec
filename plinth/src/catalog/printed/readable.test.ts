import { describe, expect, it } from 'vitest';
import { readable } from './readable.js';
import { readValues } from './values-query.js';

describe('readable', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['the outermost parentheses', '((a > 0))', 'a > 0'],
    ['operands of AND and OR', '((a > 0) AND ((b = 1) OR (c = 2)))', 'a > 0 AND (b = 1 OR c = 2)'],
    ['casts of a column', "((a.b)::text = 'x'::text)", "a.b::text = 'x'::text"],
    ['casts of a call', '((lower(a))::integer > 1)', 'lower(a)::integer > 1'],
    ['casts of a cast', '(((a)::text)::integer > 1)', 'a::text::integer > 1'],
    ['arguments', 'f((a + 1), (b))', 'f(a + 1, b)'],
    [
      'a query',
      '(EXISTS ( SELECT 1\n   FROM t\n  WHERE (t.a = 1)))',
      'EXISTS (SELECT 1 FROM t WHERE t.a = 1)',
    ],
    [
      'joins',
      'SELECT 1\n   FROM ((a\n     JOIN b ON ((a.x = b.x)))\n     JOIN c ON ((a.x = c.x)))',
      'SELECT 1\nFROM a\n    JOIN b ON a.x = b.x\n    JOIN c ON a.x = c.x',
    ],
    [
      'a range that comes first',
      '(((a >= 1) AND (a <= 2)) AND (b = 1))',
      'a BETWEEN 1 AND 2 AND b = 1',
    ],
    [
      'a range that is excluded',
      '(((a < 1) OR (a > 2)) OR (b = 1))',
      'a NOT BETWEEN 1 AND 2 OR b = 1',
    ],
    ['rows that are compared', '(((a = c) AND (b = d)) AND e)', 'ROW(a, b) = ROW(c, d) AND e'],
    [
      'a list of varchar',
      "((a)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))",
      "a::text = ANY ((ARRAY['x', 'y']::character varying[])::text[])",
    ],
    [
      'names that nobody sees',
      "SELECT 'a'::text AS k\nUNION\n SELECT 'b'::text\nUNION\n SELECT (1)::text",
      "SELECT 'a'::text AS k\nUNION\nSELECT 'b'\nUNION\nSELECT 1::text AS \"?column?\"",
    ],
    ['a list of columns', '(((a = 1) OR (a = b)) OR c)', 'a IN (1, b) OR c'],
    ['no list of constants', '(c OR ((a = 1) OR (a = 1)))', 'c OR (a = 1 OR a = 1)'],
    [
      'a list of what is not seen through',
      '(((a = 1) OR (a = (b + 1))) OR c)',
      'a IN (1, (b + 1)) OR c',
    ],
    ['a list with an array', '(((a = ANY (ARRAY[1, 2])) OR (a = b)) OR c)', 'a IN (1, 2, b) OR c'],
    [
      'a symmetric range',
      '((((a >= b) AND (a <= c)) OR ((a >= c) AND (a <= b))) OR d)',
      'a BETWEEN SYMMETRIC b AND c OR d',
    ],
    [
      'a short CASE',
      'f(\n        CASE\n            WHEN (a > 0) THEN 1\n            ELSE 2\n        END)',
      'f(CASE WHEN a > 0 THEN 1 ELSE 2 END)',
    ],
    [
      'a long condition',
      `SELECT 1\n  WHERE ((${'a'.repeat(40)} = 1) AND (${'b'.repeat(40)} = 2))`,
      `SELECT 1\nWHERE ${'a'.repeat(40)} = 1\n    AND ${'b'.repeat(40)} = 2`,
    ],
  ];
  it.each(cases)('writes %s', (_name, printed, expected) => {
    expect(readable(printed)).toBe(expected);
  });

  it.each([
    ['operands of stronger operators', '(a + b) * c'],
    ['a negation', 'NOT (a OR b)'],
    ['a whole row', '(t.*)::text'],
    ['a negative number', '(- 1)::text'],
    ['a test of a comparison', '(a = 1) IS NULL'],
    ['a collation', '(a || b) COLLATE "C" = c'],
    ['a field of a row', '(a.b).c'],
    ['an element', '(f(a))[1]'],
    ['an OR in an AND', '(a OR b) AND c'],
    ['a nested AND that is no range', '(a > 1 AND b < 2) AND c'],
    ['rows of VALUES', 'VALUES (1), (2)'],
    ['a list for DISTINCT ON', 'SELECT DISTINCT ON (a) b'],
    ['arguments that look like a range', 'f(a >= 1 AND a <= 2) AND b'],
    ['a range that is compared', '(a >= 1 AND a <= 2) = b AND c'],
    ['a bound that holds a comparison', 'a BETWEEN b AND (c = d) AND e'],
    ['a query with ANY', 'a = ANY ((SELECT b))'],
    ['parentheses in quotes', `a = '((' AND "(b" = '))'`],
    ['what does not match', 'a) = (b'],
  ])('leaves %s', (_name, text) => {
    expect(readable(text)).toBe(text);
  });

  it('indents the lines that follow the first', () => {
    const condition = [1, 2, 3, 4].map((n) => `(${'a'.repeat(18)}${n} = 1)`).join(' AND ');
    expect(readable(`(${condition})`, 4).split('\n')).toEqual([
      'aaaaaaaaaaaaaaaaaa1 = 1',
      '        AND aaaaaaaaaaaaaaaaaa2 = 1',
      '        AND aaaaaaaaaaaaaaaaaa3 = 1',
      '        AND aaaaaaaaaaaaaaaaaa4 = 1',
    ]);
  });
});

describe('readValues', () => {
  it.each([
    ['one row', `SELECT "*VALUES*".column1 AS x\n   FROM (VALUES (1)) "*VALUES*"`, ['(1)']],
    [
      'rows without a prefix',
      `SELECT column1,\n    column2\n   FROM (VALUES (1,2), (3,4)) "*VALUES*"`,
      ['(1,2)', '(3,4)'],
    ],
    ['a query of a query', `SELECT column1\n   FROM ( VALUES (1)) "*VALUES*"`, undefined],
    ['an order', `SELECT column1\n   FROM (VALUES (1)) "*VALUES*"\n  ORDER BY column1`, undefined],
    ['another column', `SELECT column2\n   FROM (VALUES (1,2)) "*VALUES*"`, undefined],
    ['a table', 'SELECT 1 FROM t', undefined],
  ])('reads %s', (_name, query, rows) => {
    expect(readValues(query)).toEqual(rows);
  });
});
