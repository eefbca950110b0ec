// Whether row-level security holds for the role that the project connects as.

import { failed, passed, skipped, type Verdict } from '../finding.js';
import { isEmbedded, type ReachedPatient } from '../patient.js';

interface RoleRow {
  readonly role: string;
  readonly superuser: boolean;
  readonly bypass: boolean;
  /** Tables under row-level security that the role owns and that do not force it. */
  readonly unforced: readonly string[];
  readonly secured: number;
  readonly [column: string]: unknown;
}

// Who has the privileges of the owner is treated as the owner (PostgreSQL documentation, 5.9).
const QUERY = `
SELECT current_user AS role, rolsuper AS superuser, rolbypassrls AS bypass,
       ARRAY(SELECT oid::regclass::text FROM pg_class
              WHERE relrowsecurity AND NOT relforcerowsecurity
                AND pg_has_role(current_user, relowner, 'USAGE') ORDER BY 1) AS unforced,
       (SELECT count(*)::int FROM pg_class WHERE relrowsecurity) AS secured
  FROM pg_roles WHERE rolname = current_user`;

export async function checkRole(patient: ReachedPatient): Promise<Verdict> {
  if (isEmbedded(patient)) {
    return skipped('the embedded database is a superuser’s: no security boundary');
  }
  const { rows } = await patient.engine.query<RoleRow>(QUERY);
  const found = rows[0];
  if (found === undefined) throw new Error('the role is not in pg_roles');
  return judge(found);
}

function judge({ role, superuser, bypass, unforced, secured }: RoleRow): Verdict {
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
  const tables =
    secured === 0 ? 'no table has it' : `on ${secured} table${secured === 1 ? '' : 's'}`;
  return passed(`${role} cannot bypass it; ${tables}`);
}
