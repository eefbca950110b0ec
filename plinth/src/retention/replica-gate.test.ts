// When a replica is behind.

import { describe, expect, it } from 'vitest';
import { isBehind } from './replica-gate.js';

const MIB = 1024 * 1024;

describe('isBehind', () => {
  it.each([
    { what: 'one that keeps up', seconds: 0.2, bytes: MIB, behind: false },
    { what: 'one at just the bound', seconds: 10, bytes: MIB, behind: false },
    { what: 'one that is late', seconds: 10.5, bytes: MIB, behind: true },
    { what: 'one that has caught up since', seconds: 12, bytes: 0, behind: false },
    {
      what: 'one that has stopped, and shows no seconds',
      seconds: 0,
      bytes: 300 * MIB,
      behind: true,
    },
  ])('of $what is $behind', ({ seconds, bytes, behind }) => {
    expect(isBehind({ kind: 'known', seconds, bytes }, 10)).toBe(behind);
  });
});
