// The kind `table-type`: that a table is made of a composite type (CREATE TABLE … OF). While its
// columns or the type change, the link lets go.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { type KindSpec, REBUILT } from '../kind.js';
import { objectId, qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { lockAll } from '../tables/relation-locks.js';
import { birthOf } from '../tables/table-birth.js';
import { columnIds, type TableTypeDefinition } from '../tables/table-links.js';

type TableType = CatalogObject<TableTypeDefinition>;

export const tableType: KindSpec<TableTypeDefinition> = {
  name: 'table-type',
  noun: 'TABLE',
  presence: { catalog: 'pg_class', where: 'reloftype <> 0' },
  query: () => `
    SELECT ARRAY['table-type:' || c.oid] AS addresses,
      ARRAY[n.nspname, c.relname]::text[] AS names,
      ${address('pg_class', 'c.oid')} AS parent,
      json_build_object('type', json_build_array(tn.nspname, t.typname),
        'columns', json_agg(json_build_array(a.attname, format_type(a.atttypid, a.atttypmod))
          ORDER BY a.attnum)) AS definition
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_type t ON t.oid = c.reloftype JOIN pg_namespace tn ON tn.oid = t.typnamespace
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p') AND c.reloftype <> 0 AND ${isUserSchema('n.nspname')}
      AND ${isNotOfExtension('pg_class', 'c.oid')}
    GROUP BY c.oid, n.nspname, c.relname, tn.nspname, t.typname
    ORDER BY n.nspname, c.relname`,
  target: ({ names }) => `TABLE ${qualifiedName(names)}`,
  clause: ({ names, definition }, sides) =>
    birthOf(names, sides) === 'typed' ? `OF ${typeName(definition)}` : undefined,
  create: (object) => [change(object, `OF ${typeName(object.definition)}`)],
  drop: (object) => [change(object, 'NOT OF')],
  alter: () => REBUILT,
  requires: ({ names, definition: { type, columns } }) => [
    objectId('composite-type', type),
    ...columnIds(
      names,
      columns.map(([name]) => name),
    ),
  ],
};

function typeName({ type }: TableTypeDefinition): string {
  return type.map(quoteIdentifier).join('.');
}

function change({ names }: TableType, words: string): Statement {
  const name = qualifiedName(names);
  return statement(`ALTER TABLE ${name} ${words}`, { locks: lockAll(name) });
}
