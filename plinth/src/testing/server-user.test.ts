// Reading the users of a system, as Linux and macOS write them.

import { describe, expect, it } from 'vitest';
import { parsePasswd } from './server-user.js';

describe('parsePasswd', () => {
  it.each([
    ['Linux', 'nobody:x:65534:65533:nobody:/:/sbin/nologin', 65534, 65533],
    [
      'macOS, with its negative ids',
      'nobody:*:-2:-2:Nobody:/var/empty:/bin/false',
      4294967294,
      4294967294,
    ],
  ])('reads an entry of %s', (_, line, uid, gid) => {
    expect(parsePasswd(`${line}\n`).get('nobody')).toEqual({ name: 'nobody', uid, gid });
  });

  it('leaves out what is no user', () => {
    expect([
      ...parsePasswd('# User Database\n\n+::::::\nroot:x:0:0::/root:/bin/sh').keys(),
    ]).toEqual(['root']);
  });
});
