// The SQL that mends what a proof has found. Pure.

import { quoteIdentifier, quoteLiteral } from '../sql/index.js';
import type { Scene } from './scene.js';
import type { Policy, Table } from './survey/survey.js';

/** What a policy of a table should ask for. */
export function tenantCondition(scene: Scene, table: Table): string {
  const [own] = scene.ownColumns(table);
  const setting = `nullif(current_setting(${quoteLiteral(scene.stage.setting)}, true), '')`;
  if (own === undefined) return `… a row of the tenant in ${setting} …`;
  const isText = /^(text|character|citext)/.test(own.typeSql);
  const cast = isText ? '' : `::${own.typeSql.replace(/\(.*\)/, '')}`;
  return `${quoteIdentifier(own.name)} = (SELECT ${setting}${cast})`;
}

/** The statements that isolate a table. */
export function isolate(scene: Scene, table: Table): string {
  const condition = tenantCondition(scene, table);
  return [
    `ALTER TABLE ${table.sql} ENABLE ROW LEVEL SECURITY`,
    `ALTER TABLE ${table.sql} FORCE ROW LEVEL SECURITY`,
    `CREATE POLICY tenant_isolation_policy ON ${table.sql} USING (${condition}) WITH CHECK (${condition})`,
  ]
    .map((statement) => `${statement};`)
    .join(' ');
}

export type Command = 'select' | 'insert' | 'update' | 'delete';

const LETTERS = { select: 'r', insert: 'a', update: 'w', delete: 'd' } as const;

/** Permissive policies that decide about a command of the tenant role. */
export function decidingPolicies({ policies }: Table, command: Command): readonly Policy[] {
  return policies.filter(
    ({ applies, isPermissive, command: letter }) =>
      applies && isPermissive && (letter === '*' || letter === LETTERS[command]),
  );
}

/** What to do where a command reaches another tenant's rows. */
export function mend(
  scene: Scene,
  table: Table,
  command: Command,
  half: 'using' | 'check',
): string {
  if (!table.secured) return isolate(scene, table);
  const policies = decidingPolicies(table, command);
  const condition = tenantCondition(scene, table);
  const clause = (policy: Policy): string | null =>
    half === 'check' ? (policy.check ?? policy.using) : policy.using;
  const wide = policies.filter((policy) => !looksAtTenant(scene, clause(policy) ?? 'true'));
  const [culprit] = wide.length > 0 ? wide : policies;
  if (culprit === undefined) return isolate(scene, table);
  const name = `${quoteIdentifier(culprit.name)} ON ${table.sql}`;
  if (policies.length > wide.length && wide.length > 0) return `DROP POLICY ${name};`;
  const keyword = half === 'check' || culprit.command === 'a' ? 'WITH CHECK' : 'USING';
  return `ALTER POLICY ${name} ${keyword} (${condition});`;
}

function looksAtTenant({ stage }: Scene, condition: string): boolean {
  return condition.includes(stage.setting) && !/\bOR\b/i.test(condition);
}
