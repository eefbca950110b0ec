// The kind `view-column`: a column of a view or a materialized view that carries something of its
// own: a comment, privileges, and, of a materialized view, how its values are stored and counted.
// Name, type and place of every column belong to the view.

import type { CatalogObject } from '../catalog-object.js';
import { grantStatements } from '../facets/grant-statements.js';
import { COLUMN_PRIVILEGES } from '../facets/privilege-class.js';
import { altered, type KindSpec, type Sides } from '../kind.js';
import { outerName, ownName, qualifiedName } from '../object-id.js';
import {
  address,
  columnPrivileges,
  isNotOfExtension,
  isUserSchema,
} from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { changeParameters, hasParameters, parameterList } from '../tables/storage-parameters.js';

export interface ViewColumnDefinition {
  readonly of: 'VIEW' | 'MATERIALIZED VIEW';
  /** Its statistics target; `null` for the server's. */
  readonly statistics: number | null;
  /** Where it is not the one of its type, which stands beside it. */
  readonly storage: { readonly chosen: string; readonly ofType: string } | null;
  readonly compression: string | null;
  /** Sorted: `n_distinct=5`. */
  readonly options: readonly string[];
}

type ViewColumn = CatalogObject<ViewColumnDefinition>;

const PLAIN = { statistics: null, storage: null, compression: null, options: [] } as const;

export const viewColumn: KindSpec<ViewColumnDefinition> = {
  name: 'view-column',
  noun: 'COLUMN',
  presence: { catalog: 'pg_class', where: `relkind IN ('v', 'm')` },
  query: () => `
    SELECT ARRAY[${address('pg_class', 'c.oid', 'a.attnum')}] AS addresses,
      ARRAY[n.nspname, c.relname, a.attname]::text[] AS names,
      ${address('pg_class', 'c.oid')} AS parent,
      ${columnPrivileges('a.attacl', 'c.relowner')} AS privileges,
      json_build_object('of', CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'MATERIALIZED VIEW' END,
        'statistics', CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
        'storage', CASE WHEN ${HAS_STORAGE} THEN json_build_object(
          'chosen', ${storageName('a.attstorage')}, 'ofType', ${storageName('t.typstorage')}) END,
        'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
        'options', ${parameterList('a.attoptions')}) AS definition
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid
        AND d.objsubid = a.attnum
    WHERE c.relkind IN ('v', 'm') AND a.attnum > 0 AND NOT a.attisdropped
      AND (d.description IS NOT NULL OR a.attacl IS NOT NULL OR a.attstattarget >= 0
        OR ${HAS_STORAGE} OR a.attcompression <> '' OR ${hasParameters('a.attoptions')})
      AND ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname, a.attnum`,
  target: ({ names }) => `COLUMN ${qualifiedName(names)}`,
  grantTarget: (object) => `TABLE ${outerName(object)}`,
  grantColumns: (object) => `(${ownName(object)})`,
  ownWords: ['of', 'storage', 'compression', 'options'],
  create: (object) => change(object, PLAIN, object.definition),
  drop: (object, sides) => [...change(object, object.definition, PLAIN), ...bare(object, sides)],
  alter: (before, after) => altered(...change(after, before.definition, after.definition)),
};

const HAS_STORAGE = `(c.relkind = 'm' AND a.attstorage <> t.typstorage)`;

function storageName(letter: string): string {
  return `CASE ${letter} WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN'
            ELSE 'EXTENDED' END`;
}

/** The column stays where its view does: what it carried is taken from it. */
function bare(object: ViewColumn, sides: Sides): readonly Statement[] {
  const { comment, parent, privileges } = object;
  const view = parent === null ? undefined : sides.before(parent);
  const owner = view?.owner ?? null;
  const granted = privileges?.granted ?? [];
  const revoked = granted.filter(({ grantee }) => grantee !== null || owner !== null);
  return [
    ...(comment === null
      ? []
      : [statement(`COMMENT ON COLUMN ${qualifiedName(object.names)} IS NULL`)]),
    ...grantStatements(
      { revoked, optionRevoked: [], granted: [] },
      {
        target: `TABLE ${outerName(object)}`,
        columns: `(${ownName(object)})`,
        all: COLUMN_PRIVILEGES,
        owner: owner ?? '',
        told: `(${ownName(object)}) on ${outerName(object)}`,
      },
    ),
  ];
}

function change(
  object: ViewColumn,
  before: Omit<ViewColumnDefinition, 'of'>,
  after: Omit<ViewColumnDefinition, 'of'>,
): readonly Statement[] {
  const { of } = object.definition;
  const start = `ALTER ${of} ${outerName(object)} ALTER COLUMN ${ownName(object)}`;
  const actions = [
    ...storageActions(before, after),
    ...(before.statistics === after.statistics ? [] : [`SET STATISTICS ${after.statistics ?? -1}`]),
    ...changeParameters(before.options, after.options),
  ];
  const locks = [{ mode: 'SHARE UPDATE EXCLUSIVE', on: outerName(object) }] as const;
  return actions.map((action) => statement(`${start} ${action}`, { locks }));
}

function storageActions(
  before: Omit<ViewColumnDefinition, 'of'>,
  after: Omit<ViewColumnDefinition, 'of'>,
): readonly string[] {
  const chosen = after.storage?.chosen ?? before.storage?.ofType;
  const actions: string[] = [];
  if (chosen !== undefined && chosen !== before.storage?.chosen) {
    actions.push(`SET STORAGE ${chosen}`);
  }
  if (before.compression !== after.compression) {
    actions.push(`SET COMPRESSION ${after.compression ?? 'default'}`);
  }
  return actions;
}
