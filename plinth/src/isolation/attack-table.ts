// All that is tried on one table, by both tenants, and what the catalogs say of it.

import type { Attack } from './attacks/attack.js';
import { messages } from './attacks/messages.js';
import { copyIn, merge, returning, upsert } from './attacks/mixing.js';
import { preparedStatements } from './attacks/prepared-statements.js';
import { copyOut, read, rowSecurityOff } from './attacks/reading.js';
import { foreignKeys, uniqueKeys } from './attacks/references.js';
import { hostileSettings, noTenant } from './attacks/settings.js';
import { triggers } from './attacks/triggers.js';
import { insert, move, remove, update } from './attacks/writing.js';
import {
  auditGrants,
  auditIsolation,
  auditTruncate,
  isReachedThroughParent,
} from './audits/audit-table.js';
import { BOTH } from './fill/filled-row.js';
import { type AttackName, type AttackResult, type Verdict, worst } from './isolation-proof.js';
import { mend } from './mending.js';
import type { Scene } from './scene.js';
import type { Table } from './survey/survey.js';

const ATTACKS: readonly Attack[] = [
  read,
  insert,
  update,
  remove,
  move,
  upsert,
  merge,
  returning,
  copyOut,
  copyIn,
  foreignKeys,
  uniqueKeys,
  noTenant,
  hostileSettings,
  rowSecurityOff,
  preparedStatements,
  triggers,
  // Last: it also says what the messages of the others have told.
  messages,
];

/**
 * @param unfilled What to say where no row could be made.
 * @param unset What was seen before the setting was ever set.
 */
export async function attackTable(
  scene: Scene,
  table: Table,
  unfilled: Verdict,
  unset: Verdict | undefined,
): Promise<readonly AttackResult[]> {
  const line = (attack: AttackName, verdict: Verdict): AttackResult => ({
    object: table.sql,
    attack,
    ...verdict,
  });
  const audited = [line('isolation', auditIsolation(scene, table))];
  if (isReachedThroughParent(table)) return audited;
  audited.push(
    line('grants', auditGrants(scene, table)),
    line('truncate', auditTruncate(scene, table)),
  );
  if (table.kind === 'f') return audited;
  const isEmpty = BOTH.some((tenant) => scene.rows(table, tenant).length === 0);
  if (isEmpty) return [...audited, line('fill', unfilled)];
  const results: AttackResult[] = [];
  for (const attack of ATTACKS) {
    const verdicts: Verdict[] = [];
    for (const tenant of BOTH) verdicts.push(await attack.run(scene, table, tenant));
    if (attack.name === 'no tenant' && unset !== undefined) {
      verdicts.unshift({ ...unset, hint: mend(scene, table, 'select', 'using') });
    }
    results.push(line(attack.name, worst(verdicts, '')));
  }
  return [...audited, ...results];
}
