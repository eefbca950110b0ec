// The kind `text-search-parser`. PostgreSQL alters nothing of one but its name.

import type { CatalogObject } from '../catalog-object.js';
import { type KindSpec, REBUILT } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { statement } from '../statement.js';
import { layOutList } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

/** Names of functions. */
export interface TextSearchParserDefinition {
  readonly start: string;
  readonly getToken: string;
  readonly end: string;
  readonly lexTypes: string;
  readonly headline: string | null;
}

type Parser = CatalogObject<TextSearchParserDefinition>;

export const textSearchParser: KindSpec<TextSearchParserDefinition> = {
  name: 'text-search-parser',
  noun: 'TEXT SEARCH PARSER',
  presence: { catalog: 'pg_ts_parser' },
  query: () => `
    SELECT ARRAY[${address('pg_ts_parser', 'p.oid')}] AS addresses,
      ARRAY[n.nspname, p.prsname]::text[] AS names,
      ${address('pg_namespace', 'n.oid')} AS parent,
      json_build_object('start', p.prsstart::text, 'getToken', p.prstoken::text,
        'end', p.prsend::text, 'lexTypes', p.prslextype::text,
        'headline', nullif(p.prsheadline::text, '-')) AS definition
    FROM pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace
    WHERE ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_ts_parser', 'p.oid')}
    ORDER BY n.nspname, p.prsname`,
  target,
  create: (object) => [
    statement(layOutList(`CREATE ${target(object)}`, optionsOf(object.definition))),
  ],
  drop: (object) => [statement(`DROP ${target(object)}`)],
  alter: () => REBUILT,
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function target({ names }: Parser): string {
  return `TEXT SEARCH PARSER ${qualifiedName(names)}`;
}

function optionsOf(definition: TextSearchParserDefinition): readonly string[] {
  const { start, getToken, end, lexTypes, headline } = definition;
  return [
    `START = ${start}`,
    `GETTOKEN = ${getToken}`,
    `END = ${end}`,
    `LEXTYPES = ${lexTypes}`,
    ...(headline === null ? [] : [`HEADLINE = ${headline}`]),
  ];
}
