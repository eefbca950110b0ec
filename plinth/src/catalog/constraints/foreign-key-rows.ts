// The query of foreign keys, with the copies that partitions have. Those that stand for the
// partitions of a referenced table are no objects: what they stand on, the foreign key stands on.

import { IS_USER_RELATION, RELATION_ADDRESS } from '../indexes/index-rows.js';
import { address, columnNames, sparseDefinition } from '../reading/query-fragments.js';

const COLUMN_LISTS_SINCE = 150_000;
const PERIODS_SINCE = 180_000;

const ACTION = (column: string): string => `CASE ${column} WHEN 'r' THEN 'RESTRICT'
          WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' END`;

export function foreignKeyQuery(serverVersion: number): string {
  const hasPeriods = serverVersion >= PERIODS_SINCE;
  const period = hasPeriods ? 'k.conperiod' : 'false';
  const enforced = hasPeriods ? 'k.conenforced' : 'true';
  const listed = serverVersion < COLUMN_LISTS_SINCE ? 'NULL::int2[]' : 'k.confdelsetcols';
  const onDeleteColumns = columnNames(listed, 'k.conrelid');
  return `
    WITH RECURSIVE derived AS (
      SELECT k.oid, k.conparentid AS of, k.conrelid <> p.conrelid AS is_copy
      FROM pg_constraint k JOIN pg_constraint p ON p.oid = k.conparentid
      WHERE k.contype = 'f'
    ), descent AS (
      SELECT oid, of, is_copy FROM derived
      UNION ALL
      SELECT d.oid, a.of, d.is_copy AND a.is_copy FROM descent a JOIN derived d ON d.of = a.oid
    ), tree AS (
      SELECT d.of, array_agg(${address('pg_constraint', 'd.oid')})
          FILTER (WHERE k.conrelid = whole.conrelid) AS shadows,
        json_agg(json_build_array(n.nspname, c.relname, k.conname)) FILTER (WHERE d.is_copy)
          AS copies
      FROM descent d JOIN pg_constraint k ON k.oid = d.oid
        JOIN pg_constraint whole ON whole.oid = d.of JOIN pg_class c ON c.oid = k.conrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
      GROUP BY d.of
    )
    SELECT ARRAY[${address('pg_constraint', 'k.oid')}] || coalesce(tree.shadows, '{}')
        AS addresses,
      ARRAY[n.nspname, c.relname, k.conname]::text[] AS names,
      ${RELATION_ADDRESS} AS parent,
      ${sparseDefinition({
        always: `'columns', ${columnNames('k.conkey', 'k.conrelid')},
          'references', json_build_array(rn.nspname, r.relname),
          'referencedColumns', ${columnNames('k.confkey', 'k.confrelid')},
          'onUpdate', ${ACTION('k.confupdtype')}, 'onDelete', ${ACTION('k.confdeltype')},
          'via', CASE WHEN v.oid IS NULL
            THEN json_build_object('kind', 'index', 'names', json_build_array(xn.nspname, x.relname))
            ELSE json_build_object('kind', CASE v.contype WHEN 'p' THEN 'primary-key'
                ELSE 'unique-constraint' END,
              'names', json_build_array(rn.nspname, r.relname, v.conname)) END`,
        rest: `'period', ${period},
          'match', CASE k.confmatchtype WHEN 'f' THEN 'FULL' WHEN 'p' THEN 'PARTIAL' END,
          'onDeleteColumns', coalesce(${onDeleteColumns}, '[]'::json),
          'deferrable', k.condeferrable, 'deferred', k.condeferred, 'validated', k.convalidated,
          'enforced', ${enforced}, 'partitioned', c.relkind = 'p',
          'copyOf', CASE WHEN p.oid IS NOT NULL
            THEN json_build_array(pn.nspname, pc.relname, p.conname) END,
          'copies', coalesce(tree.copies, '[]'::json)`,
        isUsual: `k.confmatchtype = 's' AND ${listed} IS NULL AND NOT k.condeferrable
          AND k.convalidated AND ${enforced} AND NOT ${period} AND c.relkind <> 'p'
          AND p.oid IS NULL AND tree.of IS NULL`,
      })}
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_class r ON r.oid = k.confrelid JOIN pg_namespace rn ON rn.oid = r.relnamespace
      LEFT JOIN tree ON tree.of = k.oid
      LEFT JOIN pg_class x ON x.oid = k.conindid
      LEFT JOIN pg_namespace xn ON xn.oid = x.relnamespace
      LEFT JOIN pg_constraint v ON v.conrelid = k.confrelid
        AND v.conindid = k.conindid AND v.contype IN ('p', 'u', 'x')
      LEFT JOIN pg_constraint p ON p.oid = k.conparentid
      LEFT JOIN pg_class pc ON pc.oid = p.conrelid
      LEFT JOIN pg_namespace pn ON pn.oid = pc.relnamespace
    WHERE k.contype = 'f' AND (p.oid IS NULL OR p.conrelid <> k.conrelid)
      AND ${IS_USER_RELATION}
    ORDER BY n.nspname, c.relname, k.conname`;
}
