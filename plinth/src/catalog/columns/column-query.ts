// Reads the columns of all tables at once.

import {
  address,
  columnPrivileges,
  isNotOfExtension,
  isUserSchema,
  sparseDefinition,
} from '../reading/query-fragments.js';
import { readOptions } from '../tables/foreign-options.js';
import { hasParameters, parameterList } from '../tables/storage-parameters.js';

const NAMED_NOT_NULL_SINCE = 180_000;

const STORAGE = (column: string): string =>
  `CASE ${column} WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'm' THEN 'MAIN'
            WHEN 'x' THEN 'EXTENDED' END`;

const HAS_SETTINGS = `(a.attstorage <> t.typstorage OR a.attcompression <> ''
          OR coalesce(a.attstattarget, -1) >= 0 OR ${hasParameters('a.attoptions')}
          OR a.attfdwoptions IS NOT NULL)`;

const SETTINGS = `CASE WHEN ${HAS_SETTINGS} THEN json_build_object(
          'storage', CASE WHEN a.attstorage <> t.typstorage THEN ${STORAGE('a.attstorage')} END,
          'usualStorage', CASE WHEN a.attstorage <> t.typstorage THEN ${STORAGE('t.typstorage')} END,
          'compression', CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
          'statistics', CASE WHEN a.attstattarget >= 0 THEN a.attstattarget END,
          'options', ${parameterList('a.attoptions')},
          'foreignOptions', ${readOptions('a.attfdwoptions')}) END`;

/**
 * Common table expressions, each read once: `above`, the tables above that have a column of the
 * same name, in the order of inheritance; `key`, the columns that a table is partitioned by.
 */
const TABLES = `
    WITH above AS MATERIALIZED (
      SELECT i.inhrelid, p.attname,
        json_agg(json_build_array(pn.nspname, pc.relname) ORDER BY i.inhseqno) AS tables
      FROM pg_inherits i JOIN pg_class pc ON pc.oid = i.inhparent
        JOIN pg_namespace pn ON pn.oid = pc.relnamespace
        JOIN pg_attribute p ON p.attrelid = i.inhparent AND p.attnum > 0 AND NOT p.attisdropped
      WHERE pc.relkind IN ('r', 'p', 'f') AND NOT i.inhdetachpending
      GROUP BY i.inhrelid, p.attname
    ),
    key AS MATERIALIZED (
      SELECT DISTINCT y.objid, y.objsubid
      FROM pg_partitioned_table h JOIN pg_depend y ON y.classid = 'pg_class'::regclass
        AND y.objid = h.partrelid AND y.objsubid > 0 AND y.refclassid = 'pg_class'::regclass
        AND y.refobjid = h.partrelid AND y.refobjsubid = 0 AND y.deptype = 'i'
    )`;

/** A further one: the constraints behind NOT NULL. */
const CONSTRAINTS = `,
    k AS MATERIALIZED (
      SELECT oid, conrelid, conkey[1] AS attnum, conname, conislocal, connoinherit, convalidated
      FROM pg_constraint WHERE contype = 'n'
    )`;

const CONSTRAINT = `CASE WHEN k.oid IS NULL THEN NULL
          WHEN k.conislocal AND NOT k.connoinherit AND k.convalidated
          THEN json_build_object('name', k.conname)
          ELSE json_strip_nulls(json_build_object('name', k.conname,
            'inherited', CASE WHEN NOT k.conislocal THEN true END,
            'noInherit', CASE WHEN k.connoinherit THEN true END,
            'notValid', CASE WHEN NOT k.convalidated THEN true END)) END`;

const REST = `'collation', CASE WHEN a.attcollation <> t.typcollation
            THEN a.attcollation::regcollation::text END,
          'generated', CASE WHEN d.oid IS NOT NULL THEN json_build_object(
            'expression', pg_get_expr(d.adbin, d.adrelid), 'stored', a.attgenerated = 's') END,
          'inheritance', CASE WHEN a.attinhcount > 0 THEN json_build_object(
            'from', coalesce(h.tables, '[]'::json), 'local', a.attislocal) END,
          'settings', ${SETTINGS}, 'partitionKey', y.objid IS NOT NULL`;

export function columnQuery(serverVersion: number): string {
  const named = serverVersion >= NAMED_NOT_NULL_SINCE;
  const constraintAddress = named ? `, ${address('pg_constraint', 'k.oid')}` : '';
  const constraints = named ? 'LEFT JOIN k ON k.conrelid = a.attrelid AND k.attnum = a.attnum' : '';
  return `${TABLES}${named ? CONSTRAINTS : ''}
    SELECT array_remove(ARRAY[${address('pg_class', 'c.oid', 'a.attnum')},
        ${address('pg_attrdef', 'd.oid')}${constraintAddress}], NULL) AS addresses,
      ARRAY[n.nspname, c.relname, a.attname]::text[] AS names,
      ${address('pg_class', 'c.oid')} AS parent,
      ${columnPrivileges('a.attacl', 'c.relowner')} AS privileges,
      ${sparseDefinition({
        always: `'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull
        ${named ? `, 'constraint', ${CONSTRAINT}` : ''}`,
        rest: REST,
        isUsual: `a.attcollation = t.typcollation AND d.oid IS NULL AND a.attinhcount = 0
          AND y.objid IS NULL AND NOT ${HAS_SETTINGS}`,
      })}
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_type t ON t.oid = a.atttypid
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        AND a.attgenerated <> ''
      LEFT JOIN above h ON h.inhrelid = a.attrelid AND h.attname = a.attname
        AND a.attinhcount > 0
      LEFT JOIN key y ON y.objid = a.attrelid AND y.objsubid = a.attnum
      ${constraints}
    WHERE c.relkind IN ('r', 'p', 'f') AND a.attnum > 0 AND NOT a.attisdropped
      AND ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname, a.attnum`;
}
