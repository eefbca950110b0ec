import type { Database } from 'plinth';
import { downgrade, type RevisionGraph, upgrade } from 'plinth/migrate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useDatabase } from '../../test/support/database.js';
import { LIMITS } from '../src/limits.js';
import { DATABASES } from './support/service.js';
import { connectEither, upgradeService } from './support/upgraded-database.js';

describe.each(DATABASES)('the rules in the %s database', (kind) => {
  const database = kind === 'server' ? useDatabase() : { url: 'pglite://memory' };
  let db: Database;
  let revisions: RevisionGraph;
  const query = (text: string, values?: readonly unknown[]) => db.engine.query(text, values);

  beforeAll(async () => {
    db = await connectEither(database.url);
    ({ revisions } = await upgradeService(db));
  });
  afterAll(() => db.close());

  const insertTask = 'INSERT INTO tasks (title, description) VALUES ($1, $2) RETURNING *';
  const insertTodo = 'INSERT INTO todos (description) VALUES ($1) RETURNING *';

  it.each([
    ['the longest task', insertTask, ['é'.repeat(LIMITS.taskTitle.max), null]],
    ['the longest description', insertTask, ['a', '🌳'.repeat(LIMITS.taskDescription.max)]],
    ['the longest todo', insertTodo, ['🌳'.repeat(LIMITS.todoDescription.max)]],
    ['the shortest task', insertTask, ['a'.repeat(LIMITS.taskTitle.min), '']],
    ['white space around a title', insertTask, ['\u3000a\u00a0', null]],
    ['the shortest todo', insertTodo, ['a'.repeat(LIMITS.todoDescription.min)]],
  ])('takes %s', async (_name, text, values) => {
    expect((await query(text, values)).rowCount).toBe(1);
  });

  it.each([
    ['a title that is too long', insertTask, ['a'.repeat(LIMITS.taskTitle.max + 1), null], '23514'],
    ['an empty title', insertTask, ['', null], '23514'],
    ['a blank title', insertTask, [' \t\n', null], '23514'],
    ['a title of white space of any script', insertTask, ['\u00a0\u3000\ufeff', null], '23514'],
    ['no title', insertTask, [null, null], '23502'],
    [
      'a description that is too long',
      insertTask,
      ['a', 'a'.repeat(LIMITS.taskDescription.max + 1)],
      '23514',
    ],
    ['an empty todo', insertTodo, [''], '23514'],
    ['a todo that is too long', insertTodo, ['a'.repeat(LIMITS.todoDescription.max + 1)], '22001'],
    ['no todo', insertTodo, [null], '23502'],
    ['an id of its own', 'INSERT INTO todos (id, description) VALUES (1, $1)', ['a'], '428C9'],
    ['no completed', 'INSERT INTO tasks (title, completed) VALUES ($1, NULL)', ['a'], '23502'],
    [
      'a user that is no uuid',
      'INSERT INTO tasks (title, user_id) VALUES ($1, $2)',
      ['a', 'b'],
      '22P02',
    ],
  ])('refuses %s', async (_name, text, values, code) => {
    await expect(query(text, values)).rejects.toMatchObject({ code });
  });

  it.each([
    ['tasks', insertTask, ['a', null]],
    ['todos', insertTodo, ['a']],
  ])('moves updated_at of %s with every update, sent by hand too', async (table, text, values) => {
    const [row] = (await query(text, values)).rows;
    await db.transaction(async (tx) => {
      let last = String(row?.updated_at);
      for (const change of ['completed = true', 'completed = true', `updated_at = '2000-01-01'`]) {
        const update = `UPDATE ${table} SET ${change} WHERE id = '${row?.id}' RETURNING updated_at`;
        const later = String(
          (await tx.execute<{ updated_at: string }>(update)).rows[0]?.updated_at,
        );
        expect(Date.parse(later)).toBeGreaterThanOrEqual(Date.parse(last));
        expect(later).not.toBe(last);
        last = later;
      }
    });
  });

  it('moves updated_at even where the clock was set back', async () => {
    const [row] = (await query(insertTask, ['a', null])).rows;
    await query('ALTER TABLE tasks DISABLE TRIGGER tasks_set_updated_at');
    await query(`UPDATE tasks SET updated_at = '2999-01-01 00:00:00+00' WHERE id = $1`, [row?.id]);
    await query('ALTER TABLE tasks ENABLE TRIGGER tasks_set_updated_at');
    const { rows } = await query(
      `UPDATE tasks SET completed = true WHERE id = $1
       RETURNING updated_at = '2999-01-01 00:00:00.000001+00' AS moved`,
      [row?.id],
    );
    expect(rows).toEqual([{ moved: true }]);
  });

  it('comes back from base the same, and leaves nothing there', async () => {
    const objects = async () =>
      (
        await query(`
          SELECT 'relation ' || relname || ' ' || relkind::text AS object FROM pg_class
          WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'plinth%'
          UNION ALL SELECT 'function ' || proname FROM pg_proc
          WHERE pronamespace = 'public'::regnamespace
          UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal
          UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
          WHERE connamespace = 'public'::regnamespace AND conname NOT LIKE 'plinth%'
          ORDER BY 1`)
      ).rows.map((row) => row.object);
    const before = await objects();
    expect(before).toContain('function set_updated_at');
    await downgrade(db, 'base', { revisions });
    expect(await objects()).toEqual([]);
    await upgrade(db, 'head', { revisions });
    expect(await objects()).toEqual(before);
  });
});
