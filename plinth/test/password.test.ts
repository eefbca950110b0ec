// A password that comes from a function: asked for at each new connection, and never shown.

import { isPlinthError, openEngine } from 'plinth';
import { expect, it } from 'vitest';
import { useServer } from '../../test/support/database.js';

const own = useServer({ password: 'first-secret' });

function url(): string {
  return own.server.url.replace(':first-secret', '');
}

it('is asked for again at each new connection, the one for health checks too', async () => {
  let current = 'first-secret';
  let asked = 0;
  const password = async () => {
    asked += 1;
    return current;
  };
  await using engine = await openEngine({ url: url(), password });
  await engine.query(`ALTER ROLE postgres PASSWORD 'second-secret'`);
  current = 'second-secret';
  await engine.withConnection(async (held) => {
    await held.query('SELECT 1');
    expect((await engine.query('SELECT 1')).rows).toHaveLength(1);
  });
  expect(await engine.health()).toMatchObject({ status: 'connected' });
  expect(asked).toBe(3);
  await engine.query(`ALTER ROLE postgres PASSWORD 'first-secret'`);
});

it.each([
  [
    'throws',
    () => {
      throw new Error('token for hush refused');
    },
    'the password function failed',
  ],
  ['rejects', () => Promise.reject(new Error('token for hush refused')), 'the password function'],
  ['gives nothing', () => '', 'the password function gave no text'],
  ['gives a wrong one', () => 'hush', 'password authentication failed'],
])('a function that %s', async (_, password, problem) => {
  const error = await openEngine({ url: url(), password }).catch((e: unknown) => e);
  if (!isPlinthError(error, 'ENGINE_CONNECT_FAILED')) throw error;
  expect(error.message).toContain(problem);
  expect(JSON.stringify([error.message, error.hint, error.details])).not.toContain('hush');
});

it('leaves no connection waiting when the function fails', async () => {
  const password = () => Promise.reject(new Error('no token'));
  await openEngine({ url: url(), password }).catch(() => undefined);
  await using engine = await openEngine({ url: own.server.url });
  await expect
    .poll(async () => {
      const { rows } = await engine.query(
        `SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
      );
      return rows.length;
    })
    .toBe(0);
});
