// What is read out of conditions, as PostgreSQL prints them.

import { describe, expect, it } from 'vitest';
import { exceptionsIn, listsValues, literalsIn, settingsIn } from './read-conditions.js';

const SETTING = `NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text)`;

describe('literalsIn', () => {
  it.each([
    [`CHECK ((status = ANY (ARRAY['a'::text, 'it''s'::text])))`, ['a', "it's"]],
    ['CHECK (((size > 0) AND (size <= 12.5)))', ['0', '1', '-1', '12.5', '13.5', '11.5']],
    [`CHECK ((x2 ~ '^[0-9]{3}$'::text))`, ['^[0-9]{3}$']],
    ['CHECK ((ends > starts))', []],
  ])('of %s', (condition, literals) => {
    expect(literalsIn(condition)).toEqual(literals);
  });
});

describe('listsValues', () => {
  it.each([
    [`CHECK ((status = ANY (ARRAY['a'::text])))`, true],
    [`CHECK ((kind = 'a'::text))`, true],
    ['CHECK ((kind = 3))', true],
    ['CHECK ((size > 0))', false],
    [`CHECK ((mail ~ '@'::text))`, false],
  ])('of %s', (condition, lists) => {
    expect(listsValues(condition)).toBe(lists);
  });
});

describe('exceptionsIn', () => {
  const columns = ['tenant', 'status', 'level', 'doc', 'status_text'];
  const found = (condition: string) => exceptionsIn(condition, columns, (name) => name === 'doc');

  it('are the values that a condition names, in the columns that it names', () => {
    expect(found(`((tenant = ${SETTING}) OR (status = 'published'::text))`)).toEqual([
      { column: 'tenant', value: 'published' },
      { column: 'status', value: 'published' },
    ]);
  });

  it('are fields of JSON', () => {
    expect(found(`((doc ->> 'public'::text) = 'yes'::text)`)).toEqual([
      { column: 'doc', value: '{"public":true}' },
      { column: 'doc', value: '{"public":"yes"}' },
      { column: 'doc', value: '{"yes":true}' },
      { column: 'doc', value: '{"yes":"yes"}' },
    ]);
  });

  it('are days on both sides of one that it names', () => {
    expect(exceptionsIn(`(due < '2024-02-29'::date)`, ['due'], () => false)).toEqual([
      { column: 'due', value: '2024-02-29' },
      { column: 'due', value: '2023-02-28' },
      { column: 'due', value: '2025-02-28' },
    ]);
  });

  it('are none where it names the tenant only', () => {
    expect(exceptionsIn(`(tenant = ${SETTING})`, ['status', 'level'], () => false)).toEqual([]);
  });
});

it('settingsIn finds every setting that is read', () => {
  const condition = `((tenant = ${SETTING}) OR (current_setting('my.bypass'::text, true) = 'on'::text))`;
  expect(settingsIn(condition)).toEqual(['app.current_tenant_id', 'my.bypass']);
});
