// The queries on audit rows. Each is in the scope of one tenant; what is about all tenants goes through
// them. They know nothing of HTTP.

import { desc, eq, gte, lt, type SQL, sql } from 'drizzle-orm';
import type { Database } from 'plinth';
import { toRfc3339 } from '../rfc3339.js';
import type { AuditRow } from '../schemas/audit.js';
import { filteredList } from './filtered-list.js';
import { cutPage } from './page.js';
import { perDatabase } from './per-database.js';
import { auditLog, tenants } from './schema.js';

/** How many tenants are read at once: each is a scope, and a statement, of its own. */
const AT_ONCE = 4;
/** How many tenants one request goes through, so that none is long, whatever it looks for. */
const MOST_TENANTS = 100;

/** Where an audit row stands in the list: tenant after tenant, the newest of each first. */
export interface AuditPosition {
  readonly tenant: string;
  readonly seq: number;
}

/** What audit rows are asked for with. */
export interface AuditFilters {
  readonly table: string | undefined;
  readonly action: AuditRow['action'] | undefined;
  readonly actor: string | undefined;
  readonly requestId: string | undefined;
  /** A value of the primary key. */
  readonly key: string | undefined;
  /** At this moment or later. */
  readonly occurredAfter: string | undefined;
  readonly occurredBefore: string | undefined;
}

/** Some audit rows, and where the list goes on behind them; nowhere behind the last page. */
export interface AuditPage {
  readonly rows: AuditRow[];
  readonly next: AuditPosition | undefined;
}

const COLUMNS = {
  tenant_id: auditLog.tenantId,
  seq: auditLog.seq,
  occurred_at: auditLog.occurredAt,
  actor: auditLog.actor,
  request_id: auditLog.requestId,
  role: auditLog.role,
  action: auditLog.action,
  table: auditLog.tableName,
  key: sql<AuditRow['key']>`${auditLog.rowKey}`,
  columns: auditLog.columns,
  changes: sql<AuditRow['changes']>`${auditLog.changes}`,
  hash: sql<string>`encode(${auditLog.hash}, 'hex')`,
};

const CONDITIONS: Readonly<Record<keyof AuditFilters | 'before', SQL>> = {
  table: eq(auditLog.tableName, sql.placeholder('table')),
  action: eq(auditLog.action, sql.placeholder('action')),
  actor: eq(auditLog.actor, sql.placeholder('actor')),
  requestId: eq(auditLog.requestId, sql.placeholder('requestId')),
  key: sql`EXISTS (SELECT FROM jsonb_each_text(${auditLog.rowKey}) AS part WHERE part.value = ${sql.placeholder('key')})`,
  occurredAfter: gte(auditLog.occurredAt, sql.placeholder('occurredAfter')),
  occurredBefore: lt(auditLog.occurredAt, sql.placeholder('occurredBefore')),
  before: lt(auditLog.seq, sql.placeholder('before')),
};

const listQuery = filteredList({
  name: 'audit_list',
  conditions: CONDITIONS,
  order: [desc(auditLog.seq)],
  prepare: (db, { name, where, orderBy }) =>
    db
      .select(COLUMNS)
      .from(auditLog)
      .where(where)
      .orderBy(...orderBy)
      .prepare(name),
});

const prepared = perDatabase((db) => ({
  /** Of every tenant there ever was: what was deleted has its audit rows still. */
  tenantsFrom: db
    .select({ id: tenants.id })
    .from(tenants)
    .where(gte(tenants.id, sql.placeholder('first')))
    .orderBy(tenants.id)
    .limit(MOST_TENANTS + 1)
    .prepare('audit_tenants'),
}));

/** The audit rows of one tenant, newest first. */
export async function listAuditRows(
  db: Database,
  tenant: string,
  limit: number,
  filters: AuditFilters,
  before: number | undefined,
): Promise<AuditPage> {
  const found = await readChain(db, tenant, limit, filters, before);
  return pageOf(found, limit, undefined);
}

/** The audit rows of all tenants, each in its own scope. A page may be short, or empty, and not the last. */
export async function listAllAuditRows(
  db: Database,
  limit: number,
  filters: AuditFilters,
  after: AuditPosition | undefined,
): Promise<AuditPage> {
  const registered = await db.run(prepared(db).tenantsFrom, { first: after?.tenant ?? '' });
  const { rows: walked, hasMore } = cutPage(registered, MOST_TENANTS);
  const found: AuditRow[] = [];
  for (let start = 0; start < walked.length && found.length <= limit; start += AT_ONCE) {
    const some = walked.slice(start, start + AT_ONCE);
    const read = await Promise.all(
      some.map(({ id }) =>
        readChain(db, id, limit, filters, id === after?.tenant ? after.seq : undefined),
      ),
    );
    found.push(...read.flat());
  }
  const last = walked.at(-1);
  // No audit row has a number below 1.
  return pageOf(
    found,
    limit,
    hasMore && last !== undefined ? { tenant: last.id, seq: 1 } : undefined,
  );
}

/** The newest rows of a chain, one more than a page has. */
async function readChain(
  db: Database,
  tenant: string,
  limit: number,
  filters: AuditFilters,
  before: number | undefined,
): Promise<readonly AuditRow[]> {
  const given = { ...filters, before };
  const query = listQuery(db, given, limit);
  const rows = await db.tenant(tenant).run(query, { ...given, count: limit + 1 });
  return rows.map((row) => ({ ...row, occurred_at: toRfc3339(row.occurred_at) }));
}

/** @param end Where the list goes on behind everything that was found. */
function pageOf(
  found: readonly AuditRow[],
  limit: number,
  end: AuditPosition | undefined,
): AuditPage {
  const { rows, hasMore } = cutPage(found, limit);
  const last = rows.at(-1);
  if (!hasMore || last === undefined) return { rows, next: end };
  return { rows, next: { tenant: last.tenant_id, seq: last.seq } };
}
