// The kind `column-default`: the value a column takes when none is given.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec } from '../kind.js';
import { outerName, qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../query-fragments.js';
import { statement } from '../statement.js';

export interface ColumnDefaultDefinition {
  readonly expression: string;
}

export const columnDefault: KindSpec<ColumnDefaultDefinition> = {
  name: 'column-default',
  noun: 'DEFAULT',
  query: () => `
    SELECT ARRAY[${address('pg_attrdef', 'd.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname, a.attname]::text[] AS names, NULL AS signature,
      ${address('pg_class', 'c.oid', 'a.attnum')} AS parent, NULL AS owner, NULL AS privileges,
      json_build_object('expression', pg_get_expr(d.adbin, d.adrelid)) AS definition
    FROM pg_attrdef d JOIN pg_class c ON c.oid = d.adrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
    WHERE a.attgenerated = '' AND c.relkind IN ('r', 'p') AND ${isUserSchema('n.nspname')}
      AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname, a.attnum`,
  target: (object) => `COLUMN ${qualifiedName(object.names)}`,
  clause: ({ definition }) => `DEFAULT ${definition.expression}`,
  create: (object) => [
    statement(`${alterColumn(object)} SET DEFAULT ${object.definition.expression}`),
  ],
  drop: (object) => [statement(`${alterColumn(object)} DROP DEFAULT`)],
  alter: (_before, after) =>
    altered(statement(`${alterColumn(after)} SET DEFAULT ${after.definition.expression}`)),
};

function alterColumn({ names }: CatalogObject<ColumnDefaultDefinition>): string {
  const column = quoteIdentifier(names.at(-1) ?? '');
  return `ALTER TABLE ${outerName({ names })} ALTER COLUMN ${column}`;
}
