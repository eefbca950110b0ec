// Which host comes next, told with a clock that stands still until it is moved.

import { describe, expect, it } from 'vitest';
import { WrongServerError } from './connect-errors.js';
import { type HostChoice, HostSelector } from './host-selector.js';
import { TARGET_SESSION_ATTRS, unwantedBecause } from './server-kind.js';

const [a, b, c] = ['a', 'b', 'c'].map((host) => ({ host, port: 5432 }));
const primary = { standby: false, readOnly: false };
const standby = { standby: true, readOnly: false };
const refused = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const noTls = new Error('The server does not support SSL connections');
const noHbaLine = Object.assign(new Error('no pg_hba.conf entry'), {
  code: '28000',
  routine: 'ClientAuthentication',
});

function selector(choice: Partial<HostChoice> = {}, random = () => 0) {
  const clock = { now: 1000 };
  const hosts = new HostSelector(
    {
      hosts: [a, b, c].filter((host) => host !== undefined),
      targetSessionAttrs: 'any',
      loadBalanceHosts: 'disable',
      sslMode: 'disable',
      ...choice,
    },
    () => clock.now,
    random,
  );
  const fail = (error: unknown = refused) => {
    const attempt = hosts.next();
    clock.now += 1;
    hosts.failed(attempt, error);
    return attempt.address.host;
  };
  return { hosts, clock, fail, next: () => hosts.next().address.host };
}

describe('the order of hosts', () => {
  it('is the list’s, and starts over with the one that failed first', () => {
    const { fail, next } = selector();
    expect([fail(), fail(), fail(), next()]).toEqual(['a', 'b', 'c', 'a']);
  });

  it('stays with a host that works, and tries the first again after a minute', () => {
    const { clock, fail, next } = selector();
    fail();
    expect([next(), next()]).toEqual(['b', 'b']);
    clock.now += 60_000;
    expect(next()).toBe('a');
  });

  it('does not count one failure twice', () => {
    const { hosts, next } = selector();
    const [first, second] = [hosts.next(), hosts.next()];
    hosts.failed(first, refused);
    hosts.failed(second, refused);
    expect(next()).toBe('b');
  });

  it('is random where that is asked for', () => {
    const { fail, next } = selector({ loadBalanceHosts: 'random' }, () => 0.99);
    expect([fail(), fail(), next()]).toEqual(['c', 'b', 'a']);
  });

  it('finds the primary that a standby became', () => {
    const { hosts, clock, fail, next } = selector({ targetSessionAttrs: 'primary' });
    expect(fail()).toBe('a');
    expect(hosts.refusalOf(hosts.next(), standby)).toBe('it is a standby');
    clock.now += 1;
    expect([fail(), fail()]).toEqual(['c', 'a']);
    expect(hosts.refusalOf(hosts.next(), primary)).toBeUndefined();
    expect(next()).toBe('b');
  });

  it('takes a primary for prefer-standby once there is no standby', () => {
    const { hosts, fail, clock } = selector({ targetSessionAttrs: 'prefer-standby' });
    expect(hosts.refusalOf(hosts.next(), primary)).toBe('it is a primary');
    clock.now += 1;
    expect([fail(), fail()]).toEqual(['b', 'c']);
    expect(hosts.refusalOf(hosts.next(), primary)).toBeUndefined();
    expect(hosts.attempts).toBe(6);
  });
});

describe('what is said when all fail', () => {
  it('names each host', () => {
    const { hosts, fail } = selector({ targetSessionAttrs: 'primary' });
    fail();
    hosts.refusalOf(hosts.next(), standby);
    fail();
    expect(hosts.explain(new WrongServerError('x'))).toMatchObject({
      code: 'WRONG_SERVER',
      message: 'a:5432: refused; b:5432: it is a standby; c:5432: refused',
    });
  });
});

describe('sslmode prefer', () => {
  it.each([noTls, noHbaLine])('goes on in plain text where TLS is refused: %s', (error) => {
    const { hosts, fail } = selector({ sslMode: 'prefer' });
    expect(hosts.next().tls).toBe(true);
    expect([fail(error), hosts.next()]).toEqual(['a', { address: a, tls: false }]);
  });

  it('goes back to TLS where plain text is refused', () => {
    const { hosts } = selector({ sslMode: 'prefer', hosts: [{ host: 'a', port: 1 }] });
    hosts.failed(hosts.next(), noTls);
    hosts.failed(hosts.next(), noHbaLine);
    expect(hosts.next().tls).toBe(true);
  });

  it.each([refused, Object.assign(new Error('wrong password'), { code: '28P01' })])(
    'keeps TLS after another error: %s',
    (error) => {
      const { hosts } = selector({ sslMode: 'prefer', hosts: [{ host: 'a', port: 1 }] });
      hosts.failed(hosts.next(), error);
      expect(hosts.next().tls).toBe(true);
    },
  );

  it('never uses TLS on a socket', () => {
    const { hosts } = selector({ sslMode: 'verify-full', hosts: [{ host: '/tmp', port: 1 }] });
    expect(hosts.next().tls).toBe(false);
  });
});

it.each(['require', 'verify-ca', 'verify-full'] as const)('%s never gives TLS up', (sslMode) => {
  const { hosts } = selector({ sslMode, hosts: [{ host: 'a', port: 1 }] });
  hosts.failed(hosts.next(), noTls);
  hosts.failed(hosts.next(), noHbaLine);
  expect(hosts.next().tls).toBe(true);
});

describe('target_session_attrs', () => {
  const readOnlyPrimary = { standby: false, readOnly: true };
  it.each([
    [primary, ['any', 'read-write', 'primary']],
    [readOnlyPrimary, ['any', 'read-only', 'primary']],
    [standby, ['any', 'read-only', 'standby', 'prefer-standby']],
  ])('%j is taken for %j', (kind, wanted) => {
    const taken = TARGET_SESSION_ATTRS.filter((word) => unwantedBecause(word, kind) === undefined);
    expect(taken).toEqual(wanted);
  });
});
