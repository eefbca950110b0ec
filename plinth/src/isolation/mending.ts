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

export const COMMANDS: readonly Command[] = ['select', 'insert', 'update', 'delete'];

/** Which condition of a policy: for the rows that are there, or for new ones. */
export type Half = 'using' | 'check';

const LETTERS = { select: 'r', insert: 'a', update: 'w', delete: 'd' } as const;

/** Permissive policies that decide about a command of the tenant role. */
export function decidingPolicies(table: Table, command: Command): readonly Policy[] {
  return applying(table, command).filter(({ isPermissive }) => isPermissive);
}

/** Whether restrictive policies narrow what the permissive ones of a command let through. */
export function isNarrowed(table: Table, command: Command, half: Half): boolean {
  return applying(table, command).some((policy) => {
    const condition = conditionOf(policy, half);
    return !policy.isPermissive && condition !== null && condition !== 'true';
  });
}

function applying({ policies }: Table, command: Command): readonly Policy[] {
  return policies.filter((policy) => policy.applies && isFor(policy, command));
}

function isFor({ command: letter }: Policy, command: Command): boolean {
  return letter === '*' || letter === LETTERS[command];
}

/** What a policy asks of a row; without a condition for new rows the other one holds for them too. */
export function conditionOf({ using, check }: Policy, half: Half): string | null {
  return half === 'check' ? (check ?? using) : using;
}

/** What to do where a command reaches another tenant's rows. */
export function mend(scene: Scene, table: Table, command: Command, half: Half): string {
  if (!table.secured) return isolate(scene, table);
  const [culprit] = [...decidingPolicies(table, command)].sort(
    (a, b) => soundness(scene, table, a, half) - soundness(scene, table, b, half),
  );
  return culprit === undefined ? isolate(scene, table) : mendPolicy(scene, table, culprit, half);
}

/** Drops a policy where sounder ones stay for all that it is for; else gives it the tenant's condition. */
export function mendPolicy(scene: Scene, table: Table, policy: Policy, half: Half): string {
  const name = `${quoteIdentifier(policy.name)} ON ${table.sql}`;
  const rank = soundness(scene, table, policy, half);
  const isSpare = COMMANDS.filter((command) => isFor(policy, command)).every((command) =>
    decidingPolicies(table, command).some((one) => soundness(scene, table, one, half) > rank),
  );
  if (isSpare) return `DROP POLICY ${name};`;
  const keyword = half === 'check' || policy.command === 'a' ? 'WITH CHECK' : 'USING';
  return `ALTER POLICY ${name} ${keyword} (${tenantCondition(scene, table)});`;
}

/** How much a condition looks like the tenant's own; the least is suspected first. */
function soundness(scene: Scene, table: Table, policy: Policy, half: Half): number {
  const condition = conditionOf(policy, half) ?? conditionOf(policy, 'check') ?? 'true';
  if (condition === 'true') return 0;
  const own = scene.ownColumns(table);
  const namesTenant = own.length === 0 || own.some(({ name }) => names(condition, name));
  if (!namesTenant && !condition.includes(scene.stage.setting)) return 1;
  if (/\bOR\b/i.test(condition)) return 2;
  return condition.includes(scene.stage.setting) ? 4 : 3;
}

function names(condition: string, column: string): boolean {
  return new RegExp(`(?<![\\w'])${column.replaceAll(/\W/g, '.')}(?![\\w'])`).test(condition);
}

/** A policy for commands that none lets through. */
export function createPolicy(scene: Scene, table: Table, commands: readonly Command[]): string {
  const condition = `(${tenantCondition(scene, table)})`;
  const whole = commands.length === COMMANDS.length || table.policies.length === 0;
  const each = whole ? ['all' as const] : commands;
  return each
    .map((command) => {
      const name = quoteIdentifier(nameFor(table, command));
      const half = command === 'all' ? '' : ` FOR ${command.toUpperCase()}`;
      const using = command === 'insert' ? '' : ` USING ${condition}`;
      const check = command === 'select' || command === 'delete' ? '' : ` WITH CHECK ${condition}`;
      return `CREATE POLICY ${name} ON ${table.sql}${half}${using}${check};`;
    })
    .join(' ');
}

function nameFor({ policies }: Table, command: Command | 'all'): string {
  const name = 'tenant_isolation_policy';
  const isTaken = policies.some((policy) => policy.name === name);
  return command === 'all' && !isTaken ? name : `${name}_${command}`;
}
