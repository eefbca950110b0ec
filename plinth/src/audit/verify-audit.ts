// The verification of an audit log: every chain from its first row to its last, and against heads that
// were kept elsewhere. It changes nothing.

import type { Engine } from '../engine/index.js';
import { type AuditLog, type AuditNames, namesOfLog } from '../models/index.js';
import { listTenants } from '../tenancy/index.js';
import type { AuditFinding, AuditHead } from './audit-finding.js';
import { type AuditExecutor, findMoved, readChain, readHash, readRows } from './read-chain.js';
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
  /** None: nothing was changed, removed or inserted behind the log. At most 1000 of a chain. */
  readonly findings: readonly AuditFinding[];
}

/**
 * Verifies the chains of an audit log, each in one snapshot and in bounded memory.
 *
 * A chain alone shows what somebody did who could not, or did not, compute all its hashes anew. Who
 * owns the database can: that is found `against` heads that were kept elsewhere, and only by them.
 *
 * @throws PlinthError TENANCY_TENANTS_UNKNOWN where policies hide the tenants and no query lists them.
 * @example
 * const { findings } = await verifyAudit(db, { log: auditLog, tenants: 'SELECT id FROM tenants' });
 * for (const { tenant, message } of findings) console.error(tenant, message);
 */
export async function verifyAudit(
  db: AuditDatabase,
  { log, tenants: query, tenant: only, against = [], signal }: AuditVerificationOptions,
): Promise<AuditVerification> {
  const names = namesOfLog(log);
  const kept = new Map(against.map((head) => [head.tenant, head]));
  const tenants =
    only === undefined ? await listChains(db, names, query, [...kept.keys()]) : [only];
  const verified: VerifiedChain[] = [];
  for (const tenant of tenants) {
    verified.push(
      await db
        .tenant(tenant)
        .transaction(
          async (tx) => await verifyChain({ tx, names, tenant, signal }, kept.get(tenant)),
          { isolationLevel: 'repeatable read', accessMode: 'read only' },
        ),
    );
  }
  return {
    chains: verified.filter(({ isThere }) => isThere).length,
    rows: verified.reduce((sum, { rows }) => sum + rows, 0),
    heads: verified.flatMap(({ head }) => head ?? []),
    findings: verified.flatMap(({ findings }) => findings),
  };
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
  readonly findings: readonly AuditFinding[];
}

interface ChainReading {
  readonly tx: AuditExecutor;
  readonly names: AuditNames;
  readonly tenant: string;
  readonly signal: AbortSignal | undefined;
}

async function verifyChain(
  reading: ChainReading,
  kept: AuditHead | undefined,
): Promise<VerifiedChain> {
  const { tx, names, tenant } = reading;
  const chain = await readChain(tx, names, tenant);
  const walk = new ChainWalk(chain);
  const { rows, findings } = await walkRows(reading, walk);
  findings.push(...walk.end());
  const all = [
    ...(await nameMoved(reading, findings)),
    ...(kept === undefined ? [] : await compareHead(reading, chain, kept)),
  ];
  return {
    isThere: chain !== undefined || rows > 0,
    rows,
    head: chain && { tenant, seq: chain.lastSeq, hash: chain.lastHash },
    findings: all.slice(0, MAX_FINDINGS).map((finding) => ({ tenant, ...finding })),
  };
}

async function walkRows({ tx, names, tenant, signal }: ChainReading, walk: ChainWalk) {
  const findings: ChainFinding[] = [];
  let count = 0;
  let after = Number.MIN_SAFE_INTEGER;
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
    after = last.seq;
  }
}

/** Tells rows that hold what another row had from those that were changed. */
async function nameMoved(
  { tx, names, tenant }: ChainReading,
  findings: readonly ChainFinding[],
): Promise<readonly ChainFinding[]> {
  const numbersOf = (...kinds: readonly ChainFinding['kind'][]) =>
    findings.filter(({ kind }) => kinds.includes(kind)).map(({ seq }) => seq);
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

/** A chain goes on from every head that it ever had. */
async function compareHead(
  { tx, names, tenant }: ChainReading,
  chain: Chain | undefined,
  { seq, hash }: AuditHead,
): Promise<readonly ChainFinding[]> {
  if (chain === undefined || chain.lastSeq < seq) {
    const end = chain === undefined ? 'is gone' : `ends with row ${chain.lastSeq}`;
    return [{ kind: 'cut', seq, message: `the chain ${end}, and had a row ${seq}` }];
  }
  // What was pruned cannot be looked at any more, but for the hash of its last row.
  if (seq < chain.firstSeq - 1) return [];
  const found =
    seq === chain.firstSeq - 1 ? chain.firstPrevious : await readHash(tx, names, tenant, seq);
  if (found === undefined || found === hash) return [];
  const message = `row ${seq} has another hash than it had: the chain was written anew`;
  return [{ kind: 'rewritten', seq, message }];
}
