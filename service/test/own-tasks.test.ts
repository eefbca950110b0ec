import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Authenticator } from '../src/auth/authenticator.js';
import { TASKS, TODOS } from './support/resources.js';
import { type Answer, DATABASES, expectProblem, useService } from './support/service.js';

const ANN = randomUUID();
const BEN = randomUUID();

/** Takes a user's id for that user's token. */
const authenticator: Authenticator = {
  authenticate: async (token) =>
    z.guid().safeParse(token).success
      ? {
          kind: 'accepted',
          caller: { subject: token, userId: token, tenant: undefined, scopes: new Set() },
        }
      : { kind: 'refused', reason: 'it is no user' },
};

const rowsSchema = z.array(z.object({ id: z.union([z.string(), z.number()]) }));

describe.each(DATABASES)('with AUTH_REQUIRED on the %s database', (kind) => {
  const service = useService(kind, {}, { authenticator, required: true });

  describe.each([TASKS, TODOS])('$table', ({ path, table, body, otherBody, change }) => {
    const call = (
      user: string,
      method: string,
      at: string,
      sent?: unknown,
      headers: Record<string, string> = {},
    ) => service.call(method, at, sent, { ...headers, authorization: `Bearer ${user}` });

    /** The ids of all pages of a user's list, two rows each. */
    async function listOf(user: string, filter = ''): Promise<unknown[]> {
      const ids: unknown[] = [];
      let next: string | undefined = `${path}?limit=2${filter}`;
      while (next !== undefined) {
        const answer: Answer = await call(user, 'GET', next);
        expect(answer.status).toBe(200);
        ids.push(...rowsSchema.parse(answer.body).map(({ id }) => id));
        next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
      }
      return ids;
    }

    it.each([
      ['GET', ''],
      ['POST', ''],
      ['GET', '/1'],
      ['PATCH', '/1'],
      ['DELETE', '/1'],
    ])('%s %s without a token is 401', async (method, suffix) => {
      const sent = method === 'POST' || method === 'PATCH' ? body : undefined;
      const answer = await service.call(method, `${path}${suffix}`, sent);
      expectProblem(answer, 401, 'Unauthorized');
      expectProblem(await call('nobody', method, `${path}${suffix}`, sent), 401, 'Unauthorized');
    });

    it('what a user makes is theirs', async () => {
      const { body: made } = await call(ANN, 'POST', path, body);
      expect(made).toMatchObject({ user_id: ANN });
      const keyed = await call(ANN, 'POST', path, body, { 'idempotency-key': randomUUID() });
      expect(keyed.body).toMatchObject({ user_id: ANN });
      const at = `${path}/${made.id}`;
      expect((await call(ANN, 'GET', at)).body).toEqual(made);
      expect((await call(ANN, 'PATCH', at, change)).body).toMatchObject({
        ...change,
        user_id: ANN,
      });
      expect((await call(ANN, 'DELETE', at)).status).toBe(204);
    });

    it('what another user made, or nobody, is not there', async () => {
      const theirs = await call(BEN, 'POST', path, body);
      const { rows } = await service.db.engine.query<{ id: string }>(
        table === 'tasks'
          ? `INSERT INTO tasks (title) VALUES ('of nobody') RETURNING id`
          : `INSERT INTO todos (description) VALUES ('of nobody') RETURNING id`,
      );
      for (const id of [theirs.body.id, rows[0]?.id]) {
        const at = `${path}/${id}`;
        for (const headers of [{}, { 'if-match': '*' }, { 'if-match': '"x"' }]) {
          const attempts = [
            await call(ANN, 'GET', at, undefined, headers),
            await call(ANN, 'PATCH', at, change, headers),
            await call(ANN, 'PATCH', at, {}, headers),
            await call(ANN, 'DELETE', at, undefined, headers),
          ];
          for (const answer of attempts) expectProblem(answer, 404, 'Not Found');
        }
      }
      expect((await call(BEN, 'GET', `${path}/${theirs.body.id}`)).text).toBe(theirs.text);
    });

    it('lists are the caller’s own, on every page and with every filter', async () => {
      const ids: Record<string, unknown[]> = { open: [], completed: [], theirs: [] };
      const user = randomUUID();
      for (let n = 0; n < 5; n += 1) {
        for (const [name, owner] of [
          ['open', user],
          ['completed', user],
          ['theirs', BEN],
        ] as const) {
          const { body: made } = await call(owner, 'POST', path, body);
          ids[name]?.unshift(made.id);
          if (name === 'completed') {
            await call(owner, 'PATCH', `${path}/${made.id}`, { completed: true });
          }
        }
      }
      const [open = [], completed = []] = [ids.open, ids.completed];
      expect(await listOf(user, '&completed=false')).toEqual(open);
      expect(await listOf(user, '&completed=true')).toEqual(completed);
      expect(new Set(await listOf(user))).toEqual(new Set([...open, ...completed]));
      expect(await listOf(randomUUID())).toEqual([]);
    });

    it('a cursor of somebody else’s list leads to one’s own', async () => {
      const reader = randomUUID();
      const { body: mine } = await call(reader, 'POST', path, body);
      for (let n = 0; n < 3; n += 1) await call(BEN, 'POST', path, body);
      const link = (await call(BEN, 'GET', `${path}?limit=1`)).headers.get('link') ?? '';
      const next = /^<([^>]+)>/.exec(link)?.[1] ?? '';
      expect(rowsSchema.parse((await call(reader, 'GET', next)).body)).toMatchObject([
        { id: mine.id },
      ]);
    });

    it('an Idempotency-Key is its user’s own', async () => {
      const key = { 'idempotency-key': randomUUID() };
      const first = await call(ANN, 'POST', path, body, key);
      const other = await call(BEN, 'POST', path, otherBody, key);
      expect([other.status, other.headers.get('idempotency-replayed')]).toEqual([201, null]);
      expect(other.body).toMatchObject({ user_id: BEN });
      expect((await call(ANN, 'POST', path, body, key)).text).toBe(first.text);
    });
  });
});

describe.each(DATABASES)('tasks with AUTH_REQUIRED on the %s database', (kind) => {
  const service = useService(kind, {}, { authenticator, required: true });
  const call = (user: string, method: string, at: string, sent?: unknown) =>
    service.call(method, at, sent, { authorization: `Bearer ${user}` });
  const idsOf = (answer: Answer) => rowsSchema.parse(answer.body).map(({ id }) => id);

  it('a search finds the caller’s own, however many others have the word', async () => {
    const user = randomUUID();
    const mine: unknown[] = [];
    for (let n = 0; n < 6; n += 1) {
      const title = `common word ${n % 2 === 0 ? 'even' : 'odd'}`;
      const { body: made } = await call(user, 'POST', TASKS.path, { title });
      mine.unshift(made.id);
      await call(BEN, 'POST', TASKS.path, { title });
    }
    await service.db.engine.query(`INSERT INTO tasks (title) VALUES ('common word of nobody')`);
    const found = await call(user, 'GET', '/api/tasks?q=common+words');
    expect(idsOf(found)).toEqual(mine);
    expect(found.headers.get('link')).toBeNull();
    const odd = await call(user, 'GET', '/api/tasks?q=common+odd&limit=2');
    expect(idsOf(odd)).toEqual([mine[0], mine[2]]);
    const next = /^<([^>]+)>/.exec(odd.headers.get('link') ?? '')?.[1] ?? '';
    expect(idsOf(await call(user, 'GET', next))).toEqual([mine[4]]);
    expect(idsOf(await call(randomUUID(), 'GET', '/api/tasks?q=common'))).toEqual([]);
    const range = '&completed=false&created_after=2026-01-01T00:00:00Z';
    expect(idsOf(await call(user, 'GET', `/api/tasks?q=even${range}`))).toHaveLength(3);
  });

  it('a search follows a task to another owner', async () => {
    const user = randomUUID();
    const { body: made } = await call(BEN, 'POST', TASKS.path, { title: 'handed over' });
    await service.db.engine.query('UPDATE tasks SET user_id = $2 WHERE id = $1', [made.id, user]);
    expect(idsOf(await call(user, 'GET', '/api/tasks?q=handed'))).toEqual([made.id]);
    expect(idsOf(await call(BEN, 'GET', '/api/tasks?q=handed'))).toEqual([]);
  });

  it('restore brings back the caller’s own, and nobody else’s', async () => {
    const { body: mine } = await call(ANN, 'POST', TASKS.path, { title: 'mine' });
    const at = `${TASKS.path}/${mine.id}`;
    expectProblem(await service.call('POST', `${at}/restore`), 401, 'Unauthorized');
    expectProblem(await call(BEN, 'POST', `${at}/restore`), 404, 'Not Found');
    expect((await call(ANN, 'DELETE', at)).status).toBe(204);
    expectProblem(await call(BEN, 'POST', `${at}/restore`), 404, 'Not Found');
    expectProblem(await call(ANN, 'GET', at), 404, 'Not Found');
    const restored = await call(ANN, 'POST', `${at}/restore`);
    expect([restored.status, restored.body]).toMatchObject([200, { id: mine.id, user_id: ANN }]);
  });
});

describe('without AUTH_REQUIRED', () => {
  const service = useService('embedded', {}, { authenticator, required: false });

  it.each([TASKS, TODOS])('$table are everybody’s, and a token says nothing', async (resource) => {
    const { path, table, body } = resource;
    const token = { authorization: `Bearer ${ANN}` };
    const made = await service.call('POST', path, body, token);
    expect(made.body).toMatchObject({ user_id: null });
    await service.db.engine.query(`UPDATE ${table} SET user_id = $1`, [BEN]);
    const read = await service.call('GET', `${path}/${made.body.id}`, undefined, token);
    expect(read.body).toMatchObject({ user_id: BEN });
    expect(rowsSchema.parse((await service.call('GET', path)).body)).toHaveLength(1);
  });
});
