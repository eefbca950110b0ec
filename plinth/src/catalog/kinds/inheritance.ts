// The kind `inheritance`: the tables that a table inherits from, in their order. Partitions are
// another kind.

import type { CatalogObject } from '../catalog-object.js';
import { type Alteration, altered, type KindSpec } from '../kind.js';
import { objectId, qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { alterRelation, lockAll, lockChanges } from '../tables/relation-locks.js';
import {
  columnIds,
  type InheritanceDefinition,
  stayingParents,
  type TableName,
} from '../tables/table-links.js';

type Inheritance = CatalogObject<InheritanceDefinition>;

export const inheritance: KindSpec<InheritanceDefinition> = {
  name: 'inheritance',
  noun: 'TABLE',
  presence: { catalog: 'pg_class', where: 'relhassubclass' },
  query: () => `
    SELECT ARRAY[${address('pg_inherits', 'c.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname]::text[] AS names,
      ${address('pg_class', 'c.oid')} AS parent,
      json_build_object('parents', json_agg(json_build_object(
        'table', json_build_array(pn.nspname, p.relname),
        'columns', coalesce(a.columns, '[]'::json)) ORDER BY i.inhseqno),
        'own', coalesce(min(o.own::text), '[]')::json,
        'taken', coalesce(min(o.taken::text), '[]')::json) AS definition
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace pn ON pn.oid = p.relnamespace
      LEFT JOIN (SELECT a.attrelid, json_agg(a.attname ORDER BY a.attnum) AS columns
        FROM pg_attribute a
        WHERE a.attrelid IN (SELECT inhparent FROM pg_inherits) AND a.attnum > 0
          AND NOT a.attisdropped
        GROUP BY a.attrelid) a ON a.attrelid = p.oid
      LEFT JOIN (SELECT a.attrelid,
          json_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attislocal) AS own,
          json_agg(a.attname ORDER BY a.attnum) FILTER (WHERE NOT a.attislocal) AS taken
        FROM pg_attribute a
        WHERE a.attinhcount > 0 AND a.attnum > 0 AND NOT a.attisdropped
        GROUP BY a.attrelid) o ON o.attrelid = c.oid
    WHERE NOT c.relispartition AND c.relkind IN ('r', 'p', 'f')
      AND ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_class', 'c.oid')}
    GROUP BY c.oid, n.nspname, c.relname
    ORDER BY n.nspname, c.relname`,
  target: ({ names }) => `TABLE ${qualifiedName(names)}`,
  clause: ({ definition: { parents } }) =>
    `INHERITS (${parents.map(({ table }) => qualifiedName(table)).join(', ')})`,
  create: (object) => object.definition.parents.map(({ table }) => inherit(object, table)),
  drop: (object) => object.definition.parents.map(({ table }) => disinherit(object, table)),
  alter: alterParents,
  isSame: ({ definition: before }, { definition: after }) =>
    before.parents.length === after.parents.length &&
    stayingParents(before, after).length === after.parents.length,
  requires: ({ names, definition: { parents, own, taken } }) => [
    ...parents.flatMap(({ table, columns }) => [
      objectId('table', table),
      ...columnIds(table, columns),
    ]),
    ...columnIds(names, own),
    ...columnIds(names, taken),
  ],
  // Those that are not the table's own come by the link.
  isNeeded: ({ names, definition: { taken } }, on) => !columnIds(names, taken).includes(on),
  // Columns change on both sides at once.
  react: () => 'keep',
};

function alterParents(before: Inheritance, after: Inheritance): Alteration {
  const stays = new Set(stayingParents(before.definition, after.definition).map(qualifiedName));
  const others = ({ definition: { parents } }: Inheritance): readonly TableName[] =>
    parents.map(({ table }) => table).filter((table) => !stays.has(qualifiedName(table)));
  return altered(
    ...others(before).map((table) => disinherit(before, table)),
    ...others(after).map((table) => inherit(after, table)),
  );
}

function inherit({ names, parent }: Inheritance, table: TableName): Statement {
  const [name, whole] = [qualifiedName(names), qualifiedName(table)];
  return statement(`${alterRelation(parent)} ${name} INHERIT ${whole}`, {
    locks: [...lockAll(name), ...lockChanges(whole)],
  });
}

function disinherit({ names, parent }: Inheritance, table: TableName): Statement {
  const [name, whole] = [qualifiedName(names), qualifiedName(table)];
  return statement(`${alterRelation(parent)} ${name} NO INHERIT ${whole}`, {
    locks: [...lockAll(name), ...lockChanges(whole)],
    hazards: [
      { kind: 'breaks-code', message: `what reads ${whole} no longer sees the rows of ${name}` },
    ],
  });
}
