// What a script asks of the catalogs about a statement that it runs outside of a transaction: what
// was there before, and whether the statement has done its work. Pure.

import { quoteLiteral } from '../sql/index.js';
import { type LoneStatement, readLoneStatement } from './lone-statement.js';

/** SQL expressions about one statement. */
export interface LoneQuestions {
  /** jsonb, for the entry before it: what a later run needs to tell its work from what was there. */
  readonly observed: string;
  /** boolean: whether it has done its work; `entry.observed` is what was seen before. */
  readonly isDone: string;
}

type Lone<Kind extends LoneStatement['kind']> = Extract<LoneStatement, { readonly kind: Kind }>;

/** @returns `undefined` where a script could not know how it ended, or could not stop it. */
export function loneQuestions(text: string): LoneQuestions | undefined {
  const lone = readLoneStatement(text);
  // Then it may have nothing to do, and is done all the same.
  const mayPass = /^[^'"$(]*\bif\s+(?:not\s+)?exists\b/i.test(text);
  switch (lone.kind) {
    case 'create-index':
      return aboutIndex(lone, mayPass);
    case 'drop-index':
      return aboutExistence(`to_regclass(${quoteLiteral(lone.name)}) IS NOT NULL`, 'gone', mayPass);
    case 'detach':
      return aboutExistence(attached(lone), 'gone', mayPass);
    case 'create':
      return aboutExistence(globalExists(lone), 'there', mayPass);
    case 'drop':
      return aboutExistence(globalExists(lone), 'gone', mayPass);
    // PostgreSQL runs these in a read-only transaction too: a script could not stop them.
    case 'reindex':
    case 'other':
      return undefined;
    default:
      return lone satisfies never;
  }
}

function aboutIndex(
  { name, table, unique }: Lone<'create-index'>,
  mayPass: boolean,
): LoneQuestions {
  const on = `index.indrelid = to_regclass(${quoteLiteral(table)})`;
  const conditions = [
    on,
    'index.indisvalid',
    unique ? 'index.indisunique' : 'NOT index.indisunique',
    ...(name === undefined ? [] : [`class.relname = ${bareName(name)}`]),
    ...(mayPass ? [] : [isNew('index.indexrelid')]),
  ];
  return {
    observed: oids(on),
    isDone: `EXISTS (SELECT FROM pg_catalog.pg_index AS index
                JOIN pg_catalog.pg_class AS class ON class.oid = index.indexrelid
               WHERE ${conditions.join('\n                 AND ')})`,
  };
}

function oids(condition: string): string {
  return `(SELECT jsonb_build_object('indexes',
            coalesce(jsonb_agg(index.indexrelid::bigint ORDER BY index.indexrelid), '[]'))
       FROM pg_catalog.pg_index AS index WHERE ${condition})`;
}

function isNew(oid: string): string {
  return `NOT entry.observed->'indexes' @> to_jsonb(${oid}::bigint)`;
}

function aboutExistence(exists: string, end: 'there' | 'gone', mayPass: boolean): LoneQuestions {
  const reached = end === 'there' ? exists : `NOT ${exists}`;
  const before = end === 'there' ? 'false' : 'true';
  return {
    observed: `jsonb_build_object('existed', ${exists})`,
    isDone: mayPass ? reached : `${reached} AND (entry.observed->>'existed')::boolean = ${before}`,
  };
}

function attached({ parent, partition }: Lone<'detach'>): string {
  return `EXISTS (SELECT FROM pg_catalog.pg_inherits
               WHERE inhrelid = to_regclass(${quoteLiteral(partition)})
                 AND inhparent = to_regclass(${quoteLiteral(parent)}))`;
}

const GLOBAL_NAMES = {
  database: 'SELECT datname FROM pg_catalog.pg_database',
  tablespace: 'SELECT spcname FROM pg_catalog.pg_tablespace',
  subscription: `SELECT subname FROM pg_catalog.pg_subscription WHERE subdbid =
    (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())`,
} as const satisfies Record<Lone<'create'>['object'], string>;

function globalExists({ object, name }: Lone<'create' | 'drop'>): string {
  return `${bareName(name)} IN (${GLOBAL_NAMES[object]})`;
}

/** The name without its schema, folded and cut as PostgreSQL does it. */
function bareName(name: string): string {
  const parts = `parse_ident(${quoteLiteral(name)})`;
  return `(${parts})[cardinality(${parts})]::name`;
}
