// The query of primary keys and unique constraints.

import {
  INDEX_JOINS,
  INDEX_PAIRS,
  IS_USER_RELATION,
  indexTables,
  RELATION_ADDRESS,
} from '../indexes/index-rows.js';
import { address, columnNames, sparseDefinition } from '../reading/query-fragments.js';

const NULLS_NOT_DISTINCT_SINCE = 150_000;
const WITHOUT_OVERLAPS_SINCE = 180_000;

/** `type` is pg_constraint's letter. */
export function keyQuery(type: 'p' | 'u', serverVersion: number): string {
  const nulls = serverVersion < NULLS_NOT_DISTINCT_SINCE ? 'false' : 'i.indnullsnotdistinct';
  const overlaps = serverVersion < WITHOUT_OVERLAPS_SINCE ? 'false' : 'k.conperiod';
  return `WITH RECURSIVE ${indexTables(type)}
    SELECT ARRAY[${address('pg_constraint', 'k.oid')}, ${address('pg_class', 'x.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname, k.conname]::text[] AS names,
      ${RELATION_ADDRESS} AS parent,
      ${sparseDefinition({
        always: `'columns', ${columnNames('(i.indkey::int2[])[:i.indnkeyatts - 1]', 'i.indrelid')}`,
        rest: `'include', coalesce(${columnNames('(i.indkey::int2[])[i.indnkeyatts:]', 'i.indrelid')}, '[]'::json), 'nullsNotDistinct', ${nulls},
          'withoutOverlaps', ${overlaps}, 'deferrable', k.condeferrable,
          'deferred', k.condeferred, 'indexComment', remark.description, ${INDEX_PAIRS.rest}`,
        isUsual: `i.indnkeyatts = i.indnatts AND NOT ${nulls} AND NOT ${overlaps}
          AND NOT k.condeferrable AND remark.objoid IS NULL AND ${INDEX_PAIRS.isUsual}`,
      })}
    FROM pg_constraint k JOIN pg_index i ON i.indexrelid = k.conindid ${INDEX_JOINS}
    LEFT JOIN pg_description remark ON remark.objoid = x.oid
      AND remark.classoid = 'pg_class'::regclass AND remark.objsubid = 0
    WHERE k.contype = '${type}' AND ${IS_USER_RELATION}
    ORDER BY n.nspname, c.relname, k.conname`;
}
