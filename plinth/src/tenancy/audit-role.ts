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
  /** The role of the connection and the one it is lowered to; which of them there are. */
  readonly subjects: readonly Subject[];
  readonly isMember: boolean | null;
  readonly [column: string]: unknown;
}

interface Subject {
  readonly name: string;
  readonly superuser: boolean;
  readonly bypassesRls: boolean;
  readonly owned: readonly OwnedTable[];
  readonly mayBecome: readonly string[];
}

interface OwnedTable {
  readonly table: string;
  readonly owner: string;
}

// Who has the privileges of an owner is treated as the owner, and may take the policies away
// (PostgreSQL documentation, 5.9 "Row Security Policies" and 22.3 "Role Membership").
const QUERY = `
SELECT current_user::text AS role,
  (SELECT pg_has_role(current_user, r.oid, 'MEMBER') FROM pg_roles r WHERE r.rolname = $1) AS "isMember",
  (SELECT json_agg(json_build_object(
     'name', s.rolname, 'superuser', s.rolsuper, 'bypassesRls', s.rolbypassrls,
     'owned', (
       SELECT coalesce(json_agg(json_build_object(
         'table', c.oid::regclass::text, 'owner', c.relowner::regrole::text)
         ORDER BY c.oid::regclass::text), '[]')
       FROM pg_class c WHERE c.relrowsecurity AND pg_has_role(s.oid, c.relowner, 'USAGE')),
     'mayBecome', (
       SELECT coalesce(json_agg(b.rolname ORDER BY b.rolname), '[]') FROM pg_roles b
       WHERE b.oid <> s.oid AND (b.rolsuper OR b.rolbypassrls) AND pg_has_role(s.oid, b.oid, 'MEMBER')))
     ORDER BY s.rolname <> current_user)
   FROM pg_roles s WHERE s.rolname IN (current_user, $1)) AS subjects`;

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
  if (found === undefined) throw new Error('a SELECT without FROM gave no row');
  const { role, subjects } = found;
  return {
    role,
    problems: [
      ...subjects.flatMap((subject) => problemsOf(subject, role)),
      ...membershipProblems(found, tenantRole),
    ],
  };
}

function problemsOf(subject: Subject, role: string): readonly RoleProblem[] {
  const { name, superuser, bypassesRls, owned, mayBecome } = subject;
  const own = name === role;
  const quoted = quoteIdentifier(name);
  if (superuser) {
    return [
      {
        kind: 'superuser',
        message: `${name} is a superuser, and row-level security does not hold for it`,
        fix: own ? NEW_LOGIN : `ALTER ROLE ${quoted} NOSUPERUSER NOBYPASSRLS;`,
      },
    ];
  }
  return [
    ...(bypassesRls
      ? [
          {
            kind: 'bypasses-rls',
            message: `${name} has BYPASSRLS, and row-level security does not hold for it`,
            fix: `ALTER ROLE ${quoted} NOBYPASSRLS;`,
          } as const,
        ]
      : []),
    ...mayBecome.map(
      (other) =>
        ({
          kind: 'may-become',
          message: `${name} may become ${other}, for which row-level security does not hold`,
          fix: `REVOKE ${quoteIdentifier(other)} FROM ${quoted};`,
        }) as const,
    ),
    ...(owned.length === 0 ? [] : [ownerProblem(name, owned, own)]),
  ];
}

function ownerProblem(name: string, owned: readonly OwnedTable[], own: boolean): RoleProblem {
  const tables = owned.map(({ table }) => table).join(', ');
  const owners = [...new Set(owned.map(({ owner }) => owner))];
  const inherited = owners.filter((owner) => owner !== quoteIdentifier(name) && owner !== name);
  if (inherited.length > 0) {
    return {
      kind: 'owns-isolated-table',
      message: `${name} is a member of ${inherited.join(', ')}, who may take row-level security off ${tables}`,
      fix: inherited.map((owner) => `REVOKE ${owner} FROM ${quoteIdentifier(name)};`).join(' '),
    };
  }
  return {
    kind: 'owns-isolated-table',
    message: `${name} owns ${tables}, and may take row-level security off`,
    fix: own ? NEW_LOGIN : owned.map(({ table }) => `ALTER TABLE ${table} OWNER TO …;`).join(' '),
  };
}

// A superuser or an owner cannot be made less on the spot: the service needs a login of its own.
const NEW_LOGIN =
  "CREATE ROLE plinth_service LOGIN PASSWORD '…' NOSUPERUSER NOBYPASSRLS IN ROLE app_user;";

function membershipProblems(
  { role, isMember }: Found,
  tenantRole: string | undefined,
): readonly RoleProblem[] {
  if (tenantRole === undefined || isMember === true) return [];
  const quoted = quoteIdentifier(tenantRole);
  if (isMember === null) {
    return [
      {
        kind: 'no-tenant-role',
        message: `there is no role ${tenantRole}`,
        fix: `CREATE ROLE ${quoted} NOLOGIN NOSUPERUSER NOBYPASSRLS;`,
      },
    ];
  }
  return [
    {
      kind: 'not-a-member',
      message: `${role} is no member of ${tenantRole}`,
      fix: `GRANT ${quoted} TO ${quoteIdentifier(role)};`,
    },
  ];
}
