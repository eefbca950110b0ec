// The verification of an audit log: every chain from its first row to its last, and against heads that
// were kept elsewhere. It changes nothing.

import type { Engine } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import { type AuditLog, type AuditNames, keepOfLog, namesOfLog } from '../models/index.js';
import { listTenants } from '../tenancy/index.js';
import type { AuditFinding, AuditHead, AuditPruned } from './audit-finding.js';
import { compareHead, findTakenAway } from './compare-head.js';
import { type AuditExecutor, findMoved, fixSearchPath, readChain, readRows } from './read-chain.js';
import { describeFailure } from './unreadable-chain.js';
import { type Chain, type ChainFinding, ChainWalk } from './walk-chain.js';

/** Rows of one statement. */
const BATCH = 2000;

/** Findings of one chain that are told one by one. */
const MAX_FINDINGS = 1000;

/** Rows that are looked at for whether they changed places: each is tried in each place. */
const MAX_MOVED = 100;

/** What makes scopes: `connect()` gives one. */
export interface AuditDatabase {
  readonly engine: Engine;
  tenant(id: string): {
    transaction<Result>(
      run: (tx: AuditExecutor) => Promise<Result>,
      options: { readonly isolationLevel: 'repeatable read'; readonly accessMode: 'read only' },
    ): Promise<Result>;
  };
}

export interface AuditVerificationOptions {
  /** The log, as `auditTable()` made it. */
  readonly log: AuditLog;
  /**
   * A query that lists the ids of all tenants, in its first column. It is needed where policies hide
   * the rows of tenants from who asks without a scope.
   */
  readonly tenants?: string | undefined;
  /** Only this tenant's chain. */
  readonly tenant?: string | undefined;
  /**
   * How long the log keeps its rows at least, such as `6 years`. Default: what `auditTable()` was given.
   * Where nobody says it, a chain that lost its first rows is a finding, whoever took them.
   */
  readonly keep?: string | undefined;
  /** Heads of an earlier verification that were kept elsewhere. */
  readonly against?: readonly AuditHead[] | undefined;
  /** Stops it between two batches of rows. */
  readonly signal?: AbortSignal | undefined;
}

export interface AuditVerification {
  readonly chains: number;
  readonly rows: number;
  /** The last row of each chain. Kept where nobody who owns the database writes, they prove it. */
  readonly heads: readonly AuditHead[];
  /** What the chains lost at their beginning, because its time was up. */
  readonly pruned: readonly AuditPruned[];
  /** None: nothing was changed, removed or inserted behind the log. At most 1000 of a chain. */
  readonly findings: readonly AuditFinding[];
}

/**
 * Verifies the chains of an audit log, each in one snapshot and in bounded memory.
 *
 * A chain alone shows what somebody did who could not, or did not, compute all its hashes anew. Who
 * owns the database can: that is found `against` heads that were kept elsewhere, and only by them.
 *
 * @throws PlinthError AUDIT_LOG_MISSING; TENANCY_TENANTS_UNKNOWN where policies hide the tenants and no query lists them.
 * @example
 * const { findings } = await verifyAudit(db, { log: auditLog, tenants: 'SELECT id FROM tenants' });
 * for (const { tenant, message } of findings) console.error(tenant, message);
 */
export async function verifyAudit(
  db: AuditDatabase,
  options: AuditVerificationOptions,
): Promise<AuditVerification> {
  const {
    log,
    tenants: query,
    tenant: only,
    against = [],
    keep = keepOfLog(log),
    signal,
  } = options;
  const names = namesOfLog(log);
  await assertThere(db.engine, names);
  const kept = new Map(against.map((head) => [head.tenant, head]));
  const tenants =
    only === undefined ? await listChains(db, names, query, [...kept.keys()]) : [only];
  const verified: VerifiedChain[] = [];
  for (const tenant of tenants) {
    verified.push(await verifyTenant(db, { names, tenant, keep, signal }, kept.get(tenant)));
  }
  const missing = only === undefined ? [] : missingChain(only, verified);
  return {
    chains: verified.filter(({ isThere }) => isThere).length,
    rows: verified.reduce((sum, { rows }) => sum + rows, 0),
    heads: verified.flatMap(({ head }) => head ?? []),
    pruned: verified.flatMap(({ pruned }) => pruned ?? []),
    findings: [...verified.flatMap(({ findings }) => findings), ...missing],
  };
}

/** @throws PlinthError AUDIT_LOG_MISSING */
async function assertThere(engine: Engine, { log, chains }: AuditNames): Promise<void> {
  const { rows } = await engine.query<{ name: string }>(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NULL',
    [[log, chains]],
  );
  if (rows.length === 0) return;
  const missing = rows.map(({ name }) => name).join(' and ');
  throw new PlinthError('AUDIT_LOG_MISSING', `the database has no table ${missing}`, {
    hint: 'Run plinth upgrade where its revision is pending; else somebody took it away: compare with a backup.',
    details: { missing: rows.map(({ name }) => name) },
  });
}

/** A tenant that was named, and whom the log does not know: a slip, or all of it was taken away. */
function missingChain(tenant: string, verified: readonly VerifiedChain[]): AuditFinding[] {
  if (verified.some(({ isThere, findings }) => isThere || findings.length > 0)) return [];
  return [{ kind: 'missing', tenant, seq: 1, message: 'there is no chain of it, and no row' }];
}

/** Every tenant: those that are listed, those with rows that are seen, and those that had a chain. */
async function listChains(
  db: AuditDatabase,
  { log, chains }: AuditNames,
  query: string | undefined,
  kept: readonly string[],
): Promise<readonly string[]> {
  const sources = [log, chains].map((table) => ({ table, column: 'tenant_id' }));
  const { tenants } = await listTenants(db, sources, query);
  return [...new Set([...tenants, ...kept])].sort();
}

interface VerifiedChain {
  readonly isThere: boolean;
  readonly rows: number;
  readonly head: AuditHead | undefined;
  readonly pruned: AuditPruned | undefined;
  readonly findings: readonly AuditFinding[];
}

interface ChainOfTenant {
  readonly names: AuditNames;
  readonly tenant: string;
  readonly keep: string | undefined;
  readonly signal: AbortSignal | undefined;
}

interface ChainReading extends ChainOfTenant {
  readonly tx: AuditExecutor;
}

/** What cannot be read of one chain keeps nobody from reading the others. */
async function verifyTenant(
  db: AuditDatabase,
  its: ChainOfTenant,
  kept: AuditHead | undefined,
): Promise<VerifiedChain> {
  try {
    return await db.tenant(its.tenant).transaction(
      async (tx) => {
        await fixSearchPath(tx);
        return await verifyChain({ ...its, tx }, kept);
      },
      { isolationLevel: 'repeatable read', accessMode: 'read only' },
    );
  } catch (error) {
    its.signal?.throwIfAborted();
    const message = `the chain cannot be read: ${describeFailure(error)}`;
    const findings: AuditFinding[] = [
      { kind: 'unreadable', tenant: its.tenant, seq: kept?.seq ?? 0, message },
    ];
    return { isThere: true, rows: 0, head: undefined, pruned: undefined, findings };
  }
}

async function verifyChain(
  reading: ChainReading,
  kept: AuditHead | undefined,
): Promise<VerifiedChain> {
  const { tx, names, tenant, keep } = reading;
  const chain = await readChain(tx, names, tenant, keep);
  const walk = new ChainWalk(chain);
  const { rows, findings } = await walkRows(reading, walk);
  findings.push(...walk.end(), ...findTakenAway(chain, keep));
  const all = [
    ...(await nameMoved(reading, findings)),
    ...(kept === undefined ? [] : await compareHead(reading, chain, kept)),
  ];
  return {
    isThere: chain !== undefined || rows > 0,
    rows,
    head: headOf(tenant, chain, walk),
    pruned: prunedOf(tenant, chain),
    findings: all.slice(0, MAX_FINDINGS).map((finding) => ({ tenant, ...finding })),
  };
}

/** None where the chain does not end as its row says: there is nothing to be kept of it. */
function headOf(tenant: string, chain: Chain | undefined, walk: ChainWalk): AuditHead | undefined {
  const last = walk.lastRow();
  if (chain === undefined || last === undefined) return undefined;
  const { seq, hash, occurredAt } = last;
  const firstOccurredAt = walk.firstRow()?.occurredAt ?? null;
  return { tenant, firstSeq: chain.firstSeq, firstOccurredAt, seq, occurredAt, hash };
}

function prunedOf(tenant: string, chain: Chain | undefined): AuditPruned | undefined {
  if (chain === undefined || chain.firstSeq <= 1) return undefined;
  return { tenant, lastSeq: chain.firstSeq - 1, before: chain.prunedBefore ?? null };
}

async function walkRows({ tx, names, tenant, signal }: ChainReading, walk: ChainWalk) {
  const findings: ChainFinding[] = [];
  let count = 0;
  let after: string | undefined;
  for (;;) {
    signal?.throwIfAborted();
    const rows = await readRows(tx, names, { tenant, after, most: BATCH });
    for (const row of rows) {
      const found = walk.take(row);
      if (findings.length < MAX_FINDINGS) findings.push(...found);
    }
    count += rows.length;
    const last = rows.at(-1);
    if (last === undefined || rows.length < BATCH) return { rows: count, findings };
    after = last.number;
  }
}

/** Tells rows that hold what another row had from those that were changed. */
async function nameMoved(
  { tx, names, tenant }: ChainReading,
  findings: readonly ChainFinding[],
): Promise<readonly ChainFinding[]> {
  const numbersOf = (...kinds: readonly ChainFinding['kind'][]) =>
    findings
      .filter(({ kind, seq }) => kinds.includes(kind) && Number.isSafeInteger(seq))
      .map(({ seq }) => seq);
  const now = numbersOf('changed', 'inserted').slice(0, MAX_MOVED);
  const once = numbersOf('changed', 'missing').slice(0, MAX_MOVED);
  if (now.length === 0 || once.length === 0) return findings;
  const moved = await findMoved(tx, names, tenant, { now, once });
  return findings.map((finding) => {
    const from = moved.get(finding.seq);
    if (from === undefined || !['changed', 'inserted'].includes(finding.kind)) return finding;
    const message = `row ${finding.seq} holds what was row ${from}: rows were reordered`;
    return { kind: 'reordered', seq: finding.seq, message };
  });
}
