import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { loggerOptions, redactUrl } from './logger-options.js';

it.each([
  ['/a?token=abc&x=1', '/a?token=[redacted]&x=1'],
  ['/a?x=1&user_password=abc', '/a?x=1&user_password=[redacted]'],
  ['/a?completed=true', '/a?completed=true'],
])('%s is logged as %s', (url, logged) => {
  expect(redactUrl(url)).toBe(logged);
});

it('takes secrets out of records', async () => {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const app = fastify({ logger: { ...loggerOptions({ logLevel: 'info' }), stream } });
  const headers = { authorization: 'Bearer hush', cookie: 'hush', 'x-fine': 'seen' };
  app.log.info({ headers, password: 'hush', user: { api_key: 'hush' }, req2: { headers } }, 'said');
  await app.close();
  expect(lines.join('')).toContain('seen');
  expect(lines.join('')).not.toContain('hush');
});
