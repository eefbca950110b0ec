// What the queries of views and materialized views share: both are a relation and the rule that
// makes it one.

import { address, isNotOfExtension, isUserSchema, privileges } from '../reading/query-fragments.js';
import { viewColumnsTable } from './view-columns.js';

/** The columns of a row before its definition. */
export const VIEW_ROW = `ARRAY[${address('pg_class', 'c.oid')}, ${address('pg_type', 'c.reltype')},
        ${address('pg_type', 't.typarray')}, ${address('pg_rewrite', 'r.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname]::text[] AS names,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(c.relowner) AS owner,
      ${privileges('r', 'c.relacl', 'c.relowner')} AS privileges`;

/** Keys and values of a definition that both have. */
export const VIEW_PAIRS = `'columns', coalesce(l.columns, '[]'::json),
        'query', rtrim(ltrim(pg_get_viewdef(c.oid)), ';')`;

/**
 * What to read: `c` the relation, `n` its schema, `t` its row type, `r` its rule, `l` its columns.
 *
 * @param relkind pg_class's letter.
 * @param joins What is read beside it.
 */
export function fromViews(relkind: 'v' | 'm', joins = ''): string {
  return `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_type t ON t.oid = c.reltype
      JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
      LEFT JOIN ${viewColumnsTable(relkind)} l ON l.attrelid = c.oid${joins}
    WHERE c.relkind = '${relkind}' AND ${isUserSchema('n.nspname')}
      AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname`;
}
