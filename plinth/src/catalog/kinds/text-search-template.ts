// The kind `text-search-template`. PostgreSQL alters nothing of one but its name.

import type { CatalogObject } from '../catalog-object.js';
import { type KindSpec, REBUILT } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { statement } from '../statement.js';
import { layOutList } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

/** Names of functions. */
export interface TextSearchTemplateDefinition {
  readonly init: string | null;
  readonly lexize: string;
}

type Template = CatalogObject<TextSearchTemplateDefinition>;

export const textSearchTemplate: KindSpec<TextSearchTemplateDefinition> = {
  name: 'text-search-template',
  noun: 'TEXT SEARCH TEMPLATE',
  presence: { catalog: 'pg_ts_template' },
  query: () => `
    SELECT ARRAY[${address('pg_ts_template', 't.oid')}] AS addresses,
      ARRAY[n.nspname, t.tmplname]::text[] AS names,
      ${address('pg_namespace', 'n.oid')} AS parent,
      json_build_object('init', nullif(t.tmplinit::text, '-'),
        'lexize', t.tmpllexize::text) AS definition
    FROM pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace
    WHERE ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_ts_template', 't.oid')}
    ORDER BY n.nspname, t.tmplname`,
  target,
  create: (object) => {
    const { init, lexize } = object.definition;
    const options = [...(init === null ? [] : [`INIT = ${init}`]), `LEXIZE = ${lexize}`];
    return [statement(layOutList(`CREATE ${target(object)}`, options))];
  },
  drop: (object) => [statement(`DROP ${target(object)}`)],
  alter: () => REBUILT,
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function target({ names }: Template): string {
  return `TEXT SEARCH TEMPLATE ${qualifiedName(names)}`;
}
