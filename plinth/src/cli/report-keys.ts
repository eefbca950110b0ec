// How keys and their rotation read: what is in use, what is left, and what nobody can read.

import type { KeyStatus, Rotation } from '../secrets/index.js';
import { countOf } from './count-of.js';
import type { Report } from './report.js';
import type { Terminal } from './terminal.js';

/** Its status is 1 where something is wrong with a key, a value or the list of tenants. */
export function reportKeyStatus(status: KeyStatus): Report {
  const well = isWell(status);
  return {
    data: { status: well ? 'passed' : 'failed', ...status },
    print: (to) => printStatus(to, status),
    status: well ? 0 : 1,
  };
}

function isWell(status: KeyStatus): boolean {
  const { damagedDataKeys, unlistedTenants } = status;
  const isComplete = damagedDataKeys.length === 0 && unlistedTenants.length === 0;
  return isComplete && keysWork(status) && unreadableOf(status) === 0;
}

function keysWork({ keyEncryptionKeys }: KeyStatus): boolean {
  return keyEncryptionKeys.every(({ state }) => state === 'works');
}

function unreadableOf({ columns }: KeyStatus): number {
  return columns.reduce((sum, { unreadable }) => sum + unreadable, 0);
}

function leftOf({ columns }: KeyStatus): number {
  return columns.reduce((sum, { left }) => sum + left, 0);
}

function printStatus(terminal: Terminal, status: KeyStatus): void {
  const { keyEncryptionKeys, columns, tenants } = status;
  const keys = keyEncryptionKeys.map(({ id, isCurrent, state, dataKeys, values }) => [
    id,
    `${countOf(dataKeys, 'data key')}, ${countOf(values, 'value')}${isCurrent ? ' (current)' : ''}${state === 'works' ? '' : ` (${state})`}`,
  ]);
  const lines = columns.map(({ column, values, left, unreadable }) => [
    column,
    [
      countOf(values, 'value'),
      ...(left === 0 ? [] : [`${left} left under retired data keys`]),
      ...(unreadable === 0 ? [] : [`${unreadable} unreadable`]),
    ].join(', '),
  ]);
  terminal.out(`${countOf(tenants, 'tenant')}, key-encryption keys:`);
  printTable(terminal, keys);
  terminal.out('encrypted columns:');
  printTable(terminal, lines);
  printWrongs(terminal, status);
  if (unreadableOf(status) > 0) {
    terminal.error(
      'hint: plinth keys rotate --data-keys names their rows; restore them from a backup, or write them anew.',
    );
  }
}

/** What is wrong, and what is to be done about it. */
function printWrongs(terminal: Terminal, status: KeyStatus): void {
  const { damagedDataKeys, unlistedTenants } = status;
  if (!keysWork(status)) {
    terminal.error('a key-encryption key is missing or wrong: what it wraps cannot be read');
    terminal.error(
      'hint: Set it as it was, behind the current one, from where your keys are kept.',
    );
  }
  for (const { tenant, dataKeyId, reason } of damagedDataKeys) {
    terminal.error(`data key ${dataKeyId}, tenant ${tenant}: ${reason}`);
  }
  if (damagedDataKeys.length > 0) {
    terminal.error(
      'hint: Restore these data keys from a backup. plinth keys rotate --data-keys gives their tenants new ones, so that they can write again.',
    );
  }
  if (unlistedTenants.length > 0) {
    terminal.error(`the query for tenants does not list ${unlistedTenants.join(', ')}`);
    terminal.error(
      'hint: Have it list them, or delete their rows: whoever does not see all rows passes them by.',
    );
  }
  if (unreadableOf(status) > 0) {
    terminal.error(`${countOf(unreadableOf(status), 'value')} cannot be read by anybody`);
  }
}

/** Its status is 1 where something is wrong with a key, a value or the list of tenants. */
export function reportRotation(rotation: Rotation, withValues: boolean): Report {
  const { status, problems } = rotation;
  const well = problems.length === 0 && isWell(status);
  return {
    data: { ...rotation, status: well ? 'passed' : 'failed', keys: status },
    print: (to) => printRotation(to, rotation, withValues),
    status: well ? 0 : 1,
  };
}

function printRotation(terminal: Terminal, rotation: Rotation, withValues: boolean): void {
  const { rewrapped, renewed, encrypted, resumed, status, problems } = rotation;
  if (resumed) terminal.out('went on with a rotation that had left values under retired data keys');
  terminal.out(
    `${countOf(rewrapped, 'data key')} wrapped anew, ${countOf(status.tenants, 'tenant')}`,
  );
  if (withValues)
    terminal.out(
      `${countOf(renewed, 'new data key')}, ${countOf(encrypted, 'value')} encrypted again`,
    );
  for (const { column, left } of status.columns) {
    if (left > 0) terminal.out(`left: ${column}, ${countOf(left, 'value')}`);
  }
  if (leftOf(status) > 0)
    terminal.error(
      `hint: Run plinth keys rotate --data-keys ${withValues ? 'again' : 'for what is left'}.`,
    );
  printWrongs(terminal, status);
  for (const { column, tenant, row, reason } of problems) {
    terminal.error(`${column}, tenant ${tenant}, row ${row.join(', ')}: ${reason}`);
  }
}

function printTable(terminal: Terminal, rows: readonly (readonly string[])[]): void {
  const width = Math.max(...rows.map(([name = '']) => name.length));
  for (const [name = '', text = ''] of rows) terminal.out(`  ${name.padEnd(width)}  ${text}`);
}
