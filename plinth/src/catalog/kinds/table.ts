// The kind `table`: plain, unlogged and partitioned tables, and partitions. Columns and
// constraints are kinds of their own, written inside CREATE TABLE where the order permits.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import type { Disturbance, KindSpec, Reaction } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema, privileges } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { lockAll } from '../tables/relation-locks.js';
import { parameterList } from '../tables/storage-parameters.js';
import { alterTable } from '../tables/table-alteration.js';
import { createTable } from '../tables/table-creation.js';
import type { TableDefinition } from '../tables/table-definition.js';
import { renameStatements } from '../writing/rename-statements.js';

type Table = CatalogObject<TableDefinition>;

export const table: KindSpec<TableDefinition> = {
  name: 'table',
  presence: { catalog: 'pg_class', where: `relkind IN ('r', 'p')` },
  query,
  target,
  create: createTable,
  drop: dropTable,
  dropsAlone: true,
  alter: alterTable,
  altersFreely: (_table, { kind }) => !BINDING.has(kind),
  react,
  occupies: ({ names }) => [`relation ${qualifiedName(names)}`, `type ${qualifiedName(names)}`],
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

/** What ties a table to others, and with that its persistence and its owner. */
const BINDING: ReadonlySet<string> = new Set([
  'foreign-key',
  'publication',
  'publication-table',
  'sequence-owner',
  'replica-identity',
  'cluster-index',
  'partition',
  'inheritance',
]);

function query(): string {
  return `
    SELECT ARRAY[${address('pg_class', 'c.oid')}, ${address('pg_type', 'c.reltype')},
        ${address('pg_type', 't.typarray')}] AS addresses,
      ARRAY[n.nspname, c.relname]::text[] AS names,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(c.relowner) AS owner,
      ${privileges('r', 'c.relacl', 'c.relowner')} AS privileges,
      json_build_object('unlogged', c.relpersistence = 'u',
        'partitionBy', CASE WHEN c.relkind = 'p' THEN pg_get_partkeydef(c.oid) END,
        'parameters', ${parameterList('c.reloptions', 'o.reloptions')},
        'accessMethod', m.amname, 'tablespace', s.spcname,
        'rowSecurity', c.relrowsecurity, 'forceRowSecurity', c.relforcerowsecurity) AS definition
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_type t ON t.oid = c.reltype
      LEFT JOIN pg_class o ON o.oid = c.reltoastrelid AND o.reloptions IS NOT NULL
      LEFT JOIN pg_am m ON m.oid = c.relam AND m.amname <> 'heap'
      LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
    WHERE c.relkind IN ('r', 'p') AND ${isUserSchema('n.nspname')}
      AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname`;
}

function target({ names }: Table): string {
  return `TABLE ${qualifiedName(names)}`;
}

function dropTable(object: Table): readonly Statement[] {
  const name = qualifiedName(object.names);
  return [
    statement(`DROP TABLE ${name}`, {
      locks: lockAll(name),
      hazards: [
        { kind: 'loses-data', message: `every row of ${name} is lost` },
        { kind: 'breaks-code', message: `what reads or writes ${name} fails` },
      ],
    }),
  ];
}

/** A table holds rows and is never dropped to come back. */
function react(object: Table, { before, manner }: Disturbance): Reaction {
  // The link of a typed table to its type is an object of its own and lets go in time.
  if (manner === 'retyped' || before.kind === 'composite-type') return 'keep';
  const name = qualifiedName(object.names);
  const said = quoteIdentifier(before.names.at(-1) ?? '');
  return {
    refuse: `${name} is made with the ${before.kind} ${said}, which has to be dropped and created anew; the table cannot stay without it`,
  };
}
