// The query of primary keys and unique constraints.

import {
  INDEX_FIELDS,
  INDEX_JOINS,
  IS_USER_RELATION,
  indexTables,
  RELATION_ADDRESS,
} from '../indexes/index-rows.js';
import { address } from '../reading/query-fragments.js';

const NULLS_NOT_DISTINCT_SINCE = 150_000;
const WITHOUT_OVERLAPS_SINCE = 180_000;

/** `type` is pg_constraint's letter. */
export function keyQuery(type: 'p' | 'u', serverVersion: number): string {
  const nulls = serverVersion < NULLS_NOT_DISTINCT_SINCE ? 'false' : 'i.indnullsnotdistinct';
  const overlaps = serverVersion < WITHOUT_OVERLAPS_SINCE ? 'false' : 'k.conperiod';
  return `WITH RECURSIVE ${indexTables(type)}
    SELECT ARRAY[${address('pg_constraint', 'k.oid')}, ${address('pg_class', 'x.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname, k.conname]::text[] AS names, NULL AS signature,
      ${RELATION_ADDRESS} AS parent, NULL AS owner, NULL AS privileges,
      json_build_object('columns', key.columns, 'include', coalesce(key.include, '[]'::json),
        'nullsNotDistinct', ${nulls}, 'withoutOverlaps', ${overlaps},
        'deferrable', k.condeferrable, 'deferred', k.condeferred,
        'indexComment', remark.description, ${INDEX_FIELDS}) AS definition
    FROM pg_constraint k JOIN pg_index i ON i.indexrelid = k.conindid ${INDEX_JOINS}
    JOIN (SELECT i.indexrelid,
        json_agg(a.attname ORDER BY u.place) FILTER (WHERE u.place <= i.indnkeyatts) AS columns,
        json_agg(a.attname ORDER BY u.place) FILTER (WHERE u.place > i.indnkeyatts) AS include
      FROM pg_index i JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype = '${type}'
        CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS u (number, place)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.number
      GROUP BY i.indexrelid) key ON key.indexrelid = x.oid
    LEFT JOIN pg_description remark ON remark.objoid = x.oid
      AND remark.classoid = 'pg_class'::regclass AND remark.objsubid = 0
    WHERE k.contype = '${type}' AND ${IS_USER_RELATION}
    ORDER BY n.nspname, c.relname, k.conname`;
}
