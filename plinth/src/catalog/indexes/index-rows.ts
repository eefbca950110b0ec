// Pieces of SQL that read indexes and the constraints that are kept by one: where they are
// stored, and how those of partitions hang on those of the partitioned table.

import { extensionTiesTable } from '../reading/extension-ties.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';

/** pg_constraint's letter for a constraint that is kept by an index; `i` for an index alone. */
export type IndexType = 'i' | 'p' | 'u' | 'x';

/**
 * Common table expressions, to stand after WITH RECURSIVE, about indexes of one type:
 * - `backing`: the constraint that an index keeps;
 * - `attached`: of each index of a partition that belongs to one of the partitioned table, that one
 *   and the name that PostgreSQL would have given to it;
 * - `tree`: of each index of a partitioned table, all that belong to it, on every level.
 */
export const indexTables = (type: IndexType): string => `
  backing AS (
    SELECT k.oid, k.conindid AS index, k.conname, k.contype, c.relname, n.nspname
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE k.contype IN ('p', 'u', 'x')
  ),
  pair AS MATERIALIZED (
    SELECT h.inhrelid AS child, h.inhparent AS parent
    FROM pg_inherits h JOIN pg_index i ON i.indexrelid = h.inhrelid
      LEFT JOIN backing b ON b.index = h.inhrelid LEFT JOIN backing a ON a.index = h.inhparent
    WHERE ${type === 'i' ? 'b.oid IS NULL OR a.oid IS NULL' : `b.contype = '${type}'`}
  ),
  named AS MATERIALIZED (
    SELECT pair.child, pair.parent, t.relname AS relation, b.oid IS NOT NULL AS keeps,
      b.contype = 'p' AS is_primary,
      b.contype = 'x' OR am.amname = 'gist' AS excludes,
      (SELECT string_agg(a.attname, '_' ORDER BY a.attnum) FROM pg_attribute a
        WHERE a.attrelid = pair.child) AS columns
    FROM pair JOIN pg_index i ON i.indexrelid = pair.child JOIN pg_class t ON t.oid = i.indrelid
      JOIN pg_class x ON x.oid = pair.child JOIN pg_am am ON am.oid = x.relam
      LEFT JOIN backing b ON b.index = pair.child
  ),
  labelled AS (
    SELECT child, parent, relation, CASE WHEN is_primary THEN NULL ELSE columns END AS columns,
      CASE WHEN NOT keeps THEN 'idx' WHEN is_primary THEN 'pkey' WHEN excludes THEN 'excl'
        ELSE 'key' END AS label
    FROM named
  ),
  -- As makeObjectName does it: the longer of two parts is cut until all fits into 63 bytes.
  room AS (
    SELECT l.*, length(relation) AS one, coalesce(length(columns), 0) AS two,
      62 - length(label) - CASE WHEN columns IS NULL THEN 0 ELSE 1 END AS free
    FROM labelled l
  ),
  cut AS (
    SELECT child, parent, left(relation, greatest(free - two, (free + 1) / 2))
      || coalesce('_' || left(columns, greatest(free - one, free / 2)), '') || '_' || label AS name
    FROM room
  ),
  -- The indexes of a table above are copied in the order in which they were made.
  automatic AS (
    SELECT cut.child, cut.parent, cut.name AS first_name, cut.name
      || coalesce(nullif(row_number() OVER (PARTITION BY i.indrelid, cut.name
        ORDER BY cut.parent) - 1, 0)::text, '') AS name
    FROM cut JOIN pg_index i ON i.indexrelid = cut.child
  ),
  -- Beside an index of the partition's own that PostgreSQL could attach in its place.
  double AS (
    SELECT DISTINCT pair.child
    FROM pair JOIN pg_index i ON i.indexrelid = pair.child
      JOIN pg_index o ON o.indrelid = i.indrelid AND o.indkey::text = i.indkey::text
        AND o.indisunique = i.indisunique AND o.indexrelid <> i.indexrelid
      JOIN pg_class x ON x.oid = o.indexrelid
    WHERE NOT x.relispartition
  ),
  attached AS MATERIALIZED (
    SELECT a.child, x.relname <> a.first_name OR x.reloptions IS DISTINCT FROM px.reloptions
        OR x.reltablespace <> px.reltablespace OR double.child IS NOT NULL AS is_named, json_build_object(
      'to', CASE WHEN b.oid IS NULL
        THEN json_build_object('kind', 'index', 'names', json_build_array(pn.nspname, px.relname))
        ELSE json_build_object('kind', CASE b.contype WHEN 'p' THEN 'primary-key'
            WHEN 'u' THEN 'unique-constraint' ELSE 'exclusion-constraint' END,
          'names', json_build_array(b.nspname, b.relname, b.conname)) END,
      'automaticName', a.name) AS attachment
    FROM automatic a JOIN pg_class x ON x.oid = a.child JOIN pg_class px ON px.oid = a.parent
      JOIN pg_namespace pn ON pn.oid = px.relnamespace
      LEFT JOIN backing b ON b.index = a.parent
      LEFT JOIN double ON double.child = a.child
  ),
  descent AS (
    SELECT child, parent FROM pair
    UNION ALL
    SELECT descent.child, pair.parent FROM descent JOIN pair ON pair.child = descent.parent
  ),
  tree AS (
    SELECT d.parent AS root, json_build_object('isNamed', bool_or(a.is_named), 'children',
      json_agg(json_build_object('index', json_build_array(n.nspname, x.relname),
        'table', json_build_array(tn.nspname, t.relname))
        ORDER BY n.nspname, x.relname)) AS tree
    FROM descent d JOIN attached a ON a.child = d.child JOIN pg_class x ON x.oid = d.child
      JOIN pg_namespace n ON n.oid = x.relnamespace JOIN pg_index i ON i.indexrelid = d.child
      JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
    GROUP BY d.parent
  )`;

/**
 * The relations that an index's row joins: `i` of pg_index, `x` the index, `c` its relation, `n`
 * the schema of both.
 */
export const INDEX_JOINS = `
    JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_class c ON c.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am am ON am.oid = x.relam
    LEFT JOIN pg_tablespace space ON space.oid = x.reltablespace
    LEFT JOIN attached ON attached.child = x.oid LEFT JOIN tree ON tree.root = x.oid
    LEFT JOIN ${extensionTiesTable('pg_class')} tie ON tie.objid = x.oid`;

/** Statistics targets can be set on expressions only. As EXISTS it would read all columns there are. */
const HAS_TARGETS = `(i.indexprs IS NOT NULL AND coalesce((SELECT max(a.attstattarget)
          FROM pg_attribute a WHERE a.attrelid = x.oid AND a.attnum > 0), -1) >= 0)`;

/** What of an `IndexDefinition` is left out where an index is as `USUAL_INDEX` says. */
export const INDEX_PAIRS = {
  rest: `'storage', coalesce(to_json(x.reloptions), '[]'::json), 'tablespace', space.spcname,
          'targets', CASE WHEN ${HAS_TARGETS} THEN (
            SELECT json_agg(json_build_array(a.attnum, a.attstattarget) ORDER BY a.attnum)
            FROM pg_attribute a
            WHERE a.attrelid = x.oid AND a.attnum > 0 AND a.attstattarget >= 0)
            ELSE '[]'::json END,
          'extensions', coalesce(tie.extensions, '[]'::json), 'isValid', i.indisvalid,
          'attached', attached.attachment,
          'tree', CASE WHEN x.relkind = 'I'
            THEN coalesce(tree.tree, '{"isNamed": false, "children": []}'::json) END`,
  isUsual: `x.reloptions IS NULL AND x.reltablespace = 0 AND tie.objid IS NULL AND i.indisvalid
          AND attached.child IS NULL AND x.relkind = 'i' AND NOT ${HAS_TARGETS}`,
} as const;

/** The condition that the relation `c` is the user's. */
export const IS_USER_RELATION = `${isUserSchema('n.nspname')}
      AND ${isNotOfExtension('pg_class', 'c.oid')}`;

export const RELATION_ADDRESS = address('pg_class', 'c.oid');

/** The text of an index's storage parameters as PostgreSQL deparses it, with a space before. */
const PARAMETERS = `CASE WHEN x.reloptions IS NULL THEN '' ELSE (SELECT ' WITH (' || string_agg(quote_ident(p.name) || '='
            || CASE WHEN quote_ident(p.value) = p.value THEN p.value ELSE quote_literal(p.value) END,
            ', ' ORDER BY p.place) || ')'
          FROM (SELECT split_part(o.option, '=', 1) AS name,
              substr(o.option, strpos(o.option, '=') + 1) AS value, o.place
            FROM unnest(x.reloptions) WITH ORDINALITY AS o (option, place)) p) END`;

/**
 * What stands in the deparsed text of an index between its method and its storage parameters:
 * `(a, lower(b) DESC) INCLUDE (c)`. `head` is what stands before, `tail` what stands after.
 */
export function indexKeys(text: string, head: string, tail: string): string {
  return `substr(${text}, length(${head}) + 1, length(${text}) - length(${head})
          - length(${PARAMETERS}) - length(${tail}))`;
}
