// What the audit log adds to a single-row write: an enhancement of the service's table, inserted and
// updated in its tenant's scope, with the audit trigger and without; on a server that waits for its
// disk, as servers do, and on one that does not.

import { fileURLToPath } from 'node:url';
import { eq } from 'drizzle-orm';
import { connect, type Database, verifyAudit } from 'plinth';
import { loadRevisions, upgrade } from 'plinth/migrate';
import { createDatabase, startPostgres } from 'plinth/testing';
import { auditLog, enhancementHistory } from '../service/src/db/schema.js';
import { judge, median } from './support/measure.js';

const REVISIONS = fileURLToPath(new URL('../service/revisions', import.meta.url));
/** The last revision that needs no pgvector. */
const AUDITED = 'd7b3905ea648';
const LOGIN = 'bench_audit_login';
const TENANT = 'acme';
const OPERATIONS = 40;
const ROUNDS = 61;
const WARM_UP = 3;

interface Server {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly wanted?: { readonly atMost: number };
}

const SERVERS: readonly Server[] = [
  {
    name: 'fsync on',
    settings: { fsync: 'on', full_page_writes: 'on' },
    wanted: { atMost: 1.25 },
  },
  { name: 'fsync off', settings: {} },
];

export default async function run(): Promise<void> {
  for (const server of SERVERS) {
    console.log(server.name);
    await compare(server);
  }
}

async function compare({ settings, wanted }: Server): Promise<void> {
  await using server = await startPostgres({ settings: { shared_buffers: '256MB', ...settings } });
  await using plain = await open(server.url, { isAudited: false });
  await using audited = await open(server.url, { isAudited: true });
  for (const [what, write] of Object.entries({ insert, update })) {
    const rounds = await takeTurns(
      () => write(plain),
      () => write(audited),
    );
    const p50 = (which: 0 | 1) =>
      `${(median(rounds.map((round) => round[which])) * 1000).toFixed(0)} µs`;
    console.log(`  ${what}, p50: plain ${p50(0)}, audited ${p50(1)}`);
    const ratio = median(rounds.map(([without, withAudit]) => withAudit / without));
    if (wanted === undefined) console.log(`    audited / plain: ${ratio.toFixed(2)}`);
    else judge(`${what}, audited / plain`, ratio, wanted);
  }
  await expectWhole(audited);
}

/** A database of the service, as the service connects to it. */
async function open(serverUrl: string, { isAudited }: { isAudited: boolean }): Promise<Database> {
  const { url } = await createDatabase(serverUrl);
  {
    await using owner = await connect({ url, poolSize: 1 });
    await upgrade(owner, AUDITED, { revisions: await loadRevisions(REVISIONS) });
    if (!isAudited) {
      await owner.execute(
        'ALTER TABLE enhancement_history DISABLE TRIGGER enhancement_history_audit',
      );
    }
    await owner.execute(`DO $$ BEGIN
      IF to_regrole('${LOGIN}') IS NULL THEN CREATE ROLE ${LOGIN} LOGIN IN ROLE app_user; END IF;
    END $$`);
  }
  const login = new URL(url);
  login.username = LOGIN;
  return await connect({ url: login.href, tenantRole: 'app_user', poolSize: 1, maxOverflow: 0 });
}

let count = 0;
const ids = new Map<Database, string>();

async function insert(db: Database): Promise<void> {
  const [row] = await scopeOf(db)
    .insert(enhancementHistory)
    .values({
      tenantId: TENANT,
      ticketId: `ticket ${count++ % 500}`,
      contextGathered: { ticket: count },
      llmOutput: 'word '.repeat(20),
      processingTimeMs: 12,
    })
    .returning({ id: enhancementHistory.id });
  if (row !== undefined) ids.set(db, row.id);
}

async function update(db: Database): Promise<void> {
  await scopeOf(db)
    .update(enhancementHistory)
    .set({ processingTimeMs: count++ })
    .where(eq(enhancementHistory.id, ids.get(db) ?? ''));
}

function scopeOf(db: Database): Database {
  return db.tenant(TENANT, { actor: 'ada', requestId: '5f0c0c1e-8f0b-4d4a-9a55-4f1f3f1f2a3b' });
}

type Pair = readonly [plain: number, audited: number];

/** The medians of many short rounds: what is compared has to meet the same machine. */
async function takeTurns(
  plain: () => Promise<void>,
  audited: () => Promise<void>,
): Promise<readonly Pair[]> {
  const measured: Pair[] = [];
  for (let round = -WARM_UP; round < ROUNDS; round += 1) {
    const isTurned = round % 2 === 0;
    const first = await medianOf(isTurned ? audited : plain);
    const second = await medianOf(isTurned ? plain : audited);
    if (round >= 0) measured.push(isTurned ? [second, first] : [first, second]);
  }
  return measured;
}

/** Milliseconds of one operation. */
async function medianOf(run: () => Promise<void>): Promise<number> {
  const times: number[] = [];
  for (let operation = 0; operation < OPERATIONS; operation += 1) {
    const start = performance.now();
    await run();
    times.push(performance.now() - start);
  }
  return median(times);
}

/** What was measured was written: every row of it, in one chain. */
async function expectWhole(db: Database): Promise<void> {
  const start = performance.now();
  const { rows, findings } = await verifyAudit(db, { log: auditLog, tenant: TENANT });
  const each = ((performance.now() - start) * 1000) / rows;
  console.log(`  verified ${rows} audit rows, ${each.toFixed(0)} µs each`);
  if (findings.length === 0 && rows >= 2 * OPERATIONS * ROUNDS) return;
  console.log(`  ✗ the log is not whole: ${findings.length} findings`);
  process.exitCode = 1;
}
