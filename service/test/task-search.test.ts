import { describe, expect, it } from 'vitest';
import { taskListSchema } from '../src/schemas/task.js';
import { DATABASES, expectProblem, useService } from './support/service.js';

describe.each(DATABASES)('search of tasks on the %s database', (kind) => {
  const service = useService(kind);

  /** Makes tasks in place of all others: each a minute after the one before, from 2026 on. */
  async function fill(tasks: readonly (readonly [title: string, description?: string])[]) {
    await service.db.engine.query('DELETE FROM tasks');
    for (const [minute, [title, description = null]] of tasks.entries()) {
      await service.db.engine.query(
        `INSERT INTO tasks (title, description, completed, created_at)
         VALUES ($1, $2, $3, timestamptz '2026-01-01 00:00:00Z' + $4 * interval '1 minute')`,
        [title, description, minute % 2 === 1, minute],
      );
    }
  }

  /** The titles of what is found, on all pages. */
  async function search(parameters: Record<string, string>): Promise<string[]> {
    const titles: string[] = [];
    let next: string | undefined = `/api/tasks?${new URLSearchParams(parameters)}`;
    while (next !== undefined) {
      const answer = await service.call('GET', next);
      expect(answer.status, answer.text).toBe(200);
      titles.push(...taskListSchema.parse(answer.body).map(({ title }) => title));
      next = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    return titles;
  }

  it.each([
    ['a word of the title', 'tree', ['Plant a tree']],
    ['a word of the description', 'garden', ['Buy seeds', 'Plant a tree']],
    ['another form of a word', 'PLANTING', ['Plant a tree']],
    ['words of both', 'plant garden', ['Plant a tree']],
    ['words in another order', 'tree plant', ['Plant a tree']],
    ['the same word twice', 'tree trees', ['Plant a tree']],
    ['a stop word beside another', 'the tree', ['Plant a tree']],
    ['a word that only one has of two', 'plant seeds', []],
    ['part of a word', 'gard', []],
    ['a word that none has', 'zebra', []],
    ['stop words alone', 'the of a', []],
    ['signs alone', '!&|:*()', []],
    ['what a query would take for an operator', 'tree & !plant', ['Plant a tree']],
    ['a quote', "tree' OR 'seeds", []],
    ['a number', '2026', ['Budget 2026']],
    ['an address', 'ada@example.com', ['Write to Ada']],
    ['a word with an accent', 'Café', ['Café']],
    ['white space around it', ' \n tree\t', ['Plant a tree']],
  ])('finds %s', async (_name, q, titles) => {
    await fill([
      ['Plant a tree', 'In the garden, behind the house'],
      ['Buy seeds', 'For the gardens'],
      ['Budget 2026'],
      ['Write to Ada', 'Her address is ada@example.com.'],
      ['Café'],
    ]);
    expect(await search({ q })).toEqual(titles);
  });

  it('pages newest first, also among ties and with one and with two words', async () => {
    await fill(Array.from({ length: 7 }, (_, n) => [`tree ${n}`, n % 3 === 0 ? 'old' : 'young']));
    await service.db.engine.query(
      `UPDATE tasks SET created_at = '2026-01-01' WHERE title IN ('tree 2', 'tree 3', 'tree 4')`,
    );
    const { rows } = await service.db.engine.query<{ title: string }>(
      'SELECT title FROM tasks ORDER BY created_at DESC, id DESC',
    );
    const order = rows.map(({ title }) => title);
    const old = order.filter((title) => Number(title.slice(5)) % 3 === 0);
    for (const limit of ['1', '2', '3', '50']) {
      expect(await search({ q: 'tree', limit })).toEqual(order);
      expect(await search({ q: 'trees old', limit })).toEqual(old);
      expect(await search({ limit })).toEqual(order);
    }
  });

  it('goes together with every other filter', async () => {
    await fill(Array.from({ length: 10 }, (_, n) => [`${n < 8 ? 'tree' : 'bush'} ${n}`]));
    const window = {
      created_after: '2026-01-01T00:02:00Z',
      created_before: '2026-01-01T00:07:00Z',
    };
    const all = ['tree 6', 'tree 5', 'tree 4', 'tree 3', 'tree 2'];
    for (const limit of ['1', '2', '50']) {
      expect(await search({ q: 'tree', ...window, limit })).toEqual(all);
      expect(await search({ ...window, limit })).toEqual(all);
      const completed = { ...window, completed: 'true', limit };
      expect(await search({ q: 'tree', ...completed })).toEqual(['tree 5', 'tree 3']);
      expect(await search(completed)).toEqual(['tree 5', 'tree 3']);
    }
    expect(await search({ q: 'bush', ...window })).toEqual([]);
    const shifted = { created_after: '2026-01-01T02:08:00+02:00' };
    expect(await search({ q: 'bush', ...shifted })).toEqual(['bush 9', 'bush 8']);
    expect(await search({ created_before: '2025-12-31T23:59:59.999999Z' })).toEqual([]);
  });

  it('follows every change of a task', async () => {
    await fill([['apple pie', 'with cinnamon']]);
    const [task] = taskListSchema.parse((await service.call('GET', '/api/tasks')).body);
    const path = `/api/tasks/${task?.id}`;
    await service.call('PATCH', path, { completed: true });
    expect(await search({ q: 'apple cinnamon' })).toEqual(['apple pie']);
    await service.call('PATCH', path, { title: 'cherry pie' });
    expect(await search({ q: 'cherry cinnamon' })).toEqual(['cherry pie']);
    expect(await search({ q: 'apple' })).toEqual([]);
    await service.call('PATCH', path, { description: null });
    expect(await search({ q: 'cinnamon' })).toEqual([]);
    expect(await search({ q: 'pie' })).toEqual(['cherry pie']);
    await service.db.engine.query(`UPDATE tasks SET created_at = '2027-01-01Z'`);
    expect(await search({ q: 'pie', created_after: '2026-12-31T00:00:00Z' })).toEqual([
      'cherry pie',
    ]);
    await service.db.engine.query('DELETE FROM tasks');
    const { rows } = await service.db.engine.query('SELECT FROM task_words');
    expect(rows).toEqual([]);
  });

  it('takes the longest texts', async () => {
    const word = '🌳'.repeat(200);
    const title = `x${'y'.repeat(199)}`;
    const made = await service.call('POST', '/api/tasks', { title, description: 'z'.repeat(2000) });
    expect(made.status).toBe(201);
    expect(await search({ q: title })).toEqual([title]);
    expect(await search({ q: word })).toEqual([]);
    expect((await service.call('POST', '/api/tasks', { title: word })).status).toBe(201);
  });

  it.each([
    ['q=', '#/q'],
    ['q=%20%0A', '#/q'],
    [`q=${'x'.repeat(201)}`, '#/q'],
    ['q=%00', '#/q'],
    ['q=a&q=b', '#/q'],
    ['created_after=yesterday', '#/created_after'],
    ['created_before=2026-01-01', '#/created_before'],
    ['created_before=2026-01-01T00:00:00', '#/created_before'],
    ['created_after=0000-01-01T00:00:00Z', '#/created_after'],
  ])('refuses ?%s', async (query, pointer) => {
    const answer = await service.call('GET', `/api/tasks?${query}`);
    const errors = expectProblem(answer, 400, 'Validation failed');
    expect(errors.map((error) => error.pointer)).toEqual([pointer]);
  });

  it('every set of filters has a statement of its own', async () => {
    await fill([['tree']]);
    const values = {
      q: 'tree',
      completed: 'false',
      created_after: '2026-01-01T00:00:00Z',
      created_before: '2026-01-02T00:00:00Z',
      limit: '1',
    };
    const names = Object.entries(values);
    for (let set = 0; set < 2 ** names.length; set += 1) {
      const chosen = names.filter((_, index) => (set >> index) % 2 === 1);
      expect(await search(Object.fromEntries(chosen))).toEqual(['tree']);
    }
  });
});
