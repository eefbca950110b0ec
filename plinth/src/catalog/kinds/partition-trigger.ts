// The kind `partition-trigger`: the copy of a trigger on a partition, where it fires in other
// sessions than the trigger that it was copied from. All else of a copy belongs to its trigger.

import type { CatalogObject } from '../catalog-object.js';
import { alteredAlone, type KindSpec } from '../kind.js';
import { objectId, outerName, ownName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { type FiringState, stateAction } from '../writing/firing-state.js';

export interface PartitionTriggerDefinition {
  readonly fires: FiringState;
  /** The state of the trigger it was copied from. */
  readonly copied: FiringState;
}

type PartitionTrigger = CatalogObject<PartitionTriggerDefinition>;

// The parent is the next one above it that is an object: the trigger, or a copy in between. The
// copies that a foreign key makes for itself belong to the key.
const PARENTS = `
    WITH RECURSIVE above AS (
      SELECT t.oid, p.oid AS parent, p.tgenabled AS copied FROM pg_trigger t
        JOIN pg_trigger p ON p.oid = t.tgparentid
        LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint
      WHERE t.tgenabled <> p.tgenabled AND (k.oid IS NULL OR k.contype = 't')
      UNION ALL
      SELECT a.oid, q.oid, a.copied FROM above a JOIN pg_trigger p ON p.oid = a.parent
        JOIN pg_trigger q ON q.oid = p.tgparentid
      WHERE p.tgenabled = q.tgenabled
    ), nearest AS (
      SELECT a.oid, a.parent, a.copied FROM above a JOIN pg_trigger p ON p.oid = a.parent
        LEFT JOIN pg_trigger q ON q.oid = p.tgparentid
      WHERE p.tgenabled IS DISTINCT FROM q.tgenabled
    )`;

export const partitionTrigger: KindSpec<PartitionTriggerDefinition> = {
  name: 'partition-trigger',
  noun: 'TRIGGER',
  presence: { catalog: 'pg_trigger', where: 'tgparentid <> 0' },
  query: () => `${PARENTS}
    SELECT ARRAY[${address('pg_trigger', 't.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname, t.tgname]::text[] AS names,
      ${address('pg_trigger', 'a.parent')} AS parent,
      json_build_object('fires', t.tgenabled, 'copied', a.copied) AS definition
    FROM nearest a JOIN pg_trigger t ON t.oid = a.oid
      JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname, t.tgname`,
  target: (object) => `TRIGGER ${ownName(object)} ON ${outerName(object)}`,
  ownWords: ['fires', 'copied'],
  create: (object) => [fire(object, object.definition.fires)],
  drop: (object) => [fire(object, object.definition.copied)],
  alter: (_before, after) => alteredAlone(fire(after, after.definition.fires)),
  // PostgreSQL makes the copy when the partition is attached, and drops it when that ends.
  requires: ({ names }) => [objectId('partition', names.slice(0, -1))],
  // What is written for the trigger reaches its copies as well, so it has to be said again.
  react: (_object, { manner }) => (manner === 'retyped' ? 'follow' : 'rebuild'),
  follow: (_before, after) => [fire(after, after.definition.fires)],
};

function fire(object: PartitionTrigger, state: FiringState): Statement {
  const table = outerName(object);
  return statement(`ALTER TABLE ${table} ${stateAction('TRIGGER', ownName(object), state)}`, {
    locks: [{ mode: 'SHARE ROW EXCLUSIVE', on: table }],
  });
}
