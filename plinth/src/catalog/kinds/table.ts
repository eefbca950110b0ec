// The kind `table`: plain, unlogged and partitioned tables, and partitions. Columns and
// constraints are kinds of their own, written inside CREATE TABLE where the order permits.

import type { CatalogObject } from '../catalog-object.js';
import { type KindSpec, type Part, refused } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema, privileges } from '../query-fragments.js';
import { type Statement, statement } from '../statement.js';

export interface TableDefinition {
  readonly unlogged: boolean;
  /** `PARTITION BY` in PostgreSQL's words, such as `RANGE (occurred)`. */
  readonly partitionBy: string | null;
}

export function isTable(object: CatalogObject): object is CatalogObject<TableDefinition> {
  return object.kind === 'table';
}

export const table: KindSpec<TableDefinition> = {
  name: 'table',
  query: () => `
    SELECT ARRAY[${address('pg_class', 'c.oid')}, ${address('pg_type', 'c.reltype')},
        ${address('pg_type', 't.typarray')}] AS addresses,
      ARRAY[n.nspname, c.relname]::text[] AS names, NULL AS signature,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(c.relowner) AS owner,
      ${privileges('r', 'c.relacl', 'c.relowner')} AS privileges,
      json_build_object('unlogged', c.relpersistence = 'u',
        'partitionBy', pg_get_partkeydef(c.oid)) AS definition
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_type t ON t.oid = c.reltype
    WHERE c.relkind IN ('r', 'p') AND ${isUserSchema('n.nspname')}
      AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname`,
  target,
  create: (object, _sides, parts) => [statement(createText(object, parts))],
  drop: (object) => dropTable(object),
  alter: () => refused('not there yet'),
  occupies: ({ names }) => [`relation ${qualifiedName(names)}`, `type ${qualifiedName(names)}`],
};

function target({ names }: CatalogObject<TableDefinition>): string {
  return `TABLE ${qualifiedName(names)}`;
}

function createText(object: CatalogObject<TableDefinition>, parts: readonly Part[]): string {
  const { unlogged, partitionBy } = object.definition;
  const head = `CREATE ${unlogged ? 'UNLOGGED ' : ''}TABLE ${qualifiedName(object.names)}`;
  const body = parts.map(({ clause }) => `\n    ${clause}`).join(',');
  const tail = partitionBy === null ? '' : ` PARTITION BY ${partitionBy}`;
  return `${head} (${body}${body === '' ? '' : '\n'})${tail}`;
}

function dropTable(object: CatalogObject<TableDefinition>): readonly Statement[] {
  const name = qualifiedName(object.names);
  return [
    statement(`DROP TABLE ${name}`, {
      locks: [{ mode: 'ACCESS EXCLUSIVE', on: name }],
      hazards: [
        { kind: 'loses-data', message: `every row of ${name} is lost` },
        { kind: 'breaks-code', message: `what reads or writes ${name} fails` },
      ],
    }),
  ];
}
