import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { taskListSchema, taskSchema } from '../src/schemas/task.js';
import { callUrl, DATABASES, expectProblem, useService } from './support/service.js';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

describe.each(DATABASES)('deleted tasks on the %s database', (kind) => {
  const service = useService(kind);
  const create = async (task: object) =>
    taskSchema.parse((await service.call('POST', '/api/tasks', task)).body);
  const remove = async (id: string) => await service.call('DELETE', `/api/tasks/${id}`);
  const restore = async (id: string) => await service.call('POST', `/api/tasks/${id}/restore`);

  /** Moves the moment of a deletion. */
  async function deletedAgo(id: string, interval: string): Promise<void> {
    await service.db.engine.query(
      `UPDATE tasks SET deleted_at = now() - $2::interval WHERE id = $1`,
      [id, interval],
    );
  }

  it('are hidden from everything but restore', async () => {
    const { id } = await create({ title: 'hidden thing' });
    const { id: kept } = await create({ title: 'kept thing' });
    expect((await remove(id)).status).toBe(204);
    const path = `/api/tasks/${id}`;
    for (const headers of [{}, { 'if-match': '*' }, { 'if-match': '"x"' }]) {
      for (const [method, body] of [
        ['GET', undefined],
        ['PATCH', { title: 'a' }],
        ['PATCH', {}],
        ['DELETE', undefined],
      ] as const) {
        expectProblem(await service.call(method, path, body, headers), 404, 'Not Found');
      }
    }
    for (const query of [
      '',
      '?completed=false',
      '?q=thing',
      '?created_after=2026-01-01T00:00:00Z',
    ]) {
      const { body } = await service.call('GET', `/api/tasks${query}`);
      const ids = taskListSchema.parse(body).map((task) => task.id);
      expect(ids).toContain(kept);
      expect(ids).not.toContain(id);
    }
    const { rows } = await service.db.engine.query(`SELECT FROM tasks WHERE id = $1`, [id]);
    expect(rows).toHaveLength(1);
  });

  it('restore brings one back as it was, as a newer version', async () => {
    const task = await create({ title: 'comes back', description: 'whole' });
    await remove(task.id);
    const answer = await restore(task.id);
    expect(answer.status).toBe(200);
    const restored = taskSchema.strict().parse(answer.body);
    expect(restored).toEqual({ ...task, updated_at: restored.updated_at });
    expect(restored.updated_at > task.updated_at).toBe(true);
    const read = await service.call('GET', `/api/tasks/${task.id}`);
    expect([read.text, read.headers.get('etag')]).toEqual([
      answer.text,
      answer.headers.get('etag'),
    ]);
    const found = await service.call('GET', '/api/tasks?q=comes+whole');
    expect(found.body).toEqual([restored]);
    expect((await remove(task.id)).status).toBe(204);
    expect((await restore(task.id)).status).toBe(200);
  });

  it('restore goes by If-Match, and tells of the tag that a deletion made', async () => {
    const task = await create({ title: 'a' });
    const url = `/api/tasks/${task.id}/restore`;
    const seen = (await service.call('GET', `/api/tasks/${task.id}`)).headers.get('etag') ?? '';
    await remove(task.id);
    for (const headers of [{ 'if-match': seen }, { 'if-match': '"x"' }, { 'if-none-match': '*' }]) {
      const answer = await service.call('POST', url, undefined, headers);
      expectProblem(answer, 412, 'Precondition Failed');
    }
    expect((await service.call('GET', `/api/tasks/${task.id}`)).status).toBe(404);
    const any = await service.call('POST', url, undefined, { 'if-match': '*' });
    expect([any.status, any.body]).toMatchObject([200, { id: task.id }]);
    const etag = any.headers.get('etag') ?? '';
    expect((await service.call('POST', url, undefined, { 'if-match': etag })).status).toBe(200);
  });

  it.each([{ a: 1 }, [], true, 1])('restore refuses the body %j', async (body) => {
    const { id } = await create({ title: 'a' });
    await remove(id);
    const answer = await service.call('POST', `/api/tasks/${id}/restore`, body);
    expectProblem(answer, 400, 'Validation failed');
    expect(answer.text).toContain('The body must be empty.');
    expectProblem(await service.call('GET', `/api/tasks/${id}`), 404, 'Not Found');
  });

  it('restore leaves one that is not deleted as it is', async () => {
    const task = await create({ title: 'never deleted' });
    const answer = await restore(task.id);
    expect([answer.status, answer.body]).toEqual([200, task]);
  });

  it('restore finds what its class keeps, and not what has gone', async () => {
    const { id } = await create({ title: 'a' });
    await remove(id);
    await deletedAgo(id, '30 days 1 second');
    expectProblem(await restore(id), 404, 'Not Found');
    await deletedAgo(id, '29 days 23:59:00');
    expect((await restore(id)).status).toBe(200);
    expectProblem(await restore(UNKNOWN_ID), 404, 'Not Found');
    await service.db.engine.query(`DELETE FROM tasks WHERE id = $1`, [id]);
    expectProblem(await restore(id), 404, 'Not Found');
  });

  it.each([
    ['no content type', {}, undefined],
    ['a content type without a body', { 'content-type': 'application/json' }, undefined],
    ['an empty body', { 'content-type': 'application/json' }, ''],
    ['a body that says nothing', { 'content-type': 'application/json' }, '{}'],
  ])('restore takes %s', async (_name, headers, sent) => {
    const { id } = await create({ title: 'a' });
    await remove(id);
    const url = `${service.url}/api/tasks/${id}/restore`;
    expect((await callUrl(url, 'POST', sent, headers)).status).toBe(200);
  });

  it.each(['7', `${UNKNOWN_ID}0`])('restore of %s is 400', async (id) => {
    expect(expectProblem(await restore(id), 400, 'Validation failed')).toEqual([
      { pointer: '#/id', detail: 'Path parameter "id" must be a UUID.' },
    ]);
  });

  it('DELETE with If-Match hides only what was seen', async () => {
    const made = await service.call('POST', '/api/tasks', { title: 'a' });
    const path = `/api/tasks/${made.body.id}`;
    const etag = made.headers.get('etag') ?? '';
    await service.call('PATCH', path, { title: 'b' });
    const late = await service.call('DELETE', path, undefined, { 'if-match': etag });
    expectProblem(late, 412, 'Precondition Failed');
    const read = await service.call('GET', path);
    const current = { 'if-match': read.headers.get('etag') ?? '' };
    expect((await service.call('DELETE', path, undefined, current)).status).toBe(204);
    expectProblem(await service.call('GET', path), 404, 'Not Found');
  });

  it('an Idempotency-Key whose task is deleted makes nothing, until it is restored', async () => {
    const key = { 'idempotency-key': randomUUID() };
    const first = await service.call('POST', '/api/tasks', { title: 'once' }, key);
    await remove(first.body.id);
    const again = await service.call('POST', '/api/tasks', { title: 'once' }, key);
    expectProblem(again, 410, 'Gone');
    await restore(first.body.id);
    const replayed = await service.call('POST', '/api/tasks', { title: 'once' }, key);
    expect([replayed.status, replayed.body.id]).toEqual([201, first.body.id]);
  });

  it('of many requests at once one deletes, and all restore', async () => {
    const { id } = await create({ title: 'a' });
    const removed = await Promise.all(Array.from({ length: 8 }, () => remove(id)));
    expect(removed.map(({ status }) => status).sort()).toEqual([204, ...Array(7).fill(404)]);
    const restored = await Promise.all(Array.from({ length: 8 }, () => restore(id)));
    expect(new Set(restored.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(restored[0]?.status).toBe(200);
  });
});
