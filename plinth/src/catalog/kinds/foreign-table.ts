// The kind `foreign-table`. Its rows are elsewhere, so it may be dropped and created anew. Its
// columns are of the kind `column`.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec, type Part, REBUILT, type Sides } from '../kind.js';
import { objectId, qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema, privileges } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import {
  type ForeignOptions,
  optionsChange,
  optionsClause,
  readOptions,
  readSecrets,
} from '../tables/foreign-options.js';
import { lockAll } from '../tables/relation-locks.js';
import { createText, settleColumns } from '../tables/table-creation.js';
import { renameStatements } from '../writing/rename-statements.js';
import { secretHazards } from '../writing/secret-hazards.js';

interface ForeignTableDefinition {
  readonly server: string;
  readonly options: ForeignOptions;
  /** Names of options whose values are not read. */
  readonly secrets: readonly string[];
}

type ForeignTable = CatalogObject<ForeignTableDefinition>;

export const foreignTable: KindSpec<ForeignTableDefinition> = {
  name: 'foreign-table',
  noun: 'FOREIGN TABLE',
  presence: { catalog: 'pg_class', where: `relkind = 'f'` },
  query: () => `
    SELECT ARRAY[${address('pg_class', 'c.oid')}, ${address('pg_type', 'c.reltype')},
        ${address('pg_type', 't.typarray')}] AS addresses,
      ARRAY[n.nspname, c.relname]::text[] AS names,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(c.relowner) AS owner,
      ${privileges('r', 'c.relacl', 'c.relowner')} AS privileges,
      json_build_object('server', s.srvname, 'options', ${readOptions('f.ftoptions')},
        'secrets', ${readSecrets('f.ftoptions')}) AS definition
    FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = c.reltype
      JOIN pg_foreign_server s ON s.oid = f.ftserver
    WHERE ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname`,
  target,
  grantTarget: ({ names }) => `TABLE ${qualifiedName(names)}`,
  create,
  drop: (object) => {
    const name = qualifiedName(object.names);
    return [
      statement(`DROP ${target(object)}`, {
        locks: lockAll(name),
        hazards: [{ kind: 'breaks-code', message: `what reads or writes ${name} fails` }],
      }),
    ];
  },
  dropsAlone: true,
  alter: (before, after) => {
    if (before.definition.server !== after.definition.server) return REBUILT;
    const name = qualifiedName(after.names);
    return altered(
      ...optionsChange(before.definition.options, after.definition.options).map((action) =>
        statement(`ALTER ${target(after)} ${action}`, { locks: lockAll(name) }),
      ),
    );
  },
  requires: ({ definition }) => [objectId('foreign-server', [definition.server])],
  occupies: ({ names }) => [`relation ${qualifiedName(names)}`, `type ${qualifiedName(names)}`],
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function target({ names }: ForeignTable): string {
  return `FOREIGN TABLE ${qualifiedName(names)}`;
}

function create(object: ForeignTable, sides: Sides, parts: readonly Part[]): readonly Statement[] {
  const { server, options, secrets } = object.definition;
  const tail = [`SERVER ${quoteIdentifier(server)}`, ...optionsClause(options)];
  return [
    statement(createText(`CREATE ${target(object)}`, parts, tail), {
      hazards: secretHazards(target(object), secrets),
    }),
    ...settleColumns(parts, sides),
  ];
}
