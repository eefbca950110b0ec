// The kind `column`: of tables. A generated expression belongs to it; a default is a kind of its own.

import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec, type Part } from '../kind.js';
import { outerName, ownName } from '../object-id.js';
import { address, columnPrivileges, isNotOfExtension, isUserSchema } from '../query-fragments.js';
import { statement } from '../statement.js';

export interface ColumnDefinition {
  readonly type: string;
  readonly notNull: boolean;
}

export const column: KindSpec<ColumnDefinition> = {
  name: 'column',
  query: () => `
    SELECT ARRAY[${address('pg_class', 'c.oid', 'a.attnum')}] AS addresses,
      ARRAY[n.nspname, c.relname, a.attname]::text[] AS names, NULL AS signature,
      ${address('pg_class', 'c.oid')} AS parent, NULL AS owner,
      ${columnPrivileges('a.attacl', 'c.relowner')} AS privileges,
      json_build_object('type', format_type(a.atttypid, a.atttypmod),
        'notNull', a.attnotnull) AS definition
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
      AND ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname, a.attnum`,
  target: ({ names }) => `COLUMN ${outerName({ names })}.${ownName({ names })}`,
  grantTarget: ({ names }) => `TABLE ${outerName({ names })}`,
  grantColumns: (object) => `(${ownName(object)})`,
  clause: (object, _sides, parts) => clauseOf(object, parts),
  create: (object, _sides, parts) => [
    statement(`ALTER TABLE ${outerName(object)} ADD COLUMN ${clauseOf(object, parts)}`),
  ],
  drop: (object) => [statement(`ALTER TABLE ${outerName(object)} DROP COLUMN ${ownName(object)}`)],
  alter: () => altered(),
};

function clauseOf(object: CatalogObject<ColumnDefinition>, parts: readonly Part[]): string {
  const { type, notNull } = object.definition;
  const words = [ownName(object), type, ...parts.map(({ clause }) => clause)];
  if (notNull) words.push('NOT NULL');
  return words.join(' ');
}
