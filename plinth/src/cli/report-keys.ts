// How keys and their rotation read: what is in use, what is left, and what nobody can read.

import type { KeyStatus, Rotation } from '../secrets/index.js';
import type { Report } from './report.js';
import type { Terminal } from './terminal.js';

/** Its status is 1 where a key is missing or wrong, or a value cannot be read. */
export function reportKeyStatus(status: KeyStatus): Report {
  const isWell = keysWork(status) && unreadableOf(status) === 0;
  return {
    data: { status: isWell ? 'passed' : 'failed', ...status },
    print: (to) => printStatus(to, status),
    status: isWell ? 0 : 1,
  };
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
    `${count(dataKeys, 'data key')}, ${count(values, 'value')}${isCurrent ? ' (current)' : ''}${state === 'works' ? '' : ` (${state})`}`,
  ]);
  const lines = columns.map(({ column, values, left, unreadable }) => [
    column,
    [
      count(values, 'value'),
      ...(left === 0 ? [] : [`${left} left under retired data keys`]),
      ...(unreadable === 0 ? [] : [`${unreadable} unreadable`]),
    ].join(', '),
  ]);
  terminal.out(`${count(tenants, 'tenant')}, key-encryption keys:`);
  printTable(terminal, keys);
  terminal.out('encrypted columns:');
  printTable(terminal, lines);
  if (!keysWork(status)) {
    terminal.error('a key-encryption key is missing or wrong: what it wraps cannot be read');
    terminal.error(
      'hint: Set it as it was, behind the current one, from where your keys are kept.',
    );
  }
  if (unreadableOf(status) > 0) {
    terminal.error(`${count(unreadableOf(status), 'value')} cannot be read by anybody`);
    terminal.error('hint: Restore them from a backup, or find out who wrote them unencrypted.');
  }
}

/** Its status is 1 where a value cannot be read. */
export function reportRotation(rotation: Rotation, withValues: boolean): Report {
  const { status, problems } = rotation;
  const isWell = problems.length === 0 && unreadableOf(status) === 0;
  return {
    data: { ...rotation, status: isWell ? 'passed' : 'failed', keys: status },
    print: (to) => {
      const { rewrapped, renewed, encrypted, resumed } = rotation;
      if (resumed) to.out('went on with a rotation that had left values under retired data keys');
      to.out(`${count(rewrapped, 'data key')} wrapped anew, ${count(status.tenants, 'tenant')}`);
      if (withValues)
        to.out(`${count(renewed, 'new data key')}, ${count(encrypted, 'value')} encrypted again`);
      for (const { column, left } of status.columns) {
        if (left > 0) to.out(`left: ${column}, ${count(left, 'value')}`);
      }
      if (leftOf(status) > 0)
        to.error(
          `hint: Run plinth keys rotate --data-keys ${withValues ? 'again' : 'for what is left'}.`,
        );
      for (const { column, tenant, row, reason } of problems) {
        to.error(`${column}, tenant ${tenant}, row ${row.join(', ')}: ${reason}`);
      }
    },
    status: isWell ? 0 : 1,
  };
}

function printTable(terminal: Terminal, rows: readonly (readonly string[])[]): void {
  const width = Math.max(...rows.map(([name = '']) => name.length));
  for (const [name = '', text = ''] of rows) terminal.out(`  ${name.padEnd(width)}  ${text}`);
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
