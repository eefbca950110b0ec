// The diff beside `pg_dump -s`, which reads the same catalogs in C, and beside the peer's planner.
// It needs a PostgreSQL of the system, because pg_dump does not come with npm.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connect, type Database } from 'plinth';
import { type Catalog, diff, introspect } from 'plinth/diff';
import { createDatabase, startPostgres } from 'plinth/testing';
import { judge, median, ratio, show } from './support/measure.js';
import { installPeer, packageFolder } from './support/peer-package.js';
import { runMeasured } from './support/run-measured.js';
import { wideSchema } from './support/wide-schema.js';

const SYSTEM = '/usr/lib/postgresql/15/bin';
const PEER = '@supabase/pg-delta@1.0.0-alpha.34';
const ROUNDS = 5;
const SIZES = [500, 1000, 2000, 5000];

export default async function run(): Promise<void> {
  if (!existsSync(join(SYSTEM, 'pg_dump'))) {
    console.log(`no ${SYSTEM}/pg_dump: install PostgreSQL 15 to measure beside it`);
    return;
  }
  await using server = await startPostgres({
    binDir: SYSTEM,
    settings: { max_locks_per_transaction: '4096' },
  });
  const [old, wanted] = [await build(server.url, 500, false), await build(server.url, 500, true)];
  await besidePgDump(old, wanted);
  await besidePeer(old, wanted);
  for (const size of SIZES) await pointOfCurve(server.url, size);
}

async function build(server: string, tables: number, changed: boolean): Promise<string> {
  const { url } = await createDatabase(server);
  await using db = await connect({ url });
  for (const script of wideSchema(tables, changed)) await db.engine.query(script);
  await db.engine.query('ANALYZE');
  return url;
}

/** Reads both sides at once, over connections that are open, as a program would. */
async function readBoth(a: Database, b: Database): Promise<readonly [Catalog, Catalog]> {
  return await Promise.all([
    a.engine.withConnection(introspect),
    b.engine.withConnection(introspect),
  ]);
}

async function besidePgDump(old: string, wanted: string): Promise<void> {
  await using a = await connect({ url: old });
  await using b = await connect({ url: wanted });
  const times = {
    one: [] as number[],
    both: [] as number[],
    plan: [] as number[],
    dump: [] as number[],
  };
  for (let round = 0; round <= ROUNDS; round += 1) {
    const one = await timed(() => a.engine.withConnection(introspect));
    const same = await timed(async () => diff(one.result, one.result));
    const both = await timed(() => readBoth(a, b));
    const plan = await timed(async () => diff(...both.result));
    const dump = await timed(async () => dumpSchema(old));
    // The first round warms everything up.
    if (round === 0) continue;
    times.one.push(one.ms + same.ms);
    times.both.push(both.ms);
    times.plan.push(plan.ms);
    times.dump.push(dump.ms);
  }
  const [one, both, plan, dump] = [times.one, times.both, times.plan, times.dump].map(median);
  console.log('500 tables, 3,000 columns, 1,500 constraints, 1,500 indexes');
  console.log(`  introspect and diff ${show(one)}, pg_dump -s ${show(dump)}`);
  judge('introspect and diff / pg_dump -s', ratio(one, dump), { atMost: 1 });
  console.log(`  every table changed: both sides ${show(both)}, plan ${show(plan)}`);
  judge('plan / introspection', ratio(plan, both), { atMost: 0.1 });
}

async function besidePeer(old: string, wanted: string): Promise<void> {
  const peer = installPeer(PEER);
  const peerMain = join(peer, 'dist', 'cli', 'main.js');
  const ourMain = join(packageFolder('plinth'), 'bin', 'plinth.js');
  const ours = [ourMain, 'diff', old, wanted];
  const theirs = [peerMain, 'plan', '--source', old, '--desired', wanted];
  const rounds = { ours: [] as number[], theirs: [] as number[] };
  const memory = { ours: [] as number[], theirs: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, args] of [
      ['ours', ours],
      ['theirs', theirs],
    ] as const) {
      const { ms, megabytes } = runMeasured(args);
      rounds[name].push(ms);
      memory[name].push(megabytes);
    }
  }
  const [fast, slow] = [median(rounds.ours), median(rounds.theirs)];
  const [small, large] = [median(memory.ours), median(memory.theirs)];
  console.log(`as a process: plinth diff ${show(fast)}, ${PEER} plan ${show(slow)}`);
  judge('peer / plinth', ratio(slow, fast), { atLeast: 2 });
  console.log(`  memory: plinth ${Math.round(small)} MB, peer ${Math.round(large)} MB`);
  judge('memory, plinth / peer', ratio(small, large), { atMost: 1 });
}

async function pointOfCurve(server: string, tables: number): Promise<void> {
  await using a = await connect({ url: await build(server, tables, false) });
  await using b = await connect({ url: await build(server, tables, true) });
  const read: number[] = [];
  const planned: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const both = await timed(() => readBoth(a, b));
    const plan = await timed(async () => diff(...both.result));
    read.push(both.ms);
    planned.push(plan.ms);
  }
  const [reading, planning] = [median(read), median(planned)];
  const each = ((reading + planning) * 1000) / tables;
  console.log(
    `${tables} tables, all changed: both sides ${show(reading)}, plan ${show(planning)}, ${Math.round(each)} µs a table`,
  );
}

function dumpSchema(url: string): void {
  const { status, stderr } = spawnSync(join(SYSTEM, 'pg_dump'), ['-s', '-f', '/dev/null', url]);
  if (status !== 0) throw new Error(`pg_dump failed: ${String(stderr)}`);
}

async function timed<Result>(work: () => Promise<Result>): Promise<{ ms: number; result: Result }> {
  const start = performance.now();
  const result = await work();
  return { ms: performance.now() - start, result };
}
