// Which settings of retention are taken, and that plinth.config.ts reads the same ones.

import { describe, expect, it } from 'vitest';
import { retentionTimesOf } from './retention-classes.js';
import { readSettings } from './settings.js';

describe('the settings of retention', () => {
  it('have defaults, the same as plinth.config.ts has', () => {
    const { interval, times } = readSettings({}).retention;
    expect(interval).toBe(3600);
    expect(times).toEqual({ enhancements: '90 days', audit: '6 years', deletedTasks: '30 days' });
    expect(retentionTimesOf({ RETENTION_AUDIT: '' })).toEqual(times);
  });

  it('are read from the same variables as plinth.config.ts does', () => {
    const environment = {
      RETENTION_INTERVAL: '0',
      RETENTION_ENHANCEMENTS: '12 hours',
      RETENTION_AUDIT: '84 months',
      RETENTION_DELETED_TASKS: '1 week',
    };
    const { interval, times } = readSettings(environment).retention;
    expect(interval).toBe(0);
    expect(times).toEqual({ enhancements: '12 hours', audit: '84 months', deletedTasks: '1 week' });
    expect(retentionTimesOf(environment)).toEqual(times);
  });

  it.each([
    ['RETENTION_INTERVAL', '-1'],
    ['RETENTION_INTERVAL', '1 hour'],
    ['RETENTION_INTERVAL', '86401'],
    ['RETENTION_ENHANCEMENTS', '90'],
    ['RETENTION_ENHANCEMENTS', 'for ever'],
    ['RETENTION_AUDIT', '5 years'],
    ['RETENTION_AUDIT', '2000 days'],
    ['RETENTION_DELETED_TASKS', '0 days'],
  ])('refuse %s=%s', (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(`${name} is ${JSON.stringify(value)}`);
  });

  it('name the longest time there is', () => {
    expect(() => readSettings({ RETENTION_ENHANCEMENTS: '1001 years' })).toThrow(
      'is "1001 years", and must be a whole number and a unit, such as 90 days or 6 years, 1000 years at most',
    );
  });
});
