import { describe, expect, it } from 'vitest';
import { judgeVersion } from './server.js';

describe('judgeVersion', () => {
  it.each([
    ['18.4', 'passed'],
    ['14.0', 'passed'],
    ['15.7 (Debian 15.7-1)', 'passed'],
    ['19beta1', 'passed'],
    ['13.22', 'failed'],
    ['9.6.24', 'failed'],
    ['unknown', 'failed'],
  ])('of %s: %s', (version, status) => {
    expect(judgeVersion(version, false)).toMatchObject({ status });
  });
});
