// Why no row could be made in a table: what is missing there is read from the catalogs before
// PostgreSQL's words are passed on. It sends nothing.

import { quoteIdentifier } from '../../sql/index.js';
import { BOTH } from '../fill/filled-row.js';
import { unproved, type Verdict } from '../isolation-proof.js';
import { COMMANDS, type Command, createPolicy, decidingPolicies, isolate } from '../mending.js';
import type { Scene } from '../scene.js';
import type { Table } from '../survey/survey.js';

/** @param reason What PostgreSQL said to the first row. */
export function explainUnfilled(
  scene: Scene,
  table: Table,
  reason = 'no row came into it',
): Verdict {
  return (
    withoutPrivileges(scene, table) ??
    withoutPolicies(scene, table) ??
    behindAnother(scene, table, reason) ??
    unfilled(table, reason)
  );
}

/** Where only the reason is known. */
export function unfilled(table: Table, reason: string): Verdict {
  return unproved(
    `nothing was tried: no row could be made for both tenants: ${reason}`,
    table.isPartition
      ? `Revoke what is granted on ${table.sql} itself, so that it is reached through its table only.`
      : `Run it on a database where rows of ${table.sql} can be made, or let its conditions allow a made-up row.`,
  );
}

/** The rows are made by the connection's own role or, where it may not, by the tenant role. */
function withoutPrivileges(scene: Scene, table: Table): Verdict | undefined {
  const { fillerMay, columns } = table;
  const missing = (['select', 'insert'] as const).filter(
    (privilege) => !fillerMay[privilege] && !columns.some(({ may }) => may[privilege]),
  );
  if (missing.length === 0) return undefined;
  const names = missing.map((privilege) => privilege.toUpperCase());
  const role = quoteIdentifier(scene.role);
  return unproved(
    `neither this connection nor ${scene.role} has ${names.join(' and ')} on it: no row could be made`,
    `GRANT ${names.join(', ')} ON ${table.sql} TO ${role}; or connect as its owner.`,
  );
}

function withoutPolicies(scene: Scene, table: Table): Verdict | undefined {
  if (!table.secured || scene.survey.filler.bypasses) return undefined;
  const missing = COMMANDS.filter((command) => decidingPolicies(table, command).length === 0);
  const isNeeded = (command: Command): boolean => command === 'select' || command === 'insert';
  if (!missing.some(isNeeded)) return undefined;
  const names = missing.map((command) => command.toUpperCase()).join(', ');
  const effect = missing.includes('select') ? 'nobody sees or writes a row' : 'nobody writes a row';
  return unproved(
    `it has no permissive policy for ${names} that holds for ${scene.role}: ${effect}`,
    missing.length === COMMANDS.length && !table.forced
      ? isolate(scene, table)
      : createPolicy(scene, table, missing),
  );
}

/** A row that must refer to one of a table that has none. */
function behindAnother(scene: Scene, table: Table, reason: string): Verdict | undefined {
  const empty = scene.survey.tables.find(
    (target) =>
      target.oid !== table.oid &&
      table.foreignKeys.some((key) => key.target === target.oid) &&
      scene.isolated.includes(target) &&
      BOTH.some((tenant) => scene.rows(target, tenant).length === 0),
  );
  if (empty === undefined) return undefined;
  return unproved(
    `nothing was tried: it refers to ${empty.sql}, of which no row could be made: ${reason}`,
    `Mend what is said of ${empty.sql} first.`,
  );
}
