import { describe, expect, it } from 'vitest';
import { encodeCursor } from '../src/http/cursor.js';
import { taskListSchema, taskSchema } from '../src/schemas/task.js';
import { DATABASES, expectProblem, useService } from './support/service.js';

const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

describe.each(DATABASES)('tasks on the %s database', (kind) => {
  const service = useService(kind);
  const create = async (task: object) => (await service.call('POST', '/api/tasks', task)).body;

  describe('POST', () => {
    it('creates a task and says where it is', async () => {
      const answer = await service.call('POST', '/api/tasks', { title: '  Plant a tree\n' });
      expect(answer.status).toBe(201);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.headers.get('location')).toBe(`/api/tasks/${answer.body.id}`);
      expect(taskSchema.strict().parse(answer.body)).toEqual({
        id: answer.body.id,
        title: 'Plant a tree',
        description: null,
        completed: false,
        user_id: null,
        created_at: answer.body.created_at,
        updated_at: answer.body.created_at,
      });
      const read = await service.call('GET', answer.headers.get('location') ?? '');
      expect(read.body).toEqual(answer.body);
    });

    it.each([
      ['a title of 200 code points', { title: '🌳'.repeat(200) }],
      ['a description of 2000 code points', { title: 'a', description: '🌳'.repeat(2000) }],
      ['an empty description', { title: 'a', description: '' }],
      ['no description, said so', { title: 'a', description: null }],
    ])('takes %s', async (_name, task) => {
      const answer = await service.call('POST', '/api/tasks', task);
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject(task);
    });

    it.each([
      ['no title', {}, [['#/title', '"title" is required.']]],
      ['an empty title', { title: '' }, [['#/title', '"title" must not be empty.']]],
      ['a blank title', { title: ' \n\u00a0' }, [['#/title', '"title" must not be empty.']]],
      [
        'a title of 201 code points',
        { title: '🌳'.repeat(201) },
        [['#/title', '"title" must be at most 200 characters long.']],
      ],
      [
        'a description of 2001 characters',
        { title: 'a', description: 'x'.repeat(2001) },
        [['#/description', '"description" must be at most 2000 characters long.']],
      ],
      ['a number as title', { title: 5 }, [['#/title', '"title" must be text.']]],
      ['no title, said so', { title: null }, [['#/title', '"title" must be text.']]],
      [
        'U+0000',
        { title: 'a\0b', description: '\0' },
        [
          ['#/title', '"title" must not hold U+0000 or half of a surrogate pair.'],
          ['#/description', '"description" must not hold U+0000 or half of a surrogate pair.'],
        ],
      ],
      [
        'half of a surrogate pair',
        { title: 'a\ud800b' },
        [['#/title', '"title" must not hold U+0000 or half of a surrogate pair.']],
      ],
      [
        'unknown fields, and those the server sets',
        { title: 'a', id: UNKNOWN_ID, created_at: '2026-01-01T00:00:00Z', 'x/y~z': 1 },
        [
          ['#/id', '"id" is not known.'],
          ['#/created_at', '"created_at" is not known.'],
          ['#/x~1y~0z', '"x/y~z" is not known.'],
        ],
      ],
      ['a list', [{ title: 'a' }], [['#', 'The body must be a JSON object.']]],
      ['null', null, [['#', 'The body must be a JSON object.']]],
    ])('refuses %s', async (_name, body, expected) => {
      const answer = await service.call('POST', '/api/tasks', body);
      const errors = expectProblem(answer, 400, 'Validation failed');
      expect(errors.map(({ pointer, detail }) => [pointer, detail])).toEqual(expected);
    });

    it('refuses a request without a body', async () => {
      const answer = await service.call('POST', '/api/tasks');
      expect(expectProblem(answer, 400, 'Validation failed')).toEqual([
        { pointer: '#', detail: 'The body must be a JSON object.' },
      ]);
    });
  });

  describe('GET, PATCH and DELETE of one', () => {
    it('takes an id in capitals', async () => {
      const { id } = await create({ title: 'a' });
      const answer = await service.call('GET', `/api/tasks/${id.toUpperCase()}`);
      expect(answer.body.id).toBe(id);
    });

    it.each(['GET', 'PATCH', 'DELETE'])('%s of an unknown id is 404', async (method) => {
      const body = method === 'PATCH' ? { title: 'a' } : undefined;
      const answer = await service.call(method, `/api/tasks/${UNKNOWN_ID}`, body);
      expectProblem(answer, 404, 'Not Found');
    });

    it.each(['GET', 'PATCH', 'DELETE'])('%s of what is no UUID is 400', async (method) => {
      for (const id of ['7', `${UNKNOWN_ID}0`, "'; DROP TABLE tasks; --", 'x'.repeat(400)]) {
        const path = `/api/tasks/${encodeURIComponent(id)}`;
        const answer = await service.call(method, path, method === 'PATCH' ? {} : undefined);
        expect(expectProblem(answer, 400, 'Validation failed')).toEqual([
          { pointer: '#/id', detail: 'Path parameter "id" must be a UUID.' },
        ]);
      }
    });

    it('PATCH changes the fields that are sent and nothing else', async () => {
      const task = await create({ title: 'before', description: 'kept' });
      const path = `/api/tasks/${task.id}`;
      const titled = await service.call('PATCH', path, { title: ' after ' });
      expect(titled.status).toBe(200);
      expect(titled.body).toEqual({
        ...task,
        title: 'after',
        updated_at: titled.body.updated_at,
      });
      expect(titled.body.updated_at > task.updated_at).toBe(true);
      const cleared = await service.call('PATCH', path, { description: null, completed: true });
      expect(cleared.body).toMatchObject({ title: 'after', description: null, completed: true });
      expect((await service.call('GET', path)).body).toEqual(cleared.body);
    });

    it('PATCH with nothing changes nothing', async () => {
      const task = await create({ title: 'a' });
      const answer = await service.call('PATCH', `/api/tasks/${task.id}`, {});
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual(task);
      expectProblem(await service.call('PATCH', `/api/tasks/${UNKNOWN_ID}`, {}), 404, 'Not Found');
    });

    it.each([
      [{ title: '' }, '#/title'],
      [{ title: null }, '#/title'],
      [{ completed: 'true' }, '#/completed'],
      [{ completed: null }, '#/completed'],
      [{ user_id: UNKNOWN_ID }, '#/user_id'],
      [{ updated_at: '2026-01-01T00:00:00Z' }, '#/updated_at'],
    ])('PATCH refuses %j', async (changes, pointer) => {
      const { id } = await create({ title: 'a' });
      const answer = await service.call('PATCH', `/api/tasks/${id}`, changes);
      const errors = expectProblem(answer, 400, 'Validation failed');
      expect(errors.map((error) => error.pointer)).toEqual([pointer]);
    });

    it('DELETE hides it once', async () => {
      const { id } = await create({ title: 'a' });
      const removed = await service.call('DELETE', `/api/tasks/${id}`);
      expect([removed.status, removed.text]).toEqual([204, '']);
      expectProblem(await service.call('DELETE', `/api/tasks/${id}`), 404, 'Not Found');
    });
  });

  describe('GET of many', () => {
    /** Follows the Link headers from a path to the end. */
    async function readPages(path: string): Promise<string[][]> {
      const pages: string[][] = [];
      for (let next: string | undefined = path; next !== undefined; ) {
        const answer = await service.call('GET', next);
        expect(answer.status).toBe(200);
        pages.push(taskListSchema.parse(answer.body).map(({ title }) => title));
        next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
      }
      return pages;
    }

    it('pages newest first, through ties and differences of a microsecond', async () => {
      await service.db.engine.query(`DELETE FROM tasks`);
      await service.db.engine.query(`
        INSERT INTO tasks (id, title, completed, created_at) VALUES
          ('00000000-0000-4000-8000-00000000000a', 'tie a', true,  '2026-01-01 00:00:00.000001+00'),
          ('00000000-0000-4000-8000-00000000000c', 'tie c', false, '2026-01-01 00:00:00.000001+00'),
          ('00000000-0000-4000-8000-00000000000b', 'tie b', true,  '2026-01-01 00:00:00.000001+00'),
          ('00000000-0000-4000-8000-000000000001', 'later', true,  '2026-01-01 00:00:00.000002+00'),
          ('00000000-0000-4000-8000-00000000000f', 'first', false, '2026-01-01 00:00:00+00')`);
      const order = ['later', 'tie c', 'tie b', 'tie a', 'first'];
      expect(await readPages('/api/tasks')).toEqual([order]);
      expect(await readPages('/api/tasks?limit=1')).toEqual(order.map((title) => [title]));
      expect(await readPages('/api/tasks?limit=2')).toEqual([
        ['later', 'tie c'],
        ['tie b', 'tie a'],
        ['first'],
      ]);
      expect(await readPages('/api/tasks?limit=5')).toEqual([order]);
      expect(await readPages('/api/tasks?completed=true&limit=2')).toEqual([
        ['later', 'tie b'],
        ['tie a'],
      ]);
      expect(await readPages('/api/tasks?limit=1&completed=false')).toEqual([['tie c'], ['first']]);
    });

    it('a page is 50 unless said otherwise, and 200 at most', async () => {
      await service.db.engine.query(`DELETE FROM tasks`);
      await service.db.engine.query(
        `INSERT INTO tasks (title) SELECT 'task ' || n FROM generate_series(1, 201) AS n`,
      );
      const sizes = async (path: string) => (await readPages(path)).map((page) => page.length);
      expect(await sizes('/api/tasks')).toEqual([50, 50, 50, 50, 1]);
      expect(await sizes('/api/tasks?limit=200')).toEqual([200, 1]);
    });

    it.each([
      ['no parts', []],
      ['one part', ['x']],
      ['two words', ['x', 'y']],
      ['a day that is none', ['2026-02-30T00:00:00.000000+00:00', UNKNOWN_ID]],
      ['a year that is none', ['0000-01-01T00:00:00.000000+00:00', UNKNOWN_ID]],
      ['an offset that is none', ['2026-01-01T00:00:00.000000+16:00', UNKNOWN_ID]],
      ['an id that is none', ['2026-01-01T00:00:00.000000+00:00', 'x']],
      ['one part more', ['2026-01-01T00:00:00.000000+00:00', UNKNOWN_ID, 'x']],
    ])('refuses a forged cursor of %s', async (_name, parts) => {
      const answer = await service.call('GET', `/api/tasks?cursor=${encodeCursor('tasks', parts)}`);
      expect(expectProblem(answer, 400, 'Validation failed')).toEqual([
        { pointer: '#/cursor', detail: 'Query parameter "cursor" is not a cursor of this list.' },
      ]);
    });

    it.each([['0001-01-01T00:00:00.000000+15:59'], ['9999-12-31T23:59:59.999999-15:59']])(
      'PostgreSQL reads the moment %s of a cursor',
      async (moment) => {
        const cursor = encodeCursor('tasks', [moment, UNKNOWN_ID]);
        expect((await service.call('GET', `/api/tasks?cursor=${cursor}`)).status).toBe(200);
      },
    );

    it.each([
      ['limit=0', '#/limit'],
      ['limit=201', '#/limit'],
      ['limit=', '#/limit'],
      ['limit=1.5', '#/limit'],
      ['limit=1e1', '#/limit'],
      ['limit=99999999999999999999', '#/limit'],
      ['limit=1&limit=2', '#/limit'],
      ['completed=yes', '#/completed'],
      ['completed=', '#/completed'],
      ['cursor=', '#/cursor'],
      ['cursor=bm90IGEgY3Vyc29y', '#/cursor'],
      [`cursor=${'x'.repeat(600)}`, '#/cursor'],
      ['page=2', '#/page'],
    ])('refuses ?%s', async (query, pointer) => {
      const answer = await service.call('GET', `/api/tasks?${query}`);
      const errors = expectProblem(answer, 400, 'Validation failed');
      expect(errors.map((error) => error.pointer)).toEqual([pointer]);
      expect(errors[0]?.detail).toMatch(/^Query parameter "/);
    });
  });
});
