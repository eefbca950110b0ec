// What retention costs those who write meanwhile: a million due rows of a hundred tenants go, under
// audit, while fifty callers insert and change rows, before it, beside it and after it.

import { setTimeout as delay } from 'node:timers/promises';
import { connect, type Database } from 'plinth';
import { upgrade } from 'plinth/migrate';
import { type RetentionOutcome, runRetention } from 'plinth/retention';
import { createDatabase, startPostgres } from 'plinth/testing';
import { historyWithoutVectors } from '../test/support/service-history.js';
import { judge } from './support/measure.js';
import { LockWatch, WriteLoad } from './support/write-load.js';

const DUE = Number(process.env.BENCH_ROWS ?? 1_000_000);
const YOUNG = 200_000;
const TENANTS = 100;
const CALLERS = 50;
/** Milliseconds: some 500 writes a second. */
const REST = 200;
const CONTROL_MS = 30_000;
const LOGIN = 'bench_login';
const JOB = 'bench retention';
const BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, Number.POSITIVE_INFINITY] as const;
/** Milliseconds that nobody may wait longer for the job. */
const LONGEST = 200;

const ENHANCEMENTS = {
  name: 'enhancements',
  table: 'enhancement_history',
  column: 'created_at',
  keep: '90 days',
  tenant: 'tenant_id',
};

export default async function run(): Promise<void> {
  await using server = await startPostgres({ settings: { shared_buffers: '1GB' } });
  const { url } = await createDatabase(server.url);
  await using owner = await connect({ url, poolSize: 1 });
  await fill(owner);
  const login = new URL(url);
  login.username = LOGIN;
  const options = { url: login.href, tenantRole: 'app_user' };
  await using db = await connect({ ...options, poolSize: CALLERS, maxOverflow: 0 });
  await using job = await connect({ ...options, poolSize: 2, applicationName: JOB });
  const load = new WriteLoad(db, {
    callers: CALLERS,
    rest: REST,
    tenant: () => `tenant ${Math.floor(Math.random() * TENANTS)}`,
    oldRow: () => oldRow(Math.ceil(Math.random() * DUE)),
  });
  const working = load.run();
  await warmUp(load);
  await delay(CONTROL_MS);
  tell('without the job, before it', load.takeTimes());
  const { outcome, waits } = await removeAll(job, url);
  const beside = tell('beside the job', load.takeTimes());
  await delay(CONTROL_MS);
  tell('without the job, after it', load.takeTimes());
  load.end();
  await working;
  tellJob(outcome, waits, beside);
  await checkRows(owner, load);
}

async function warmUp(load: WriteLoad): Promise<void> {
  await delay(5000);
  load.takeTimes();
}

async function removeAll(job: Database, url: string) {
  await using watch = await LockWatch.start(url, JOB);
  const batches: number[] = [];
  const outcome = await runRetention(job, {
    classes: [ENHANCEMENTS],
    tenants: 'SELECT id FROM tenants',
    onBatch: ({ took }) => batches.push(took),
    onNotice: (notice) => console.log(`  ${notice}`),
  });
  console.log(`  batches: ${batches.length}, ${describe(batches)}`);
  return { outcome, waits: [...watch.waits.values()] };
}

function tell(phase: string, times: readonly number[]): readonly number[] {
  console.log(`${phase}: ${times.length} writes, ${describe(times)}`);
  const late = times.filter((time) => time > LONGEST).length;
  console.log(`  ${histogram(times)}`);
  console.log(`  above ${LONGEST} ms: ${late} (${((late / times.length) * 100).toFixed(4)} %)`);
  return times;
}

function tellJob(
  { classes, durationMs, state }: RetentionOutcome,
  waits: readonly number[],
  beside: readonly number[],
): void {
  const [{ removed = 0, problems = [] } = {}] = classes;
  const seconds = durationMs / 1000;
  console.log(
    `the job: ${state}, ${removed} rows in ${seconds.toFixed(0)} s, ${(removed / seconds).toFixed(0)} a second`,
  );
  for (const { tenant, message } of problems) console.log(`  ✗ ${tenant}: ${message}`);
  const share = ((waits.length / beside.length) * 100).toFixed(2);
  console.log(`waits of callers for it: ${waits.length} seen (${share} % of the writes)`);
  if (waits.length > 0) console.log(`  ${describe(waits)}\n  ${histogram(waits)}`);
  judge('the longest wait for it, in ms', Math.max(0, ...waits), { atMost: LONGEST });
}

/** Every due row is gone, and every young one that anybody knows of is there. */
async function checkRows(owner: Database, load: WriteLoad): Promise<void> {
  const { rows } = await owner.engine.query<{ id: string; due: boolean }>(
    `SELECT id, created_at < now() - interval '90 days' AS due FROM enhancement_history`,
  );
  const there = new Set(rows.map(({ id }) => id));
  judge('due rows left', rows.filter(({ due }) => due).length, { atMost: 0 });
  judge(
    'rows just made that are gone',
    [...load.made.keys()].filter((id) => !there.has(id)).length,
    {
      atMost: 0,
    },
  );
  judge('young rows there were, gone', YOUNG - (rows.length - load.made.size), { atMost: 0 });
}

function describe(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0).toFixed(1);
  return `p50 ${at(0.5)}, p90 ${at(0.9)}, p99 ${at(0.99)}, p99.9 ${at(0.999)}, max ${at(1)} ms`;
}

function histogram(times: readonly number[]): string {
  return BOUNDS.map((bound, index) => {
    const least = BOUNDS[index - 1] ?? 0;
    const count = times.filter((time) => time > least && time <= bound).length;
    return `${bound === Number.POSITIVE_INFINITY ? `> ${least}` : `≤ ${bound}`} ms: ${count}`;
  }).join('  ');
}

function oldRow(number: number) {
  const digits = number.toString(16).padStart(12, '0');
  return { tenant: `tenant ${number % TENANTS}`, id: `00000000-0000-4000-8000-${digits}` };
}

/** Due rows and young ones, of all tenants in no order. */
async function fill(owner: Database): Promise<void> {
  const revisions = await historyWithoutVectors();
  await upgrade(owner, 'head', { revisions });
  await owner.engine.query(`
    CREATE ROLE ${LOGIN} LOGIN IN ROLE app_user;
    INSERT INTO tenants (id) SELECT 'tenant ' || n FROM generate_series(0, ${TENANTS - 1}) n;
    ALTER TABLE enhancement_history DISABLE TRIGGER USER;
    INSERT INTO enhancement_history (id, tenant_id, ticket_id, status, llm_output, created_at)
      SELECT ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
             'tenant ' || n % ${TENANTS}, 'ticket ' || n % 500, 'completed', repeat('word ', 20),
             now() - interval '91 days' - n * interval '10 seconds'
        FROM generate_series(1, ${DUE}) n;
    INSERT INTO enhancement_history (tenant_id, ticket_id, status, llm_output, created_at)
      SELECT 'tenant ' || n % ${TENANTS}, 'ticket ' || n % 500, 'completed', repeat('word ', 20),
             now() - interval '89 days' + n * interval '10 seconds'
        FROM generate_series(1, ${YOUNG}) n;
    ALTER TABLE enhancement_history ENABLE TRIGGER USER;
  `);
  await owner.execute('VACUUM ANALYZE enhancement_history');
}
