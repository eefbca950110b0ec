// How classes are written, and which of them are taken.

import { describe, expect, it } from 'vitest';
import { isPlinthError } from '../errors/index.js';
import { chooseClasses, isKeep, type RetentionClass } from './retention-class.js';

const notes: RetentionClass = { name: 'notes', table: 'notes', column: 'at', keep: '90 days' };
const logs: RetentionClass = { name: 'logs', table: 'logs', column: 'at', keep: '6 years' };

describe('isKeep', () => {
  it.each(['1 second', '90 days', '1 day', '3 weeks', '6 months', '1000 years', '24 hours'])(
    'takes %s',
    (text) => {
      expect(isKeep(text)).toBe(true);
    },
  );

  it.each([
    '',
    '90',
    'days',
    '0 days',
    '-1 days',
    '1.5 days',
    '90  days',
    '90 Days',
    '1001 years',
    '1 day 2 hours',
    '999999999 years',
    '01 days',
    '90 days\n',
  ])('refuses %j', (text) => {
    expect(isKeep(text)).toBe(false);
  });
});

describe('isKeep with a least time', () => {
  it.each([
    ['6 years', true],
    ['72 months', true],
    ['7 years', true],
    ['2192 days', true],
    ['71 months', false],
    ['2190 days', false],
    ['1 year', false],
  ])('of 6 years, for %s says %s', (text, expected) => {
    expect(isKeep(text, '6 years')).toBe(expected);
  });
});

describe('chooseClasses', () => {
  it('takes all, or those that are named', () => {
    expect(chooseClasses([notes, logs])).toEqual([notes, logs]);
    expect(chooseClasses([notes, logs], ['logs'])).toEqual([logs]);
  });

  it.each([
    { what: 'two of one name', classes: [notes, { ...logs, name: 'notes' }], only: [] },
    { what: 'one without a name', classes: [{ ...notes, name: '' }], only: [] },
    { what: 'a name that none has', classes: [notes], only: ['logs'] },
    {
      what: 'one that keeps less than the function that prunes',
      classes: [{ ...logs, prune: { function: 'prune', order: 'id', least: '2192 days' } }],
      only: [],
    },
    { what: 'no time', classes: [{ ...notes, keep: 'ever' }], only: [] },
  ])('refuses $what', ({ classes, only }) => {
    const choose = () => chooseClasses(classes, only);
    expect(choose).toThrow(expect.toSatisfy((e) => isPlinthError(e, 'RETENTION_CLASS_INVALID')));
  });

  it('takes one that keeps as long as the function that prunes', () => {
    const prune = { function: 'prune', order: 'id', least: '72 months' };
    expect(chooseClasses([{ ...logs, prune }])).toHaveLength(1);
  });

  it.each([
    "body = 'a' OR body = 'b' -- for good )",
    "(a) IN (SELECT ';' || E'\\')' FROM b) /* ( */",
    'body = $tag$ ) ; $tag$ AND "odd)name" > 0',
  ])('takes the condition %s', (where) => {
    expect(chooseClasses([{ ...notes, where }])).toHaveLength(1);
  });

  it.each([
    { where: "body = 'a') OR (TRUE", problem: 'closes a parenthesis that it has not opened' },
    { where: ' -- nothing', problem: 'says nothing' },
    { where: "(body = 'a'", problem: 'leaves a parenthesis open' },
    { where: "body = 'a' -- )\n) OR (TRUE", problem: 'closes a parenthesis' },
    { where: 'TRUE; DELETE FROM notes', problem: 'holds a semicolon' },
    { where: "body = 'a", problem: 'ends within a quote or a comment' },
    { where: 'TRUE /* for now', problem: 'ends within a quote or a comment' },
    { where: 'body = $tag$a', problem: 'ends within a quote or a comment' },
    { where: 'body = $1', problem: 'binds $1' },
  ])('refuses the condition $where', ({ where, problem }) => {
    expect(() => chooseClasses([{ ...notes, where }])).toThrow(
      expect.toSatisfy(
        (error) =>
          isPlinthError(error, 'RETENTION_CLASS_INVALID') && error.message.includes(problem),
      ),
    );
  });
});
