import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { describePlan, explain, type PlanNode } from '../../test/support/explain.js';
import { listTasks, type TaskFilters } from '../src/db/task-list.js';
import { bindStatement, statementOf } from './support/statements.js';
import { useTenantService } from './support/tenant-service.js';

const service = useTenantService('server');

const ID = '00000000-0000-4000-8000-000000000000';
const MOMENT = '2026-01-02T00:00:00Z';
const OWNER = '00000000-0000-4000-8000-000000000007';
const NO_FILTERS: TaskFilters = {
  search: undefined,
  completed: undefined,
  createdAfter: undefined,
  createdBefore: undefined,
  after: undefined,
};

beforeAll(async () => {
  // Every task has "common", half of them "even", each its own number, and some 60 words besides.
  await service.owner.engine.query(`
    INSERT INTO tasks (title, description, completed, user_id, created_at)
      SELECT 'common ' || CASE n % 2 WHEN 0 THEN 'even' ELSE 'odd' END || ' number' || n,
             'day' || n % 31 || ' hour' || n % 24, n % 3 = 0,
             ('00000000-0000-4000-8000-0000000000' || lpad((n % 50)::text, 2, '0'))::uuid,
             timestamptz '2026-01-01' + n * interval '10 seconds'
        FROM generate_series(1, 20000) n`);
  await service.owner.engine.query('ANALYZE');
});

interface Asked {
  readonly owner?: string;
  readonly filters: Partial<TaskFilters>;
  /** The values of its statement, in their order. */
  readonly values: readonly unknown[];
}

async function planOf({ owner, filters, values }: Asked, limit = 50): Promise<readonly PlanNode[]> {
  const statement = await statementOf(service.db, () =>
    listTasks(service.db, owner, limit, { ...NO_FILTERS, ...filters }),
  );
  return await explain(service.db, bindStatement(statement, values));
}

const indexesOf = (plan: readonly PlanNode[]) => plan.flatMap((node) => node['Index Name'] ?? []);

/** What each index is asked for. */
const conditionsOf = (plan: readonly PlanNode[], index: string) =>
  plan.flatMap((node) => (node['Index Name'] === index ? [node['Index Cond'] ?? ''] : []));

/** An index gives the tasks in their order, and nothing puts them in it. */
function expectOrdered(plan: readonly PlanNode[], index: string): void {
  const told = describePlan(plan);
  expect(told).toMatch(new RegExp(`(^Limit|Nested Loop) > Index (Only )?Scan ${index}( |$)`));
  expect(told).not.toContain('Seq Scan');
  expect(told).not.toMatch(/Sort > (Nested Loop|Index)/);
}

describe('as app_user PostgreSQL finds by an index, in its order', () => {
  const after = { createdAt: MOMENT, id: ID };
  it.each<[string, Asked, string]>([
    ['the newest', { filters: {}, values: [] }, 'idx_tasks_created_at'],
    ['the page after', { filters: { after }, values: [MOMENT, ID] }, 'idx_tasks_created_at'],
    [
      'those of a time',
      { filters: { createdAfter: MOMENT, createdBefore: MOMENT }, values: [MOMENT, MOMENT] },
      'idx_tasks_created_at',
    ],
    ['the caller’s', { owner: OWNER, filters: {}, values: [OWNER] }, 'idx_tasks_user_id'],
    [
      'the caller’s of a time',
      { owner: OWNER, filters: { createdAfter: MOMENT }, values: [OWNER, MOMENT] },
      'idx_tasks_user_id',
    ],
  ])('%s', async (_what, asked, index) => {
    const plan = await planOf(asked);
    expectOrdered(plan, index);
    expect(indexesOf(plan)).toEqual([index]);
  });

  const BY_WORD = 'idx_task_words_word';
  const OWN_BY_WORD = 'idx_task_words_user_id';
  it.each<[string, Asked, string]>([
    ['a rare word', { filters: { search: 'number7' }, values: ['number7'] }, BY_WORD],
    ['a common word', { filters: { search: 'common' }, values: ['common'] }, BY_WORD],
    ['two words', { filters: { search: 'common even' }, values: ['common even'] }, BY_WORD],
    [
      'a word, and a filter',
      { filters: { search: 'common', completed: true }, values: ['common', true] },
      BY_WORD,
    ],
    [
      'a word, of a time, on the page after',
      {
        filters: { search: 'common', createdAfter: MOMENT, after },
        values: ['common', MOMENT, MOMENT, ID],
      },
      BY_WORD,
    ],
    [
      'a word among the caller’s',
      { owner: OWNER, filters: { search: 'common' }, values: [OWNER, 'common', OWNER] },
      OWN_BY_WORD,
    ],
  ])('%s', async (_what, asked, index) => {
    const isOwn = asked.owner !== undefined;
    for (const limit of [50, 10]) {
      const values = limit === 50 ? asked.values : [...asked.values, limit + 1];
      const plan = await planOf({ ...asked, values }, limit);
      expectOrdered(plan, index);
      // Of one caller's tasks there may be so few that all of them are counted.
      if (!isOwn) expect(describePlan(plan)).not.toContain('Bitmap');
      const [conditions = ''] = conditionsOf(plan, index).slice(-1);
      expect(conditions.includes('user_id ='), conditions).toBe(isOwn);
      expect(conditions.includes('created_at'), conditions).toBe(asked.filters.after !== undefined);
    }
  });
});

it.each([
  ['number7 common', 1],
  ['common number7', 1],
  ['common even', 102],
])('of the words %s the rarest is read, and only as far as the page goes', async (search, most) => {
  const statement = await statementOf(service.db, () =>
    listTasks(service.db, undefined, 50, { ...NO_FILTERS, search }),
  );
  const query = sql`EXPLAIN (ANALYZE, TIMING OFF) ${bindStatement(statement, [search])}`;
  const { rows } = await service.db.execute<{ 'QUERY PLAN': string }>(query);
  const told = rows.map((row) => row['QUERY PLAN']).join('\n');
  // Of each task that is read the other word is looked up.
  const lookups = /using task_words_pkey on task_words held .*loops=(\d+)/.exec(told)?.[1];
  expect(Number(lookups), told).toBeLessThanOrEqual(most);
});

describe('with row-level security on tasks and their words', () => {
  const POLICY = `USING (user_id = (SELECT nullif(current_setting('app.user_id', true), '')::uuid))`;
  beforeAll(async () => {
    for (const table of ['tasks', 'task_words']) {
      await service.owner.engine.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await service.owner.engine.query(`CREATE POLICY own ON ${table} TO app_user ${POLICY}`);
    }
    await service.owner.engine.query(`
      ALTER TABLE tasks ADD COLUMN vector tsvector GENERATED ALWAYS AS (
        to_tsvector('pg_catalog.english', title || ' ' || coalesce(description, ''))) STORED`);
    await service.owner.engine.query('CREATE INDEX idx_tasks_vector ON tasks USING gin (vector)');
    await service.owner.engine.query('ANALYZE');
  });

  it.each(['number7', 'common', 'common even'])(
    'the index finds the words of %s',
    async (search) => {
      const plan = await planOf({ filters: { search }, values: [search] });
      const told = describePlan(plan);
      expect(told).not.toContain('Seq Scan');
      const read = [...conditionsOf(plan, 'idx_task_words_user_id')];
      expect(read.length, told).toBeGreaterThan(0);
      for (const condition of read) {
        expect(condition).toContain('(word =');
        expect(condition).toContain('(user_id =');
      }
    },
  );

  it('and only the caller’s are found', async () => {
    const found = await service.db.transaction(async (tx) => {
      await tx.execute(sql`SELECT set_config('app.user_id', ${OWNER}, true)`);
      return await tx.execute<{ user_id: string }>(sql`
        SELECT DISTINCT tasks.user_id FROM tasks JOIN task_words ON task_id = id WHERE word = 'common'`);
    });
    expect(found.rows).toEqual([{ user_id: OWNER }]);
  });

  // The reason for the table of words: `@@` is not leakproof, so it may see a row only behind the policy.
  it('an index of a tsvector finds none', async () => {
    const query = sql`SELECT id FROM tasks WHERE vector @@ plainto_tsquery('pg_catalog.english', 'number7')`;
    const held = await explain(service.db, query);
    expect(indexesOf(held), describePlan(held)).not.toContain('idx_tasks_vector');
    const free = await explain(service.owner, query);
    expect(indexesOf(free), describePlan(free)).toContain('idx_tasks_vector');
  });
});
