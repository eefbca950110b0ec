// The kind `publication`: what it publishes. Its tables and schemas are kinds of their own.

import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec, type Part, REBUILT } from '../kind.js';
import { ownName } from '../object-id.js';
import { address, isNotOfExtension } from '../reading/query-fragments.js';
import { statement } from '../statement.js';
import { layOut } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';
import { publicationSchema } from './publication-schema.js';
import { publicationTable } from './publication-table.js';

interface PublicationDefinition {
  readonly allTables: boolean;
  /** Of insert, update, delete and truncate, in this order. */
  readonly publish: readonly string[];
  readonly viaRoot: boolean;
  /** `none` before PostgreSQL 18. */
  readonly generatedColumns: 'none' | 'stored';
}

type Publication = CatalogObject<PublicationDefinition>;

const EVERY_ACTION = ['insert', 'update', 'delete', 'truncate'];
const WITH_GENERATED_COLUMNS = 180_000;

export const publication: KindSpec<PublicationDefinition> = {
  name: 'publication',
  presence: { catalog: 'pg_publication' },
  query: (serverVersion) => `
    SELECT ARRAY[${address('pg_publication', 'p.oid')}] AS addresses,
      ARRAY[p.pubname::text] AS names,
      pg_get_userbyid(p.pubowner) AS owner,
      json_build_object('allTables', p.puballtables, 'viaRoot', p.pubviaroot,
        'publish', array_remove(ARRAY[CASE WHEN p.pubinsert THEN 'insert' END,
          CASE WHEN p.pubupdate THEN 'update' END, CASE WHEN p.pubdelete THEN 'delete' END,
          CASE WHEN p.pubtruncate THEN 'truncate' END], NULL),
        'generatedColumns', ${generatedColumns(serverVersion)}) AS definition
    FROM pg_publication p
    WHERE ${isNotOfExtension('pg_publication', 'p.oid')}
    ORDER BY p.pubname`,
  target,
  create: (object, _sides, parts) => {
    const options = optionsOf(object.definition);
    return [
      statement(
        layOut(`CREATE ${target(object)}`, [
          ...contents(object, parts),
          ...(options.length === 0 ? [] : [`WITH (${options.join(', ')})`]),
        ]),
      ),
    ];
  },
  drop: (object) => [
    statement(`DROP ${target(object)}`, {
      hazards: [
        {
          kind: 'breaks-code',
          message: `subscribers of the publication ${ownName(object)} receive nothing any more`,
        },
      ],
    }),
  ],
  alter: (before, after) => {
    if (before.definition.allTables !== after.definition.allTables) return REBUILT;
    const options = optionsOf(after.definition, before.definition);
    return altered(statement(`ALTER ${target(after)} SET (${options.join(', ')})`));
  },
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function generatedColumns(serverVersion: number): string {
  return serverVersion < WITH_GENERATED_COLUMNS
    ? `'none'`
    : `CASE p.pubgencols WHEN 's' THEN 'stored' ELSE 'none' END`;
}

function target(object: Publication): string {
  return `PUBLICATION ${ownName(object)}`;
}

function contents(object: Publication, parts: readonly Part[]): readonly string[] {
  if (object.definition.allTables) return ['FOR ALL TABLES'];
  const clausesOf = (kind: string): readonly string[] =>
    parts.filter((part) => part.object.kind === kind).map(({ clause }) => clause);
  const tables = clausesOf(publicationTable.name);
  const schemas = clausesOf(publicationSchema.name);
  const lists = [
    ...(tables.length === 0 ? [] : [`TABLE ${tables.join(', ')}`]),
    ...(schemas.length === 0 ? [] : [`TABLES IN SCHEMA ${schemas.join(', ')}`]),
  ];
  return lists.length === 0 ? [] : [`FOR ${lists.join(', ')}`];
}

const STANDARD: PublicationDefinition = {
  allTables: false,
  publish: EVERY_ACTION,
  viaRoot: false,
  generatedColumns: 'none',
};

/** The options that differ. */
function optionsOf(
  after: PublicationDefinition,
  before: PublicationDefinition = STANDARD,
): readonly string[] {
  const options: string[] = [];
  if (after.publish.join() !== before.publish.join()) {
    options.push(`publish = '${after.publish.join(', ')}'`);
  }
  if (after.viaRoot !== before.viaRoot) {
    options.push(`publish_via_partition_root = ${after.viaRoot}`);
  }
  if (after.generatedColumns !== before.generatedColumns) {
    options.push(`publish_generated_columns = ${after.generatedColumns}`);
  }
  return options;
}
