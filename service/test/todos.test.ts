import { describe, expect, it } from 'vitest';
import { encodeCursor } from '../src/http/cursor.js';
import { todoListSchema, todoSchema } from '../src/schemas/todo.js';
import { DATABASES, expectProblem, useService } from './support/service.js';

describe.each(DATABASES)('todos on the %s database', (kind) => {
  const service = useService(kind);
  const create = async (description: string) =>
    (await service.call('POST', '/api/todos', { description })).body;

  it('POST creates a todo and says where it is', async () => {
    const answer = await service.call('POST', '/api/todos', { description: '🌳'.repeat(500) });
    expect(answer.status).toBe(201);
    expect(Object.keys(todoSchema.strict().parse(answer.body))).toEqual([
      'id',
      'description',
      'completed',
      'created_at',
      'updated_at',
      'user_id',
    ]);
    expect(answer.body).toMatchObject({
      description: '🌳'.repeat(500),
      completed: false,
      user_id: null,
    });
    expect(answer.headers.get('location')).toBe(`/api/todos/${answer.body.id}`);
    expect((await service.call('GET', `/api/todos/${answer.body.id}`)).body).toEqual(answer.body);
  });

  it.each([
    [{}, '#/description'],
    [{ description: '' }, '#/description'],
    [{ description: '🌳'.repeat(501) }, '#/description'],
    [{ description: null }, '#/description'],
    [{ description: 'a\0' }, '#/description'],
    [{ description: 'a', id: 1 }, '#/id'],
    [{ description: 'a', completed: true }, '#/completed'],
  ])('POST refuses %j', async (body, pointer) => {
    const answer = await service.call('POST', '/api/todos', body);
    const errors = expectProblem(answer, 400, 'Validation failed');
    expect(errors.map((error) => error.pointer)).toEqual([pointer]);
  });

  it('PATCH changes the fields that are sent and nothing else', async () => {
    const todo = await create('before');
    const path = `/api/todos/${todo.id}`;
    const done = await service.call('PATCH', path, { completed: true });
    expect(done.status).toBe(200);
    expect(done.body).toEqual({ ...todo, completed: true, updated_at: done.body.updated_at });
    expect(done.body.updated_at > todo.updated_at).toBe(true);
    const renamed = await service.call('PATCH', path, { description: 'after' });
    expect(renamed.body).toMatchObject({ description: 'after', completed: true });
    const same = await service.call('PATCH', path, {});
    expect([same.status, same.body]).toEqual([200, renamed.body]);
  });

  it.each([
    [{ description: null }, '#/description'],
    [{ completed: 1 }, '#/completed'],
    [{ title: 'a' }, '#/title'],
  ])('PATCH refuses %j', async (changes, pointer) => {
    const { id } = await create('a');
    const answer = await service.call('PATCH', `/api/todos/${id}`, changes);
    const errors = expectProblem(answer, 400, 'Validation failed');
    expect(errors.map((error) => error.pointer)).toEqual([pointer]);
  });

  it('DELETE removes it once', async () => {
    const { id } = await create('a');
    expect((await service.call('DELETE', `/api/todos/${id}`)).status).toBe(204);
    expectProblem(await service.call('DELETE', `/api/todos/${id}`), 404, 'Not Found');
  });

  it.each(['GET', 'PATCH', 'DELETE'])('%s of an id nobody has is 404', async (method) => {
    for (const id of ['0', '2147483647', '2147483648', '9'.repeat(40)]) {
      const body = method === 'PATCH' ? { completed: true } : undefined;
      const answer = await service.call(method, `/api/todos/${id}`, body);
      expectProblem(answer, 404, 'Not Found');
    }
  });

  it.each(['GET', 'PATCH', 'DELETE'])('%s of what is no whole number is 400', async (method) => {
    for (const id of ['abc', '-1', '1.5', '1e3', '0x1', '%20', '१']) {
      const body = method === 'PATCH' ? {} : undefined;
      const answer = await service.call(method, `/api/todos/${id}`, body);
      expect(expectProblem(answer, 400, 'Validation failed')).toEqual([
        { pointer: '#/id', detail: 'Path parameter "id" must be a whole number.' },
      ]);
    }
  });

  it('GET pages newest first, with its filter', async () => {
    await service.db.engine.query('DELETE FROM todos');
    await service.db.engine.query(
      `INSERT INTO todos (description, completed) SELECT n::text, n % 2 = 0
       FROM generate_series(1, 5) AS n`,
    );
    const pages: string[][] = [];
    for (let next: string | undefined = '/api/todos?completed=false&limit=2'; next; ) {
      const answer = await service.call('GET', next);
      pages.push(todoListSchema.parse(answer.body).map(({ description }) => description));
      next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(pages).toEqual([['5', '3'], ['1']]);
  });

  it('names an id of any length as it was sent', async () => {
    const id = '9'.repeat(400);
    const answer = await service.call('GET', `/api/todos/${id}`);
    expectProblem(answer, 404, 'Not Found');
    expect(answer.body).toMatchObject({ detail: `There is no todo ${id}.` });
  });

  it.each([[[]], [['x']], [['-1']], [['2147483648']], [['9'.repeat(300)]], [['1', '2']]])(
    'refuses a forged cursor of %j',
    async (parts) => {
      const answer = await service.call('GET', `/api/todos?cursor=${encodeCursor('todos', parts)}`);
      expect(expectProblem(answer, 400, 'Validation failed')).toEqual([
        { pointer: '#/cursor', detail: 'Query parameter "cursor" is not a cursor of this list.' },
      ]);
    },
  );

  it("refuses a cursor of the tasks' list", async () => {
    await service.call('POST', '/api/tasks', { title: 'a' });
    await service.call('POST', '/api/tasks', { title: 'b' });
    const link = (await service.call('GET', '/api/tasks?limit=1')).headers.get('link') ?? '';
    const cursor = /cursor=([^>&]+)/.exec(link)?.[1] ?? '';
    expect(cursor).not.toBe('');
    const answer = await service.call('GET', `/api/todos?cursor=${cursor}`);
    expectProblem(answer, 400, 'Validation failed');
  });
});
