// What row-level security costs: a tenant's queries in its scope, without a condition of their own,
// beside the same queries with `WHERE tenant_id` on the same table without security.

import { and, count, desc, eq, type Placeholder, sql } from 'drizzle-orm';
import { integer, jsonb, pgTable, text, timestamp, uuid, varchar } from 'drizzle-orm/pg-core';
import { connect, type Database } from 'plinth';
import { upgrade } from 'plinth/migrate';
import { createDatabase, startPostgres } from 'plinth/testing';
import { describePlan, explain } from '../test/support/explain.js';
import { historyWithoutVectors } from '../test/support/service-history.js';
import { judge, median } from './support/measure.js';

const TENANTS = 100;
const ROWS = 1_000_000;

const LIMIT = 50;
const ROUNDS = 121;
const WARM_UP = 3;
const LOGIN = 'bench_login';
const TICKETS = 500;

/** The service's table, and one like it. */
function tableOf(name: string) {
  return pgTable(name, {
    id: uuid().primaryKey(),
    tenantId: varchar('tenant_id').notNull(),
    ticketId: varchar('ticket_id').notNull(),
    status: varchar().notNull(),
    contextGathered: jsonb('context_gathered'),
    llmOutput: text('llm_output'),
    errorMessage: text('error_message'),
    processingTimeMs: integer('processing_time_ms'),
    createdAt: timestamp('created_at', { withTimezone: true, mode: 'string' }).notNull(),
    completedAt: timestamp('completed_at', { withTimezone: true, mode: 'string' }),
  });
}

const secured = tableOf('enhancement_history');
const open = tableOf('enhancement_open');
const TENANT = sql.placeholder('tenant');
const VALUE = sql.placeholder('value');

/** A tenant's rows, and those of them that have a value. */
interface Wanted {
  readonly tenant: string | Placeholder;
  readonly value: string | Placeholder;
}

interface Case {
  readonly name: string;
  readonly operations: number;
  /** Which column is filtered by, and what for. */
  readonly filter?: { readonly column: 'ticketId' | 'status'; readonly value: string };
  readonly isCount?: boolean;
  /**
   * The limit stands in the text, and PostgreSQL keeps one plan. With a bound one it takes a kept
   * plan for the dearer one, because it does not know how few rows are asked for, and plans anew.
   */
  readonly isLimitInText?: boolean;
  /** Indexes that its plan may stand on. */
  readonly indexes: readonly string[];
  readonly wanted?: { readonly atMost: number };
}

const CASES: readonly Case[] = [
  {
    name: 'the newest 50, the limit in the text',
    operations: 80,
    isLimitInText: true,
    indexes: ['idx_enhancement_history_tenant_id'],
    wanted: { atMost: 1.1 },
  },
  {
    name: 'the newest 50, the limit bound',
    operations: 80,
    indexes: ['idx_enhancement_history_tenant_id'],
  },
  {
    name: 'the newest 50 of a status',
    operations: 80,
    filter: { column: 'status', value: 'failed' },
    indexes: ['idx_enhancement_history_tenant_id'],
  },
  {
    name: 'all of a ticket',
    operations: 80,
    filter: { column: 'ticketId', value: 'ticket 7' },
    indexes: ['idx_enhancement_history_tenant_ticket'],
  },
  {
    name: 'count(*)',
    operations: 40,
    isCount: true,
    indexes: ['idx_enhancement_history_tenant_id', 'idx_enhancement_history_tenant_ticket'],
  },
];

export default async function run(): Promise<void> {
  await using server = await startPostgres({ settings: { shared_buffers: '1GB' } });
  const { url } = await createDatabase(server.url);
  await fill(url);
  const login = new URL(url);
  login.username = LOGIN;
  const options = { url: login.href, poolSize: 1, maxOverflow: 0 };
  await using db = await connect(options);
  await using lowered = await connect({ ...options, tenantRole: 'app_user' });
  for (const one of CASES) {
    console.log(one.name);
    await checkPlans(lowered, one);
    await compare(db, lowered, one);
  }
}

/** @param lowered The same database, whose scopes are lowered to a role. */
async function compare(db: Database, lowered: Database, one: Case): Promise<void> {
  const explicit = select(db, open, one, { tenant: TENANT, value: VALUE }).prepare('explicit');
  const scoped = select(db, secured, one, { value: VALUE }).prepare('scoped');
  const inRole = select(lowered, secured, one, { value: VALUE }).prepare('in_role');
  const value = one.filter?.value;
  const rounds = await takeTurns(one.operations, [
    () => db.run<unknown>(explicit, { tenant: anyTenant(), value }),
    () => db.tenant(anyTenant()).run<unknown>(scoped, { value }),
    () => lowered.tenant(anyTenant()).run<unknown>(inRole, { value }),
  ]);
  const p50 = (which: 0 | 1 | 2) =>
    `${(median(rounds.map((round) => round[which])) * 1000).toFixed(0)} µs`;
  console.log(`  p50: WHERE ${p50(0)}, RLS ${p50(1)}, RLS and a role ${p50(2)}`);
  const ratios = {
    'RLS / WHERE': median(rounds.map(([where, rls]) => rls / where)),
    'RLS and a role / WHERE': median(rounds.map(([where, , role]) => role / where)),
  };
  for (const [what, ratio] of Object.entries(ratios)) {
    if (one.wanted !== undefined) judge(what, ratio, one.wanted);
    else console.log(`    ${what}: ${ratio.toFixed(2)}`);
  }
}

type Three<Value> = readonly [Value, Value, Value];

/** The medians of many short rounds: what is compared has to meet the same machine. */
async function takeTurns(
  operations: number,
  [where, rls, role]: Three<() => Promise<unknown>>,
): Promise<readonly Three<number>[]> {
  const measured: Three<number>[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const isTurned = round % 2 === 0;
    const first = await medianOf(operations, isTurned ? role : where);
    const second = await medianOf(operations, rls);
    const third = await medianOf(operations, isTurned ? where : role);
    if (round >= 0) measured.push(isTurned ? [third, second, first] : [first, second, third]);
  }
  return measured;
}

/** Milliseconds of one operation. */
async function medianOf(operations: number, run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let operation = 0; operation < operations; operation += 1) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return median(times);
}

function select(
  db: Database,
  table: typeof secured,
  { filter, isCount = false, isLimitInText = false }: Case,
  { tenant, value }: Partial<Wanted>,
) {
  const where = and(
    tenant === undefined ? undefined : eq(table.tenantId, tenant),
    filter === undefined ? undefined : eq(table[filter.column], value ?? filter.value),
  );
  if (isCount) return db.select({ count: count() }).from(table).where(where);
  const byTime = db.select().from(table).where(where).$dynamic();
  // Drizzle always binds a limit.
  if (isLimitInText)
    return byTime.orderBy(
      desc(table.createdAt),
      sql`${table.id} desc limit ${sql.raw(String(LIMIT))}`,
    );
  return byTime.orderBy(desc(table.createdAt), desc(table.id)).limit(LIMIT);
}

/** Prints both plans, and marks the run where the one under row-level security lacks its index. */
async function checkPlans(lowered: Database, one: Case): Promise<void> {
  const tenant = anyTenant();
  const explicit = await explain(lowered, select(lowered, open, one, { tenant }).getSQL());
  const plan = await explain(lowered.tenant(tenant), select(lowered, secured, one, {}).getSQL());
  console.log(`  plan of WHERE: ${describePlan(explicit)}`);
  console.log(`  plan of RLS:   ${describePlan(plan)}`);
  const used = plan.flatMap((node) => node['Index Name'] ?? []);
  if (used.length > 0 && used.every((name) => one.indexes.includes(name))) return;
  console.log(`  ✗ wanted: ${one.indexes.join(' or ')}`);
  process.exitCode = 1;
}

function anyTenant(): string {
  return `tenant ${Math.floor(Math.random() * TENANTS)}`;
}

/** The same rows in both tables, of all tenants in no order. */
async function fill(url: string): Promise<void> {
  await using owner = await connect({ url, poolSize: 1 });
  await upgrade(owner, 'head', { revisions: await historyWithoutVectors() });
  await owner.engine.query(`
    CREATE ROLE ${LOGIN} LOGIN IN ROLE app_user;
    ALTER TABLE enhancement_history DISABLE TRIGGER USER;
    INSERT INTO enhancement_history
        (tenant_id, ticket_id, status, context_gathered, llm_output, processing_time_ms, created_at)
      SELECT 'tenant ' || n % ${TENANTS}, 'ticket ' || n / ${TENANTS} % ${TICKETS},
             (ARRAY['completed', 'completed', 'completed', 'pending', 'failed'])[1 + n / ${TENANTS} % 5],
             jsonb_build_object('ticket', n), repeat('word ', 20), n % 5000,
             timestamptz '2026-01-01' + n * interval '10 seconds'
        FROM generate_series(1, ${ROWS}) n;
    CREATE TABLE enhancement_open (LIKE enhancement_history INCLUDING ALL);
    INSERT INTO enhancement_open SELECT * FROM enhancement_history;
    GRANT SELECT ON enhancement_open TO app_user;
  `);
  await owner.execute('VACUUM ANALYZE enhancement_history');
  await owner.execute('VACUUM ANALYZE enhancement_open');
}
