// Looks whether tables still are isolated as `isolated()` made them, and whether a role can work on
// them: somebody may have changed them by hand, or restored them without their policies.

import { type QueryExecutor, TENANT_SETTING } from '../engine/index.js';
import { quoteIdentifier } from '../sql/index.js';

export interface TableAuditOptions {
  /** Names as SQL writes them: `notes`, `app.notes`. */
  readonly tables: readonly string[];
  /** What the role must have on each. Default: SELECT, INSERT and UPDATE. */
  readonly privileges?: readonly TablePrivilege[] | undefined;
  /** What the role must not have on any. Default: TRUNCATE, which policies do not cover. */
  readonly forbidden?: readonly TablePrivilege[] | undefined;
  /** The role that tenant-scoped work is lowered to. Default: the connection's own. */
  readonly tenantRole?: string | undefined;
}

export type TablePrivilege = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE' | 'TRUNCATE';

/** Why a table does not hold tenants apart, or cannot be used. */
export interface TableProblem {
  readonly kind:
    | 'no-table'
    | 'row-security-off'
    | 'not-forced'
    | 'no-policy'
    | 'open-policy'
    | 'no-privilege'
    | 'forbidden-privilege';
  /** What is wrong, with the names. */
  readonly message: string;
  /** What mends it: mostly SQL. */
  readonly fix: string;
}

interface Found {
  readonly name: string;
  readonly table: string | null;
  readonly enabled: boolean;
  readonly forced: boolean;
  readonly policies: readonly FoundPolicy[];
  readonly missing: readonly string[];
  readonly excess: readonly string[];
  readonly [column: string]: unknown;
}

interface FoundPolicy {
  readonly name: string;
  /** Whether both of its conditions ask for the tenant. */
  readonly asks: boolean;
  readonly permissive: boolean;
}

// A condition that is not there takes every row, except that WITH CHECK then is what USING is. A
// policy for INSERT has no USING.
const QUERY = `
SELECT wanted.name, c.oid::regclass::text AS table,
  coalesce(c.relrowsecurity, false) AS enabled, coalesce(c.relforcerowsecurity, false) AS forced,
  (SELECT coalesce(json_agg(json_build_object('name', p.polname, 'permissive', p.polpermissive,
     'asks', (p.polcmd = 'a' OR coalesce(strpos(pg_get_expr(p.polqual, p.polrelid), $2) > 0, false))
       AND (p.polcmd IN ('r', 'd') OR coalesce(strpos(
         pg_get_expr(coalesce(p.polwithcheck, p.polqual), p.polrelid), $2) > 0, false)))
     ORDER BY p.polname), '[]') FROM pg_policy p WHERE p.polrelid = c.oid) AS policies,
  ARRAY(SELECT privilege FROM unnest($4::text[]) AS privilege
    WHERE NOT has_table_privilege(coalesce($3, current_user), c.oid, privilege)) AS missing,
  ARRAY(SELECT privilege FROM unnest($5::text[]) AS privilege
    WHERE has_table_privilege(coalesce($3, current_user), c.oid, privilege)) AS excess
FROM unnest($1::text[]) WITH ORDINALITY AS wanted (name, place)
LEFT JOIN pg_class c ON c.oid = to_regclass(wanted.name)
ORDER BY wanted.place`;

/**
 * Audits tables that have to hold tenants apart, in one round trip: row-level security is enabled and
 * forced, there are policies, each of them asks for the tenant of the scope, and the role has the
 * privileges, and none that are forbidden (ALTER DEFAULT PRIVILEGES may have given them). It reads the policies' text and proves nothing: `plinth isolation` does.
 *
 * @throws PostgreSQL's error where `tenantRole` does not exist.
 * @example
 * const problems = await auditTables(db.engine, { tables: ['notes'], tenantRole: 'app_user' });
 */
export async function auditTables(
  executor: QueryExecutor,
  {
    tables,
    tenantRole,
    privileges = ['SELECT', 'INSERT', 'UPDATE'],
    forbidden = ['TRUNCATE'],
  }: TableAuditOptions,
): Promise<readonly TableProblem[]> {
  const { rows } = await executor.query<Found>(QUERY, [
    tables,
    TENANT_SETTING,
    tenantRole ?? null,
    privileges,
    forbidden,
  ]);
  return rows.flatMap((found) => problemsOf(found, tenantRole));
}

function problemsOf(found: Found, tenantRole: string | undefined): readonly TableProblem[] {
  const { name, table, enabled, forced, policies, missing, excess } = found;
  if (table === null) {
    return [
      {
        kind: 'no-table',
        message: `there is no table ${name}, or its schema may not be used`,
        fix: 'Run the pending revisions, or GRANT USAGE ON SCHEMA to the role.',
      },
    ];
  }
  const restored = 'plinth check --database prints the SQL that brings it back';
  const problems: TableProblem[] = [];
  if (!enabled) {
    problems.push({
      kind: 'row-security-off',
      message: `row-level security is off on ${table}`,
      fix: `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;`,
    });
  }
  if (!forced) {
    problems.push({
      kind: 'not-forced',
      message: `row-level security is not forced on ${table}`,
      fix: `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;`,
    });
  }
  if (!policies.some(({ permissive }) => permissive)) {
    problems.push({ kind: 'no-policy', message: `${table} has no policy`, fix: restored });
  }
  for (const policy of policies.filter(({ permissive, asks }) => permissive && !asks)) {
    problems.push({
      kind: 'open-policy',
      message: `the policy ${policy.name} on ${table} does not ask for the tenant`,
      fix: `DROP POLICY ${quoteIdentifier(policy.name)} ON ${table};`,
    });
  }
  const role = tenantRole ?? 'the role of the connection';
  const grantee = tenantRole === undefined ? 'CURRENT_USER' : quoteIdentifier(tenantRole);
  if (excess.length > 0) {
    const names = excess.join(', ');
    problems.push({
      kind: 'forbidden-privilege',
      message: `${role} has ${names} on ${table}, which nobody may have`,
      fix: `REVOKE ${names} ON ${table} FROM ${grantee};`,
    });
  }
  if (missing.length > 0) {
    problems.push({
      kind: 'no-privilege',
      message: `${role} has no ${missing.join(', ')} on ${table}`,
      fix: `GRANT ${missing.join(', ')} ON ${table} TO ${grantee};`,
    });
  }
  return problems;
}
