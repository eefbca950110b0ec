// What the catalogs say of a table's isolation, whether or not a row could be reached. It sends nothing.

import { quoteIdentifier } from '../../sql/index.js';
import { held, leak, type Verdict, weak, worst } from '../isolation-proof.js';
import {
  COMMANDS,
  type Command,
  conditionOf,
  decidingPolicies,
  type Half,
  isNarrowed,
  isolate,
  mendPolicy,
} from '../mending.js';
import type { Scene } from '../scene.js';
import type { Table } from '../survey/survey.js';

/** Which conditions of a policy a command is held to. */
const HALVES = {
  select: ['using'],
  insert: ['check'],
  update: ['using', 'check'],
  delete: ['using'],
} as const satisfies Record<Command, readonly Half[]>;

/** Whether a table can be reached only through the one that it is a partition of. */
export function isReachedThroughParent({ isPartition, may, columns }: Table): boolean {
  const any = columns.some(({ may: one }) => one.select || one.insert || one.update);
  return isPartition && !any && !may.delete && !may.truncate;
}

export function auditIsolation(scene: Scene, table: Table): Verdict {
  if (isReachedThroughParent(table)) return held('reached only through the table it is a part of');
  if (table.kind === 'f') {
    return leak(
      'a foreign table has no policies',
      `REVOKE ALL ON ${table.sql} FROM ${quoteIdentifier(scene.role)};`,
    );
  }
  if (!table.secured) return leak('it is not isolated', isolate(scene, table));
  const verdicts: Verdict[] = [];
  if (!table.forced) {
    verdicts.push(
      weak(
        'row-level security is not forced: its owner sees every row',
        `ALTER TABLE ${table.sql} FORCE ROW LEVEL SECURITY;`,
      ),
    );
  }
  for (const command of COMMANDS) verdicts.push(...widePolicies(scene, table, command));
  const nullable = scene
    .ownColumns(table)
    .find(({ name, isRequired }) => name === scene.column && !isRequired);
  if (nullable !== undefined) {
    verdicts.push(
      weak(
        `${nullable.name} may be NULL: such a row is nobody's`,
        `ALTER TABLE ${table.sql} ALTER COLUMN ${quoteIdentifier(nullable.name)} SET NOT NULL;`,
      ),
    );
  }
  if (table.policies.length === 0)
    return worst(verdicts, 'forced, and no policy shows anybody a row');
  return worst(verdicts, 'forced by policies');
}

/** Policies that hold for every row, where no restrictive one narrows them. */
function widePolicies(scene: Scene, table: Table, command: Command): readonly Verdict[] {
  return HALVES[command].flatMap((half) => {
    if (isNarrowed(table, command, half)) return [];
    const what = half === 'using' ? 'holds for every row' : 'lets any row be written';
    return decidingPolicies(table, command)
      .filter((policy) => conditionOf(policy, half) === 'true')
      .map((policy) =>
        leak(`the policy ${policy.name} ${what}`, mendPolicy(scene, table, policy, half)),
      );
  });
}

/** Privileges that policies do not cover, or that nobody meant to give. */
export function auditGrants(scene: Scene, table: Table): Verdict {
  const role = quoteIdentifier(scene.role);
  const verdicts: Verdict[] = [];
  if (table.publicPrivileges.length > 0) {
    verdicts.push(
      weak(
        `everybody has ${table.publicPrivileges.join(', ')} on it`,
        `REVOKE ALL ON ${table.sql} FROM PUBLIC;`,
      ),
    );
  }
  const uncovered = [
    ...(table.may.references ? ['REFERENCES'] : []),
    ...(table.may.trigger ? ['TRIGGER'] : []),
  ];
  if (uncovered.length > 0) {
    const list = uncovered.join(', ');
    verdicts.push(
      weak(
        `${scene.role} has ${list}, which policies do not cover`,
        `REVOKE ${list} ON ${table.sql} FROM ${role};`,
      ),
    );
  }
  return worst(verdicts, 'nothing that policies do not cover');
}

export function auditTruncate(scene: Scene, table: Table): Verdict {
  return table.may.truncate
    ? leak(
        `${scene.role} may empty it for every tenant`,
        `REVOKE TRUNCATE ON ${table.sql} FROM ${quoteIdentifier(scene.role)};`,
      )
    : held('no TRUNCATE privilege');
}
