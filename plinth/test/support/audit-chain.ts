// A tenant with an audit log for each test of a file, and what such tests ask of it and do to it. It
// states no expectation.

import { randomUUID } from 'node:crypto';
import {
  type AuditHead,
  type AuditVerification,
  connect,
  type Database,
  type Engine,
  openEngine,
  verifyAudit,
} from 'plinth';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { useDatabase } from '../../../test/support/database.js';
import {
  AUDIT_ROLE,
  auditLog,
  createAuditTables,
  dropAuditRoles,
  notes,
  TENANTS_QUERY,
} from './audit-tables.js';
import { asUser } from './tenant-table.js';

/** Usable inside tests and hooks, not while collecting. */
export interface AuditDatabase {
  readonly url: string;
  readonly superuser: Engine;
  /** Connected as the role that policies hold. */
  readonly db: Database;
  /** Another one for each test. */
  readonly tenant: string;
  readonly scope: Database;
  /** Adds a row to the audited table of notes, and gives its id. */
  addNote(title?: string): Promise<string>;
  /** The rows of a chain in their order. Default: of the tenant. */
  rowsOf(id?: string): Promise<readonly (typeof auditLog.$inferSelect)[]>;
}

/** Gives a test file a database with audited tables; call it at the top of the file. */
export function useAuditDatabase(): AuditDatabase {
  const database = useDatabase();
  let open: { readonly superuser: Engine; readonly db: Database } | undefined;
  let tenant = '';
  beforeAll(async () => {
    await createAuditTables(database.url);
    open = {
      superuser: await openEngine({ url: database.url, poolSize: 1 }),
      db: await connect({ url: asUser(database.url, AUDIT_ROLE), poolSize: 10, maxOverflow: 10 }),
    };
  });
  afterAll(async () => {
    await open?.db.close();
    await open?.superuser.close();
    await dropAuditRoles(database.url);
  });
  beforeEach(() => {
    tenant = `tenant-${randomUUID()}`;
  });
  const opened = () => {
    if (open === undefined) throw new Error('the database is opened before the first test');
    return open;
  };
  const scope = () => opened().db.tenant(tenant, { actor: 'ada', requestId: 'request-1' });
  return {
    get url() {
      return database.url;
    },
    get superuser() {
      return opened().superuser;
    },
    get db() {
      return opened().db;
    },
    get tenant() {
      return tenant;
    },
    get scope() {
      return scope();
    },
    async addNote(title = 'first') {
      const id = randomUUID();
      await scope().insert(notes).values({ id, tenantId: tenant, title });
      return id;
    },
    async rowsOf(id = tenant) {
      return await opened().db.tenant(id).select().from(auditLog).orderBy(auditLog.seq);
    },
  };
}

export interface AuditChain extends AuditDatabase {
  /** Of the tenant's chain alone. */
  verify(against?: readonly AuditHead[]): Promise<AuditVerification>;
  /** As `kind seq`. */
  findings(against?: readonly AuditHead[]): Promise<readonly string[]>;
  /** Runs statements about the rows of the tenant, `$1`, as the superuser. */
  tamper(...statements: readonly string[]): Promise<void>;
}

/** Where a row of the tenant is; its number follows. */
export const ROW = 'WHERE tenant_id = $1 AND seq =';

/** Computes the hash of a row as the function does that wrote it. */
export function rehash(seq: number): string {
  return `UPDATE audit_log SET hash = audit_log_hash(previous_hash, seq, transaction_row, tenant_id, occurred_at,
    actor, request_id, role, action, table_name, row_key, columns, changes) ${ROW} ${seq}`;
}

/** The same with a tenant that is listed for each test, and six rows, each of its own transaction. */
export function useAuditChain(): AuditChain {
  const audit = useAuditDatabase();
  beforeEach(async () => {
    await audit.superuser.query('INSERT INTO tenants VALUES ($1)', [audit.tenant]);
    for (let index = 1; index <= 6; index++) await audit.addNote(`note ${index}`);
  });
  const verify = async (against?: readonly AuditHead[]) => {
    const { tenant } = audit;
    return await verifyAudit(audit.db, { log: auditLog, tenants: TENANTS_QUERY, tenant, against });
  };
  // In place: what it has is read when it is asked for.
  return Object.assign(audit, {
    verify,
    async findings(against?: readonly AuditHead[]) {
      const found = await verify(against);
      return found.findings.map(({ kind, seq }) => `${kind} ${seq}`);
    },
    async tamper(...statements: readonly string[]) {
      for (const text of statements) await audit.superuser.query(text, [audit.tenant]);
    },
  });
}
