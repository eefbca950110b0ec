import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { statementsOf, untilWaiting, whileHeld } from './support/locks.js';
import { TASKS, TODOS } from './support/resources.js';
import { type Answer, DATABASES, expectProblem, useService } from './support/service.js';

const AT_ONCE = 10;
const REPLAYED = 'idempotency-replayed';

describe.each(DATABASES)('Idempotency-Key on the %s database', (kind) => {
  const service = useService(kind);

  const query = async (text: string, values: readonly unknown[] = []) =>
    (await service.db.engine.query<{ count: number }>(text, values)).rows;
  const count = async (table: string) =>
    (await query(`SELECT count(*)::integer AS count FROM ${table}`))[0]?.count;
  const post = (path: string, body: unknown, key: string) =>
    service.call('POST', path, body, { 'idempotency-key': key });
  const endKeys = () =>
    query(`UPDATE idempotency_keys SET created_at = now() - interval '24 hours 1 second'`);

  describe.each([TASKS, TODOS])('for $table', ({ path, table, body, otherBody, change }) => {
    it('the second request is answered with what the first one made', async () => {
      const key = randomUUID();
      const first = await post(path, body, key);
      expect(first.status).toBe(201);
      expect(replayed(first)).toBe(false);
      const before = await count(table);
      const second = await post(path, body, key);
      expect([second.status, second.text]).toEqual([201, first.text]);
      for (const name of ['location', 'etag', 'content-type']) {
        expect(second.headers.get(name), name).toBe(first.headers.get(name));
      }
      expect(replayed(second)).toBe(true);
      expect(await count(table)).toBe(before);
    });

    it('a replay shows it as it is now', async () => {
      const key = randomUUID();
      const first = await post(path, body, key);
      const changed = await service.call('PATCH', `${path}/${first.body.id}`, change);
      const second = await post(path, body, key);
      expect([second.status, second.text]).toEqual([201, changed.text]);
      expect(second.headers.get('etag')).toBe(changed.headers.get('etag'));
    });

    it('the same key with another body is 422, and the key is kept as it was', async () => {
      const key = randomUUID();
      const first = await post(path, body, key);
      expectProblem(await post(path, otherBody, key), 422, 'Unprocessable Entity');
      expect((await post(path, body, key)).text).toBe(first.text);
    });

    it('what it made is gone: 410, and nothing is made again', async () => {
      const key = randomUUID();
      const first = await post(path, body, key);
      await service.call('DELETE', `${path}/${first.body.id}`);
      const before = await count(table);
      expectProblem(await post(path, body, key), 410, 'Gone');
      expect(await count(table)).toBe(before);
    });

    it('of ten at once one makes it, and all say the same', async () => {
      const key = randomUUID();
      const before = await count(table);
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, () => post(path, body, key)),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(AT_ONCE).fill(201));
      expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
      expect(answers.filter((answer) => !replayed(answer))).toHaveLength(1);
      expect(await count(table)).toBe((before ?? 0) + 1);
    });

    it('ten keys at once make ten', async () => {
      const answers = await Promise.all(
        Array.from({ length: AT_ONCE }, () => post(path, body, randomUUID())),
      );
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(AT_ONCE);
    });

    it('a request that is refused keeps no key', async () => {
      const key = randomUUID();
      expectProblem(await post(path, {}, key), 400, 'Validation failed');
      await query(`ALTER TABLE ${table} ADD CONSTRAINT refuse CHECK (false) NOT VALID`);
      try {
        expectProblem(await post(path, body, key), 400, 'Validation failed');
      } finally {
        await query(`ALTER TABLE ${table} DROP CONSTRAINT refuse`);
      }
      const answer = await post(path, otherBody, key);
      expect([answer.status, replayed(answer)]).toEqual([201, false]);
    });

    it('a key that has ended makes another one', async () => {
      const key = randomUUID();
      const first = await post(path, body, key);
      await endKeys();
      const second = await post(path, otherBody, key);
      expect([second.status, replayed(second)]).toEqual([201, false]);
      expect(second.body.id).not.toBe(first.body.id);
      expect((await post(path, otherBody, key)).text).toBe(second.text);
    });
  });

  it('works for a day', async () => {
    const key = randomUUID();
    const first = await post('/api/tasks', { title: 'a' }, key);
    await query(`UPDATE idempotency_keys SET created_at = now() - interval '23 hours 59 minutes'`);
    expect((await post('/api/tasks', { title: 'a' }, key)).text).toBe(first.text);
  });

  it('is the same key in quotes, and the body the same in other words', async () => {
    const key = randomUUID();
    const first = await post('/api/tasks', '{"title":"a","description":null}', key);
    const other = `{ "description": null, "title": "  \\u0061 " }`;
    const second = await post('/api/tasks', other, `"${key}"`);
    expect([second.text, replayed(second)]).toEqual([first.text, true]);
  });

  it('is a key of one route', async () => {
    const key = randomUUID();
    const task = await post('/api/tasks', { title: 'a' }, key);
    const todo = await post('/api/todos', { description: 'a' }, key);
    expect([task.status, todo.status, replayed(todo)]).toEqual([201, 201, false]);
  });

  it.each([['""'], ['a b'], ['a, b'], ['"a'], ['x'.repeat(256)]])('%s is refused', async (key) => {
    const errors = expectProblem(
      await post('/api/tasks', { title: 'a' }, key),
      400,
      'Validation failed',
    );
    expect(errors).toEqual([
      {
        pointer: '#/idempotency-key',
        detail:
          'Header field "idempotency-key" must be 1 to 255 printable ASCII characters, in quotes ' +
          'or without spaces.',
      },
    ]);
  });

  it('without it nothing is kept, and each request makes one', async () => {
    const before = await count('idempotency_keys');
    const ids = [];
    for (let n = 0; n < 2; n += 1) {
      ids.push((await service.call('POST', '/api/tasks', { title: 'a' })).body.id);
    }
    expect(new Set(ids).size).toBe(2);
    expect(await count('idempotency_keys')).toBe(before);
  });

  it('keeps hashes and ids, and nothing of the request', async () => {
    const key = `key-${randomUUID()}`;
    const { body } = await post('/api/tasks', { title: 'a secret title' }, key);
    const rows = await query('SELECT * FROM idempotency_keys WHERE resource = $1', [body.id]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      id: expect.stringMatching(/^[\w-]{43}$/),
      fingerprint: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(JSON.stringify(rows)).not.toMatch(/secret title|key-/);
    // The same body under another key has another fingerprint: nobody can look it up.
    await post('/api/tasks', { title: 'a secret title' }, randomUUID());
    const fingerprints = await query('SELECT DISTINCT fingerprint FROM idempotency_keys');
    expect(fingerprints).toHaveLength((await count('idempotency_keys')) ?? 0);
  });

  it('each use takes away ten keys that have ended, and no other ones', async () => {
    await query('DELETE FROM idempotency_keys');
    await query(`
      INSERT INTO idempotency_keys (id, fingerprint, resource, created_at)
      SELECT 'ended ' || n, '', '', now() - interval '25 hours' FROM generate_series(1, 25) AS n
      UNION ALL
      SELECT 'young ' || n, '', '', now() - interval '23 hours' FROM generate_series(1, 5) AS n`);
    const ended = async () =>
      (
        await query(
          `SELECT count(*)::integer AS count FROM idempotency_keys WHERE id LIKE 'ended%'`,
        )
      )[0]?.count;
    const left = [];
    for (let n = 0; n < 3; n += 1) {
      await post('/api/tasks', { title: 'a' }, randomUUID());
      left.push(await ended());
    }
    expect(left).toEqual([15, 5, 0]);
    expect(await count('idempotency_keys')).toBe(5 + 3);
  });
});

describe('Idempotency-Key between requests at once', () => {
  const service = useService('server');
  const post = (body: unknown, key: string, signal?: AbortSignal) =>
    fetch(`${service.url}/api/tasks`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      ...(signal === undefined ? {} : { signal }),
    });
  /** Keeps tasks from being made for as long as the work takes. */
  const whileTasksAreLocked = (work: () => Promise<void>) =>
    whileHeld(service.db, 'LOCK TABLE tasks IN SHARE MODE', work);

  it('costs nothing where it is not sent, and five statements where it is', async () => {
    const json = { 'content-type': 'application/json' };
    const send = (headers: Record<string, string>) => () =>
      service.call('POST', '/api/tasks', '{"title":"a"}', { ...json, ...headers });
    const keyed = send({ 'idempotency-key': randomUUID() });
    expect(await statementsOf(service.db, send({}))).toEqual(['INSERT']);
    expect(await statementsOf(service.db, keyed)).toEqual([
      'BEGIN',
      'SELECT',
      'INSERT',
      'WITH',
      'COMMIT',
    ]);
    expect(await statementsOf(service.db, keyed)).toEqual(['BEGIN', 'SELECT', 'COMMIT', 'SELECT']);
  });

  it('those that arrive while one is at work wait, and say what it made', async () => {
    const key = randomUUID();
    const answers: Promise<Response>[] = [];
    await whileTasksAreLocked(async () => {
      for (let n = 0; n < AT_ONCE; n += 1) answers.push(post({ title: 'a' }, key));
      await untilWaiting(service.db, AT_ONCE);
    });
    const bodies = (await Promise.all(answers)).map(async (answer) => await answer.text());
    expect(new Set(await Promise.all(bodies)).size).toBe(1);
    const replays = (await Promise.all(answers)).map(({ headers }) => headers.get(REPLAYED));
    expect(replays.sort()).toEqual([null, ...Array(AT_ONCE - 1).fill('true')]);
  });

  it('a client that goes away before its end leaves no key and no task', async () => {
    const key = randomUUID();
    const leave = new AbortController();
    await whileTasksAreLocked(async () => {
      const answer = post({ title: 'left' }, key, leave.signal);
      await untilWaiting(service.db, 1);
      leave.abort();
      await expect(answer).rejects.toThrow();
      await untilWaiting(service.db, 0);
    });
    const again = await post({ title: 'came back' }, key);
    expect([again.status, again.headers.get(REPLAYED)]).toEqual([201, null]);
    const { rows } = await service.db.engine.query(`SELECT FROM tasks WHERE title = 'left'`);
    expect(rows).toHaveLength(0);
  });

  it('waits for the one that is at work, and answers 409 when that takes too long', async () => {
    const key = randomUUID();
    await whileTasksAreLocked(async () => {
      const answer = await post({ title: 'a' }, key);
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([409, '1']);
      expect(await answer.json()).toMatchObject({ title: 'Conflict', status: 409 });
    });
    expect((await post({ title: 'a' }, key)).status).toBe(201);
  });

  it('many requests over keys that have ended never meet in a deadlock', async () => {
    const retries: unknown[] = [];
    service.db.engine.on('retry', (event) => retries.push(event));
    const keys = Array.from({ length: 8 }, () => randomUUID());
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(
        keys.flatMap((key) => [1, 2, 3].map(() => post({ title: `round ${round}` }, key))),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(24).fill(201));
      const bodies = await Promise.all(answers.map(async (answer) => await answer.text()));
      expect(new Set(bodies).size).toBe(keys.length);
      await service.db.engine.query(
        `UPDATE idempotency_keys SET created_at = now() - interval '25 hours'`,
      );
    }
    expect(retries).toEqual([]);
  });
});

function replayed(answer: Answer): boolean {
  return answer.headers.get(REPLAYED) === 'true';
}
