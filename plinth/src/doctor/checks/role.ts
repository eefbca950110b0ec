// Whether row-level security holds for the role that the project connects as.

import { auditRole } from '../../tenancy/index.js';
import { failed, passed, skipped, type Verdict } from '../finding.js';
import { isEmbedded, type ReachedPatient } from '../patient.js';

interface RoleRow {
  readonly role: string;
  readonly superuser: boolean;
  readonly bypass: boolean;
  /** Tables under row-level security that the role owns and that do not force it. */
  readonly unforced: readonly string[];
  readonly secured: number;
  /** Tables with a column tenant_id and without row-level security. */
  readonly open: readonly string[];
  readonly [column: string]: unknown;
}

// Who has the privileges of the owner is treated as the owner (PostgreSQL documentation, 5.9).
const QUERY = `
SELECT current_user AS role, rolsuper AS superuser, rolbypassrls AS bypass,
       ARRAY(SELECT oid::regclass::text FROM pg_class
              WHERE relrowsecurity AND NOT relforcerowsecurity
                AND pg_has_role(current_user, relowner, 'USAGE') ORDER BY 1) AS unforced,
       (SELECT count(*)::int FROM pg_class WHERE relrowsecurity) AS secured,
       ARRAY(SELECT c.oid::regclass::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
              WHERE c.relkind IN ('r', 'p') AND NOT c.relrowsecurity AND NOT c.relispartition
                AND a.attname = 'tenant_id' AND NOT a.attisdropped ORDER BY 1) AS open
  FROM pg_roles WHERE rolname = current_user`;

export async function checkRole(patient: ReachedPatient): Promise<Verdict> {
  if (isEmbedded(patient)) {
    return skipped('the embedded database is a superuser’s: no security boundary');
  }
  const { rows } = await patient.engine.query<RoleRow>(QUERY);
  const found = rows[0];
  if (found === undefined) throw new Error('the role is not in pg_roles');
  const { problems } = await auditRole(patient.engine);
  const detour = problems.find(({ kind }) => kind === 'may-become');
  return detour === undefined || found.superuser
    ? judge(found)
    : failed(detour.message, `Run: ${detour.fix}`);
}

function judge({ role, superuser, bypass, unforced, secured, open }: RoleRow): Verdict {
  if (superuser) {
    return failed(
      `${role} is a superuser and bypasses it`,
      'Connect as a role of its own: CREATE ROLE app LOGIN NOSUPERUSER NOBYPASSRLS.',
    );
  }
  if (bypass) {
    return failed(`${role} has BYPASSRLS`, `Take it away: ALTER ROLE ${role} NOBYPASSRLS.`);
  }
  if (unforced.length > 0) {
    return failed(
      `${role} owns, and so bypasses it on: ${unforced.join(', ')}`,
      'Write a revision with ALTER TABLE … FORCE ROW LEVEL SECURITY, or connect as another role.',
    );
  }
  // Where no table has it, the project may hold its tenants apart in another way.
  if (secured > 0 && open.length > 0) {
    return failed(
      `it is off on ${open.join(', ')}, which ${open.length === 1 ? 'has' : 'have'} a column tenant_id`,
      'Put isolated() on their models and write a revision, or ALTER TABLE … ENABLE ROW LEVEL SECURITY where it was taken off.',
    );
  }
  const tables =
    secured === 0 ? 'no table has it' : `on ${secured} table${secured === 1 ? '' : 's'}`;
  return passed(`${role} cannot bypass it; ${tables}`);
}
