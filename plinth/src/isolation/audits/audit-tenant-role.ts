// What the tenant role may do, or become, to get round every policy.

import { quoteIdentifier } from '../../sql/index.js';
import { auditRole } from '../../tenancy/index.js';
import { type AttackResult, held, leak, type Verdict, weak } from '../isolation-proof.js';
import type { Scene } from '../scene.js';

export async function auditTenantRole(scene: Scene): Promise<readonly AttackResult[]> {
  const { stage, survey, role } = scene;
  // Back to the savepoint: the attack before it may have been refused.
  await stage.attempt({ setting: undefined, role: 'none' }, 'SELECT 1');
  const audit = await auditRole(stage.connection, { tenantRole: role });
  // Of the connection's own role, which fills the tables, nothing is asked here.
  const problems = audit.problems.filter((problem) => problem.role === role);
  const quoted = quoteIdentifier(role);
  const { attributes, defaultPrivileges } = survey.role;
  const verdicts: readonly Verdict[] = [
    ...problems.map(({ message, fix }) => leak(message, fix)),
    ...attributes.map((attribute) =>
      leak(
        `it has ${attribute}, which leads round every policy`,
        `ALTER ROLE ${quoted} NO${attribute};`,
      ),
    ),
    ...defaultPrivileges.map(({ owner, privilege }) =>
      weak(
        `tables that ${owner} creates give it ${privilege}, which policies do not cover`,
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} REVOKE ${privilege} ON TABLES FROM ${quoted}, PUBLIC;`,
      ),
    ),
  ];
  const all =
    verdicts.length > 0
      ? verdicts
      : [held('no superuser, no BYPASSRLS, owner of no isolated table')];
  return all.map((verdict) => ({ object: role, attack: 'role', ...verdict }));
}
