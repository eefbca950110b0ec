// Running revisions: a long history from base beside other tools, a run with nothing to do, and
// naming a revision in a history of ten thousand.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { openEngine } from 'plinth';
import { upgrade } from 'plinth/migrate';
import { createDatabase, startPostgres } from 'plinth/testing';
import { buildGraph, readRevisions, resolveTarget } from '../plinth/dist/revisions/index.js';
import { countTurns } from '../plinth/test/support/turn-counter.js';
import { judge, median, ratio, show } from './support/measure.js';
import { firstHalf, identifiersOf, writeBranchedHistory } from './support/migrate-graph.js';
import { migrateHistory, writeHistory, writeRevisions } from './support/migrate-history.js';
import { startUps } from './support/migrate-start-up.js';
import { installPeer, packageFolder } from './support/peer-package.js';

const PG = 'pg@8.23.1';
const NODE_PG_MIGRATE = 'node-pg-migrate@9.0.0';
const KNEX = 'knex@3.3.0';
const LENGTH = 1000;
const ROUNDS = 5;
const START_UPS = 15;
const GRAPH = 10_000;
/** Revisions of a young project. */
const FEW = 20;
const support = (name: string) => fileURLToPath(new URL(`support/${name}`, import.meta.url));

export default async function run(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-bench-'));
  try {
    await using server = await startPostgres();
    await fromBase(server.url, folder);
    await nothingToDo(server.url, folder);
    await manyRevisions(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Contender {
  readonly name: string;
  /** What `migrate-contender.mjs` calls it. */
  readonly key: string;
  /** Where its form of the history is. */
  readonly folder: string;
  readonly peer?: string;
}

async function fromBase(server: string, folder: string): Promise<void> {
  const contenders = prepare(folder);
  const found = new Map(
    contenders.map(({ key }) => [key, { ms: [] as number[], cpuMs: [] as number[] }]),
  );
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const { ms, cpuMs } = await bringForward(server, contender);
      found.get(contender.key)?.ms.push(ms);
      found.get(contender.key)?.cpuMs.push(cpuMs);
    }
  }
  const timeOf = (key: string) => median(found.get(key)?.ms ?? []);
  console.log(`${LENGTH} revisions from base, fsync off`);
  for (const { name, key } of contenders) {
    const { ms = [], cpuMs = [] } = found.get(key) ?? {};
    const [fastest, cpu] = [show(Math.min(...ms)), show(median(cpuMs))];
    console.log(`  ${name}: ${show(timeOf(key))}, fastest ${fastest}, own processor time ${cpu}`);
  }
  judge('plinth / one raw connection', ratio(timeOf('plinth'), timeOf('raw')), { atMost: 1.3 });
  for (const { name, key } of contenders.filter(({ key }) => key !== 'raw' && key !== 'plinth')) {
    judge(`${name} / plinth`, ratio(timeOf(key), timeOf('plinth')), { atLeast: 1 });
  }
}

function prepare(folder: string): readonly Contender[] {
  const history = migrateHistory(LENGTH);
  const folders = writeHistory(folder, history);
  const plain = join(folder, 'history.json');
  writeFileSync(plain, JSON.stringify(history));
  const nodePgMigrate = { folder: folders.nodePgMigrate, peer: installPeer(NODE_PG_MIGRATE, [PG]) };
  return [
    { name: 'one raw connection', key: 'raw', folder: plain },
    { name: 'plinth', key: 'plinth', folder: folders.plinth },
    { name: NODE_PG_MIGRATE, key: 'nodePgMigrate', ...nodePgMigrate },
    {
      name: `${NODE_PG_MIGRATE}, each in a transaction`,
      key: 'nodePgMigrateEach',
      ...nodePgMigrate,
    },
    { name: KNEX, key: 'knex', folder: folders.knex, peer: installPeer(KNEX, [PG]) },
    { name: 'drizzle-orm', key: 'drizzle', folder: folders.drizzle },
  ];
}

/** One contender, in a process and on a database of its own. */
async function bringForward(server: string, { name, key, folder, peer = '' }: Contender) {
  const database = await createDatabase(server);
  try {
    const args = [support('migrate-contender.mjs'), key, database.url, folder, peer];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: 'utf8',
      timeout: 120_000,
    });
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
    await assertComplete(database.url, name);
    const { ms, cpuMs }: { ms: number; cpuMs: number } = JSON.parse(stdout);
    return { ms, cpuMs };
  } finally {
    await database.drop();
  }
}

async function assertComplete(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const last = `item_${LENGTH / 4 - 1}`;
  const { rows } = await client.query(
    `SELECT count(*)::int AS tables, (SELECT count(*)::int FROM ${last}) AS rows
       FROM pg_class WHERE relname ~ '^item_\\d+$'`,
  );
  await client.end();
  if (rows[0]?.tables === LENGTH / 4 && rows[0].rows === 3) return;
  throw new Error(`${name} did not run all of it: ${JSON.stringify(rows)}`);
}

async function nothingToDo(server: string, folder: string): Promise<void> {
  for (const length of [FEW, LENGTH]) {
    const database = await createDatabase(server);
    const project = join(folder, `project-${length}`);
    writeRevisions(join(project, 'revisions'), migrateHistory(length));
    writeFileSync(
      join(project, 'plinth.config.ts'),
      `import { defineConfig } from 'plinth';\n
export default defineConfig({ url: process.env.DATABASE_URL || '', revisions: './revisions' });\n`,
    );
    console.log(`nothing to do, ${length} revisions`);
    await countRoundTrips(database.url, join(project, 'revisions'));
    compareStartUps(database.url, project, length);
    await database.drop();
  }
}

async function countRoundTrips(url: string, revisions: string): Promise<void> {
  const wire = await countTurns(url);
  const first = await openEngine({ url, poolSize: 1 });
  await upgrade(first, 'head', { revisions });
  await first.close();
  const engine = await openEngine({ url: wire.url, poolSize: 1 });
  const before = wire.turns;
  await upgrade(engine, 'head', { revisions });
  const turns = wire.turns - before;
  await engine.close();
  await wire.close();
  judge('round trips after connecting', turns, { atMost: 3 });
}

function compareStartUps(url: string, project: string, length: number): void {
  const plinth = join(packageFolder('plinth'), 'bin', 'plinth.js');
  const [empty, ours] = startUps(
    [
      {
        name: 'script that connects',
        args: [support('migrate-empty.mjs')],
        cwd: project,
        prints: /^$/,
      },
      { name: 'plinth upgrade', args: [plinth, 'upgrade'], cwd: project, prints: /nothing to do/ },
    ],
    START_UPS,
    { DATABASE_URL: url },
  );
  const [factor, ofCpu] = [ratio(ours?.ms, empty?.ms), ratio(ours?.cpuMs, empty?.cpuMs)];
  for (const { name, ms, cpuMs } of [ours, empty].filter((found) => found !== undefined)) {
    console.log(`  ${name}: ${show(ms)}, processor time ${show(cpuMs)}`);
  }
  console.log(`  ratio ${factor.toFixed(2)}, of processor time ${ofCpu.toFixed(2)}`);
  // The figure is about the start; a long history is so many files to read besides.
  if (length === FEW) judge('plinth upgrade / script that connects', factor, { atMost: 1.5 });
}

async function manyRevisions(folder: string): Promise<void> {
  const revisions = join(folder, 'branched');
  mkdirSync(revisions);
  writeBranchedHistory(revisions, GRAPH);
  const start = performance.now();
  const read = await readRevisions(revisions);
  const link = performance.now();
  buildGraph(read);
  console.log(`${GRAPH} revisions, in branches`);
  console.log(`  read ${show(link - start)}, linked ${show(performance.now() - link)}`);
  const half = new Set(firstHalf(GRAPH));
  const applied = new Set(read.map(({ id }) => id).filter((id) => half.has(id)));
  const times = identifiersOf(GRAPH).map((identifier) => {
    const rounds = Array.from({ length: ROUNDS }, () => {
      // Each time a graph that nobody has asked anything yet.
      const fresh = buildGraph(read);
      const before = performance.now();
      resolveTarget(fresh, identifier, applied);
      return performance.now() - before;
    });
    return { identifier, ms: median(rounds) };
  });
  const slowest = times.reduce((a, b) => (b.ms > a.ms ? b : a));
  console.log(`  ${times.length} identifiers; the slowest: ${slowest.identifier}`);
  judge('slowest, in milliseconds', slowest.ms, { atMost: 50 });
}
