// The kind `partition`: that a table is a partition of another one, with its bound. The table
// itself, with its rows, is of the kind `table` and stays when the link goes.

import type { CatalogObject } from '../catalog-object.js';
import { type KindSpec, REBUILT, type Sides } from '../kind.js';
import { objectId, qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { lockAll, lockChanges } from '../tables/relation-locks.js';
import { birthOf } from '../tables/table-birth.js';
import { columnIds, type PartitionDefinition } from '../tables/table-links.js';

type Partition = CatalogObject<PartitionDefinition>;

export const partition: KindSpec<PartitionDefinition> = {
  name: 'partition',
  noun: 'TABLE',
  presence: { catalog: 'pg_class', where: 'relispartition' },
  query: () => `
    SELECT ARRAY[${address('pg_inherits', 'i.inhrelid')}] AS addresses,
      ARRAY[n.nspname, c.relname]::text[] AS names,
      ${address('pg_class', 'c.oid')} AS parent,
      json_build_object('of', json_build_array(pn.nspname, p.relname),
        'bound', pg_get_expr(c.relpartbound, c.oid), 'columns', a.columns,
        'referenced', f.confrelid IS NOT NULL) AS definition
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
      LEFT JOIN (SELECT a.attrelid, json_agg(a.attname ORDER BY a.attnum) AS columns
        FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid
        WHERE r.relispartition AND a.attnum > 0 AND NOT a.attisdropped
        GROUP BY a.attrelid) a ON a.attrelid = c.oid
      LEFT JOIN (SELECT DISTINCT confrelid FROM pg_constraint
        WHERE contype = 'f' AND conparentid <> 0) f ON f.confrelid = c.oid
    WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') AND NOT i.inhdetachpending
      AND ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname`,
  target: ({ names }) => `TABLE ${qualifiedName(names)}`,
  clause: ({ names, definition: { of, bound } }, sides) =>
    birthOf(names, sides) === 'partition'
      ? `PARTITION OF ${qualifiedName(of)}\n${bound}`
      : undefined,
  create: (object, sides) => [attach(object, sides)],
  drop,
  // A partition to which foreign keys lead by the partitioned table cannot be dropped as one.
  dropsAlone: true,
  // A bound cannot be changed, and the new one may be free only when others have let go of theirs.
  alter: () => REBUILT,
  isSame: ({ definition: before }, { definition: after }) =>
    before.bound === after.bound && qualifiedName(before.of) === qualifiedName(after.of),
  requires: ({ names, definition: { of, columns } }) => [
    objectId('table', of),
    ...columnIds(of, columns),
    ...columnIds(names, columns),
  ],
  // Not a name: the values of the other partitions, which have to be free before they are taken.
  occupies: ({ definition: { of } }) => [`values of ${qualifiedName(of)}`],
  // Columns change on both sides at once.
  react: () => 'keep',
};

function attach({ names, definition: { of, bound } }: Partition, sides: Sides): Statement {
  const [name, whole] = [qualifiedName(names), qualifiedName(of)];
  const isNew = sides.isCreated(objectId('table', names));
  return statement(`ALTER TABLE ${whole} ATTACH PARTITION ${name} ${bound}`, {
    locks: [...lockChanges(whole), ...(isNew ? [] : lockAll(name))],
    hazards: isNew
      ? []
      : [
          {
            kind: 'scans-table',
            message: `every row of ${name} is checked against its bound, while nobody reads or writes it; a valid CHECK constraint that says the same spares the scan`,
          },
          { kind: 'can-fail', message: `rows of ${name} may lie outside of ${bound}` },
        ],
  });
}

function drop(object: Partition, sides: Sides): readonly Statement[] {
  const { names, parent, definition } = object;
  if (parent === null || !sides.isDropped(parent)) return [detach(object)];
  const isBound = definition.referenced && !sides.isDropped(objectId('table', definition.of));
  if (!isBound) return [];
  const sql = `ALTER TABLE ${qualifiedName(definition.of)} DETACH PARTITION ${qualifiedName(names)}`;
  return [statement(sql, { locks: lockAll(qualifiedName(definition.of)) })];
}

function detach({ names, definition: { of } }: Partition): Statement {
  const [name, whole] = [qualifiedName(names), qualifiedName(of)];
  return statement(`ALTER TABLE ${whole} DETACH PARTITION ${name}`, {
    locks: [...lockAll(whole), ...lockAll(name)],
    hazards: [
      { kind: 'breaks-code', message: `what reads ${whole} no longer sees the rows of ${name}` },
    ],
  });
}
