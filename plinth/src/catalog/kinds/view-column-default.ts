// The kind `view-column-default`: the value that an INSERT into a view takes where none is given.

import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec } from '../kind.js';
import { outerName, ownName, qualifiedName } from '../object-id.js';
import { readable } from '../printed/readable.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';

export interface ViewColumnDefaultDefinition {
  readonly expression: string;
}

type ViewColumnDefault = CatalogObject<ViewColumnDefaultDefinition>;

export const viewColumnDefault: KindSpec<ViewColumnDefaultDefinition> = {
  name: 'view-column-default',
  noun: 'DEFAULT',
  presence: { catalog: 'pg_class', where: `relkind = 'v'` },
  query: () => `
    SELECT ARRAY[${address('pg_attrdef', 'd.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname, a.attname]::text[] AS names,
      ${address('pg_class', 'c.oid')} AS parent,
      json_build_object('expression', pg_get_expr(d.adbin, d.adrelid)) AS definition
    FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE c.relkind = 'v' AND ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname, a.attnum`,
  target: ({ names }) => `COLUMN ${qualifiedName(names)}`,
  create: (object) => [setDefault(object)],
  drop: (object) => [alterColumn(object, 'DROP DEFAULT')],
  alter: (_before, after) => altered(setDefault(after)),
};

function setDefault(object: ViewColumnDefault): Statement {
  return alterColumn(object, `SET DEFAULT ${readable(object.definition.expression)}`);
}

function alterColumn(object: ViewColumnDefault, action: string): Statement {
  const name = outerName(object);
  return statement(`ALTER VIEW ${name} ALTER COLUMN ${ownName(object)} ${action}`, {
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: name }],
  });
}
