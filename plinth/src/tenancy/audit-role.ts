// Looks whether a connection may serve tenants: whether row-level security holds for its role, and
// for the role that tenant-scoped work is lowered to.

import type { QueryExecutor } from '../engine/index.js';
import { quoteIdentifier } from '../sql/index.js';

export interface RoleAuditOptions {
  /** The role that tenant-scoped work is lowered to. Default: none, the connection's own stays. */
  readonly tenantRole?: string | undefined;
}

/** Why a role must not serve tenants. */
export interface RoleProblem {
  readonly kind:
    | 'superuser'
    | 'bypasses-rls'
    | 'owns-isolated-table'
    | 'may-become'
    | 'no-tenant-role'
    | 'not-a-member';
  /** Who it is about: a role of the connection, or the one that work is lowered to. */
  readonly role: string;
  /** What is wrong, with the names. */
  readonly message: string;
  /** SQL that mends it. */
  readonly fix: string;
}

export interface RoleAudit {
  /** The role of the connection. */
  readonly role: string;
  /** None: row-level security holds. */
  readonly problems: readonly RoleProblem[];
}

interface Found {
  readonly role: string;
  /** The roles of the connection and the one it is lowered to; which of them there are. */
  readonly subjects: readonly Subject[];
  readonly membership: 'none' | 'member' | 'unusable' | null;
  readonly [column: string]: unknown;
}

interface Subject {
  readonly name: string;
  readonly superuser: boolean;
  readonly bypassesRls: boolean;
  /** May make itself a member of any role: before PostgreSQL 16 whoever has CREATEROLE. */
  readonly mayJoin: boolean;
  readonly owned: readonly OwnedTable[];
  readonly mayBecome: readonly Reach[];
}

interface OwnedTable extends Reach {
  readonly table: string;
}

/** A role, and the memberships of the subject that lead to it; none where it is the subject. */
interface Reach {
  readonly role: string;
  readonly through: readonly string[];
}

// Who has the privileges of an owner, or may become the owner, may take the policies away (PostgreSQL
// documentation, 5.9 "Row Security Policies" and 22.3 "Role Membership"). From 16 on a member may be
// denied SET ROLE. Roles for files and programs of the server are as good as a superuser (22.5 "Predefined
// Roles"). The user of the session counts beside the current one: RESET ROLE leads back to it.
const through = (role: string) => `
  SELECT DISTINCT m.roleid::regrole::text FROM pg_auth_members m
  WHERE m.member = s.oid AND pg_has_role(m.roleid, ${role}, 'MEMBER') ORDER BY 1`;

const QUERY = `
WITH may AS (SELECT CASE WHEN current_setting('server_version_num')::int >= 160000
                      THEN 'SET' ELSE 'MEMBER' END AS become)
SELECT current_user::text AS role,
  (SELECT CASE WHEN NOT pg_has_role(current_user, r.oid, 'MEMBER') THEN 'none'
            WHEN pg_has_role(current_user, r.oid, become) AND pg_has_role(current_user, r.oid, 'USAGE')
              THEN 'member' ELSE 'unusable' END
   FROM pg_roles r WHERE r.rolname = $1) AS membership,
  (SELECT json_agg(json_build_object(
     'name', s.rolname, 'superuser', s.rolsuper, 'bypassesRls', s.rolbypassrls,
     'mayJoin', s.rolcreaterole AND become = 'MEMBER',
     'owned', (
       SELECT coalesce(json_agg(json_build_object('table', c.oid::regclass::text,
         'role', c.relowner::regrole::text, 'through', ARRAY(${through('c.relowner')}))
         ORDER BY c.oid::regclass::text), '[]')
       FROM pg_class c WHERE c.relrowsecurity
         AND (pg_has_role(s.oid, c.relowner, 'USAGE') OR pg_has_role(s.oid, c.relowner, become))),
     'mayBecome', (
       SELECT coalesce(json_agg(json_build_object('role', b.oid::regrole::text,
         'through', ARRAY(${through('b.oid')})) ORDER BY b.rolname), '[]')
       FROM pg_roles b
       WHERE b.oid <> s.oid AND (
         (b.rolsuper OR b.rolbypassrls) AND pg_has_role(s.oid, b.oid, become)
         OR b.rolname IN ('pg_execute_server_program', 'pg_read_server_files',
           'pg_write_server_files') AND pg_has_role(s.oid, b.oid, 'MEMBER'))))
     ORDER BY s.rolname <> session_user, s.rolname <> current_user)
   FROM pg_roles s WHERE s.rolname IN (session_user, current_user, $1)) AS subjects
FROM may`;

/**
 * Audits the role of a connection, in one round trip. A superuser, a role with BYPASSRLS, one that
 * may become such a role, and one that owns a table under row-level security see, or can make
 * themselves see, every tenant. The same is asked of `tenantRole`.
 *
 * @example
 * const { problems } = await auditRole(db.engine, { tenantRole: 'app_user' });
 * for (const { message, fix } of problems) console.error(message, fix);
 */
export async function auditRole(
  executor: QueryExecutor,
  { tenantRole }: RoleAuditOptions = {},
): Promise<RoleAudit> {
  const { rows } = await executor.query<Found>(QUERY, [tenantRole ?? null]);
  const [found] = rows;
  if (found === undefined) throw new Error('a SELECT of one row gave none');
  const { role, subjects } = found;
  return {
    role,
    problems: [
      ...subjects.flatMap((subject) => problemsOf(subject, tenantRole)),
      ...membershipProblems(found, tenantRole),
    ],
  };
}

function problemsOf(subject: Subject, tenantRole: string | undefined): readonly RoleProblem[] {
  const { name, superuser, bypassesRls, mayJoin, owned, mayBecome } = subject;
  const quoted = quoteIdentifier(name);
  if (superuser) {
    return [
      {
        kind: 'superuser',
        role: name,
        message: `${name} is a superuser, and row-level security does not hold for it`,
        fix:
          name === tenantRole
            ? `ALTER ROLE ${quoted} NOSUPERUSER NOBYPASSRLS;`
            : newLogin(tenantRole),
      },
    ];
  }
  const problems: RoleProblem[] = mayBecome.map(({ role, through: memberships }) => ({
    kind: 'may-become',
    role: name,
    message: `${name} may become, or work as, ${role}, for which row-level security does not hold`,
    fix: revoke(memberships, name),
  }));
  if (bypassesRls) {
    problems.unshift({
      kind: 'bypasses-rls',
      role: name,
      message: `${name} has BYPASSRLS, and row-level security does not hold for it`,
      fix: `ALTER ROLE ${quoted} NOBYPASSRLS;`,
    });
  }
  if (mayJoin) {
    problems.push({
      kind: 'may-become',
      role: name,
      message: `${name} has CREATEROLE, and before PostgreSQL 16 may make itself a member of any role`,
      fix: `ALTER ROLE ${quoted} NOCREATEROLE;`,
    });
  }
  if (owned.length > 0) problems.push(ownerProblem(name, owned, tenantRole));
  return problems;
}

function ownerProblem(
  name: string,
  owned: readonly OwnedTable[],
  tenantRole: string | undefined,
): RoleProblem {
  const kind = 'owns-isolated-table';
  const tables = owned.map(({ table }) => table).join(', ');
  const memberships = [...new Set(owned.flatMap((table) => table.through))];
  if (memberships.length > 0) {
    const owners = [...new Set(owned.map(({ role }) => role))].join(', ');
    return {
      kind,
      role: name,
      message: `${name} is a member of ${owners}, who may take row-level security off ${tables}`,
      fix: revoke(memberships, name),
    };
  }
  return {
    kind,
    role: name,
    message: `${name} owns ${tables}, and may take row-level security off`,
    fix:
      name === tenantRole
        ? owned.map(({ table }) => `ALTER TABLE ${table} OWNER TO …;`).join(' ')
        : newLogin(tenantRole),
  };
}

/** @param memberships Names as SQL writes them. */
function revoke(memberships: readonly string[], name: string): string {
  return `REVOKE ${memberships.join(', ')} FROM ${quoteIdentifier(name)};`;
}

// A superuser or an owner cannot be made less on the spot: the service needs a login of its own.
function newLogin(tenantRole: string | undefined): string {
  const group = tenantRole === undefined ? '' : ` IN ROLE ${quoteIdentifier(tenantRole)}`;
  return `CREATE ROLE plinth_service LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS${group};`;
}

function membershipProblems(
  { role, membership }: Found,
  tenantRole: string | undefined,
): readonly RoleProblem[] {
  if (tenantRole === undefined || membership === 'member') return [];
  const quoted = quoteIdentifier(tenantRole);
  if (membership === null) {
    return [
      {
        kind: 'no-tenant-role',
        role: tenantRole,
        message: `there is no role ${tenantRole}`,
        fix: `CREATE ROLE ${quoted} NOLOGIN NOSUPERUSER NOBYPASSRLS;`,
      },
    ];
  }
  const grant = `GRANT ${quoted} TO ${quoteIdentifier(role)}`;
  return [
    membership === 'none'
      ? {
          kind: 'not-a-member',
          role,
          message: `${role} is no member of ${tenantRole}`,
          fix: `${grant};`,
        }
      : {
          kind: 'not-a-member',
          role,
          message: `${role} is a member of ${tenantRole} that may not become it, or does not inherit from it`,
          fix: `${grant} WITH INHERIT TRUE, SET TRUE; (before PostgreSQL 16: ALTER ROLE ${quoteIdentifier(role)} INHERIT;)`,
        },
  ];
}
