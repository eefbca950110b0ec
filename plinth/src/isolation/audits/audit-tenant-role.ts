// What the tenant role may do, or become, to get round every policy.

import { quoteIdentifier } from '../../sql/index.js';
import { auditRole } from '../../tenancy/index.js';
import { type AttackResult, held, leak, type Verdict, weak } from '../isolation-proof.js';
import type { Scene } from '../scene.js';

export async function auditTenantRole(scene: Scene): Promise<readonly AttackResult[]> {
  const { stage, survey, role } = scene;
  // As the role itself: of the connection's own it would say what is not asked here.
  await stage.attempt(scene.as(0), 'SELECT 1');
  const { problems } = await auditRole(stage.connection);
  const quoted = quoteIdentifier(role);
  const { attributes, dangerous, defaultPrivileges } = survey.role;
  const verdicts: readonly Verdict[] = [
    ...problems.map(({ message, fix }) => leak(message, fix)),
    ...attributes.map((attribute) =>
      leak(
        `it has ${attribute}, which leads round every policy`,
        `ALTER ROLE ${quoted} NO${attribute};`,
      ),
    ),
    ...dangerous.map((other) =>
      leak(
        `it is a member of ${other}, which reads and writes files of the server`,
        `REVOKE ${other} FROM ${quoted};`,
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
