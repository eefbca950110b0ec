// libpq's sslmode against a real server: with TLS, without it, and with rules that refuse one.

import { isPlinthError, openEngine, type PlinthError } from 'plinth';
import { beforeAll, describe, expect, it } from 'vitest';
import { useServer } from '../../test/support/database.js';
import { certificatePath, restartWith } from './support/server-files.js';

const own = useServer();
const ca = certificatePath('ca');
const otherCa = certificatePath('other-ca');
const anything = 'host all all all trust';

function urlWith(query: string, host = '127.0.0.1'): string {
  return `${own.server.url.replace('127.0.0.1', host)}?${query}`;
}

async function isEncrypted(url: string): Promise<boolean> {
  await using engine = await openEngine({ url, connectRetries: 1 });
  const { rows } = await engine.query<{ ssl: boolean }>(
    'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
  );
  await expect(engine.health()).resolves.toMatchObject({ status: 'connected' });
  return rows[0]?.ssl === true;
}

async function refusal(url: string): Promise<PlinthError> {
  const outcome = await isEncrypted(url).catch((error: unknown) => error);
  if (isPlinthError(outcome)) return outcome;
  throw new Error(`${url}: ${String(outcome)}`);
}

describe('a server with TLS', () => {
  beforeAll(() => restartWith(own.server, { certificate: 'localhost', lines: [anything] }));

  it.each([
    ['', true],
    ['sslmode=disable', false],
    ['sslmode=prefer', true],
    ['sslmode=require', true],
    [`sslmode=require&sslrootcert=${ca}`, true],
    [`sslmode=verify-ca&sslrootcert=${ca}`, true],
    [`sslmode=verify-full&sslrootcert=${ca}`, true],
  ])('%s: encrypted %s', async (query, encrypted) => {
    expect(await isEncrypted(urlWith(query))).toBe(encrypted);
  });

  it.each([
    `sslmode=require&sslrootcert=${otherCa}`,
    `sslmode=verify-ca&sslrootcert=${otherCa}`,
    `sslmode=verify-full&sslrootcert=${otherCa}`,
    'sslmode=verify-full',
    'sslrootcert=system',
  ])('%s: refused, its authority is not trusted', async (query) => {
    const { code, hint } = await refusal(urlWith(query));
    expect([code, hint]).toEqual(['ENGINE_CONNECT_FAILED', expect.stringContaining('sslrootcert')]);
  });
});

describe('a server with a certificate for another name', () => {
  beforeAll(() => restartWith(own.server, { certificate: 'elsewhere', lines: [anything] }));

  it.each(['sslmode=require', `sslmode=verify-ca&sslrootcert=${ca}`])(
    '%s: encrypted',
    async (query) => {
      expect(await isEncrypted(urlWith(query))).toBe(true);
    },
  );

  it.each(['127.0.0.1', 'localhost'])('verify-full: refused as %s', async (host) => {
    const { hint } = await refusal(urlWith(`sslmode=verify-full&sslrootcert=${ca}`, host));
    expect(hint).toContain('Connect by the name that the certificate is for');
  });
});

describe('a server without TLS', () => {
  beforeAll(() => restartWith(own.server, { lines: [anything] }));

  it('prefer: plain text', async () => {
    expect(await isEncrypted(urlWith('sslmode=prefer'))).toBe(false);
  });

  it.each(['require', `verify-ca&sslrootcert=${ca}`, `verify-full&sslrootcert=${ca}`])(
    '%s: refused',
    async (mode) => {
      const { message, hint } = await refusal(urlWith(`sslmode=${mode}`));
      expect(message).toContain('does not support SSL');
      expect(hint).toContain('Turn TLS on at the server');
    },
  );
});

describe('a server whose pg_hba.conf refuses one of the two', () => {
  it('refuses TLS: prefer is plain text, require is refused', async () => {
    const lines = ['hostnossl all all all trust'];
    await restartWith(own.server, { certificate: 'localhost', lines });
    expect(await isEncrypted(urlWith('sslmode=prefer'))).toBe(false);
    expect((await refusal(urlWith('sslmode=require'))).message).toContain('pg_hba.conf');
  });

  it('refuses plain text: prefer is encrypted, disable is refused', async () => {
    const lines = ['hostssl all all all trust'];
    await restartWith(own.server, { certificate: 'localhost', lines });
    expect(await isEncrypted(urlWith('sslmode=prefer'))).toBe(true);
    expect((await refusal(urlWith('sslmode=disable'))).message).toContain('pg_hba.conf');
  });

  it('an engine that prefers TLS follows when the rules change', async () => {
    await restartWith(own.server, {
      certificate: 'localhost',
      lines: ['hostssl all all all trust'],
    });
    await using engine = await openEngine({ url: urlWith('sslmode=prefer') });
    for (const type of ['hostnossl', 'hostssl']) {
      await restartWith(own.server, {
        certificate: 'localhost',
        lines: [`${type} all all all trust`],
      });
      const { rows } = await engine.query(
        'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
      );
      expect(rows).toEqual([{ ssl: type === 'hostssl' }]);
    }
  });
});

it('the option holds where the URL names no mode', async () => {
  const tls = { certificate: 'localhost', lines: [anything] };
  await restartWith(own.server, tls);
  const sslOf = async (url: string) => {
    await using engine = await openEngine({ url, sslMode: 'disable' });
    const { rows } = await engine.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    return rows[0]?.ssl;
  };
  expect(await sslOf(own.server.url)).toBe(false);
  expect(await sslOf(urlWith('sslmode=require'))).toBe(true);
});
