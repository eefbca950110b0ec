// The kind `text-search-dictionary`. Options are altered in place; with another template it moves
// aside for its successor, and the configurations follow.

import type { CatalogObject } from '../catalog-object.js';
import { type Alteration, altered, type KindSpec, REBUILT } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { statement } from '../statement.js';
import { discard, moveAside } from '../types/type-rows.js';
import { layOutList } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

export interface TextSearchDictionaryDefinition {
  readonly template: string;
  /** As PostgreSQL keeps them: `language = 'english', stopwords = 'english'`. */
  readonly options: string | null;
}

type Dictionary = CatalogObject<TextSearchDictionaryDefinition>;

export const textSearchDictionary: KindSpec<TextSearchDictionaryDefinition> = {
  name: 'text-search-dictionary',
  noun: 'TEXT SEARCH DICTIONARY',
  presence: { catalog: 'pg_ts_dict' },
  query: () => `
    SELECT ARRAY[${address('pg_ts_dict', 'd.oid')}] AS addresses,
      ARRAY[n.nspname, d.dictname]::text[] AS names,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(d.dictowner) AS owner,
      json_build_object('template', CASE WHEN tn.nspname = 'pg_catalog'
          THEN quote_ident(t.tmplname) ELSE format('%I.%I', tn.nspname, t.tmplname) END,
        'options', d.dictinitoption) AS definition
    FROM pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace
      JOIN pg_ts_template t ON t.oid = d.dicttemplate
      JOIN pg_namespace tn ON tn.oid = t.tmplnamespace
    WHERE ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_ts_dict', 'd.oid')}
    ORDER BY n.nspname, d.dictname`,
  target,
  create: (object) => {
    const { template, options } = object.definition;
    const items = [`TEMPLATE = ${template}`, ...textsOf(readOptions(options))];
    return [statement(layOutList(`CREATE ${target(object)}`, items))];
  },
  drop: (object) => [statement(`DROP ${target(object)}`)],
  alter: alterDictionary,
  moveAside: (object) => moveAside(target(object), object),
  discard: (object) => discard('TEXT SEARCH DICTIONARY', object),
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function target({ names }: Pick<Dictionary, 'names'>): string {
  return `TEXT SEARCH DICTIONARY ${qualifiedName(names)}`;
}

const OPTION = /("(?:[^"]|"")+"|[^\s=,]+)\s*=\s*(E?'(?:[^'\\]|''|\\.)*'|[^\s,]+)/gs;

/** Names to values, both as SQL writes them. */
function readOptions(options: string | null): ReadonlyMap<string, string> {
  const read = new Map<string, string>();
  for (const [, name = '', value = ''] of (options ?? '').matchAll(OPTION)) read.set(name, value);
  return read;
}

function textsOf(options: ReadonlyMap<string, string>): readonly string[] {
  return [...options].map(([name, value]) => `${name} = ${value}`);
}

/** An option that is named without a value is taken away. */
function alterDictionary(before: Dictionary, after: Dictionary): Alteration {
  if (before.definition.template !== after.definition.template) return REBUILT;
  const old = readOptions(before.definition.options);
  const wanted = readOptions(after.definition.options);
  const gone = [...old.keys()].filter((name) => !wanted.has(name));
  const changed = [...wanted].filter(([name, value]) => old.get(name) !== value);
  const items = [...gone, ...textsOf(new Map(changed))];
  if (items.length === 0) return altered();
  return altered(statement(layOutList(`ALTER ${target(after)}`, items)));
}
