// The queries of a survey: each reads one kind of thing for all tables at once. `$1` is the tenant
// role. They change nothing.

const OWN_SCHEMA = `n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'plinth')
  AND n.nspname !~ '^pg_(temp|toast_temp)_'`;
const OF_NO_EXTENSION = (catalog: string, oid: string) =>
  `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass
     AND e.objid = ${oid} AND e.deptype = 'e')`;

const NAME = `format('%I.%I', n.nspname, c.relname)`;
const columnNames = (relation: string, numbers: string) =>
  `(SELECT coalesce(json_agg(a.attname ORDER BY k.place), '[]')
    FROM unnest(${numbers}) WITH ORDINALITY k (number, place)
    JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = k.number)`;

/** Whether the tenant role may do something, itself or through a role whose privileges it has. */
const may = (privilege: string) =>
  `has_schema_privilege($1, n.oid, 'USAGE') AND has_table_privilege($1, c.oid, '${privilege}')`;

export const TABLES = `
SELECT c.oid::text, ${NAME} AS sql, c.relkind::text AS kind,
  EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal)
    OR EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = c.oid) AS "hasTriggers",
  c.relrowsecurity AS secured,
  c.relforcerowsecurity AS forced, c.relispartition AS "isPartition",
  (SELECT coalesce(json_agg(i.inhparent::text), '[]') FROM pg_inherits i WHERE i.inhrelid = c.oid)
    AS parents,
  pg_get_expr(c.relpartbound, c.oid) AS bound,
  (SELECT ${columnNames('p.partrelid', 'p.partattrs::int2[]')} FROM pg_partitioned_table p
   WHERE p.partrelid = c.oid) AS "partitionKey",
  greatest(c.reltuples, (SELECT sum(pg_relation_size(t.relid)) FROM pg_partition_tree(c.oid) t) / 200)::float8
    AS "estimatedRows",
  json_build_object('select', ${may('SELECT')}, 'insert', ${may('INSERT')},
    'update', ${may('UPDATE')}, 'delete', ${may('DELETE')}, 'truncate', ${may('TRUNCATE')},
    'references', has_any_column_privilege($1, c.oid, 'REFERENCES'),
    'trigger', has_table_privilege($1, c.oid, 'TRIGGER')) AS may,
  json_build_object('select', has_any_column_privilege(c.oid, 'SELECT'),
    'insert', has_any_column_privilege(c.oid, 'INSERT')) AS "fillerMay",
  (SELECT coalesce(json_agg(x.privilege_type ORDER BY 1), '[]') FROM aclexplode(c.relacl) x
   WHERE x.grantee = 0) AS "publicPrivileges",
  (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'type', a.atttypid::text,
     'typeSql', format_type(a.atttypid, a.atttypmod), 'typmod', a.atttypmod,
     'isRequired', a.attnotnull, 'default', pg_get_expr(d.adbin, d.adrelid),
     'isGenerated', a.attgenerated <> '', 'identity', a.attidentity::text,
     'may', json_build_object(
       'select', has_schema_privilege($1, n.oid, 'USAGE') AND has_column_privilege($1, c.oid, a.attnum, 'SELECT'),
       'insert', has_schema_privilege($1, n.oid, 'USAGE') AND has_column_privilege($1, c.oid, a.attnum, 'INSERT'),
       'update', has_schema_privilege($1, n.oid, 'USAGE') AND has_column_privilege($1, c.oid, a.attnum, 'UPDATE')))
     ORDER BY a.attnum), '[]')
   FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
  (SELECT coalesce(json_agg(json_build_object('name', k.relname,
     'columns', (SELECT coalesce(json_agg(DISTINCT a.attname), '[]') FROM pg_attribute a
        WHERE a.attrelid = c.oid AND (a.attnum = ANY (i.indkey::int2[])
          OR EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass
            AND d.objid = i.indexrelid AND d.refclassid = 'pg_class'::regclass
            AND d.refobjid = c.oid AND d.refobjsubid = a.attnum)) AND a.attnum > 0),
     'isPrimary', i.indisprimary, 'isExclusion', i.indisexclusion,
     'isConstraint', EXISTS (SELECT FROM pg_constraint f WHERE f.conindid = i.indexrelid AND f.contype IN ('p', 'u', 'x')),
     'isPlain', i.indpred IS NULL AND i.indexprs IS NULL) ORDER BY i.indisprimary DESC, k.relname), '[]')
   FROM pg_index i JOIN pg_class k ON k.oid = i.indexrelid
   WHERE i.indrelid = c.oid AND (i.indisunique OR i.indisexclusion)) AS keys,
  (SELECT coalesce(json_agg(json_build_object('name', f.conname,
     'columns', ${columnNames('f.conrelid', 'f.conkey')}, 'target', f.confrelid::text,
     'targetColumns', ${columnNames('f.confrelid', 'f.confkey')},
     'isDeferrable', f.condeferrable, 'onDelete', f.confdeltype::text, 'onUpdate', f.confupdtype::text) ORDER BY f.conname), '[]')
   FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f') AS "foreignKeys",
  (SELECT coalesce(json_agg(json_build_object('name', f.conname,
     'columns', ${columnNames('f.conrelid', 'f.conkey')},
     'definition', pg_get_constraintdef(f.oid)) ORDER BY f.conname), '[]')
   FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'c') AS checks,
  (SELECT coalesce(json_agg(json_build_object('name', p.polname, 'command', p.polcmd::text,
     'isPermissive', p.polpermissive,
     'applies', 0 = ANY (p.polroles)
       OR EXISTS (SELECT FROM unnest(p.polroles) r WHERE r <> 0 AND pg_has_role($1, r, 'USAGE')),
     'using', pg_get_expr(p.polqual, c.oid), 'check', pg_get_expr(p.polwithcheck, c.oid))
     ORDER BY p.polname), '[]')
   FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND c.relpersistence <> 't' AND ${OWN_SCHEMA}
  AND ${OF_NO_EXTENSION('pg_class', 'c.oid')}
ORDER BY n.nspname, c.relname`;

export const TYPES = `
SELECT t.oid::text, t.typname AS name, t.typtype::text AS kind, t.typcategory::text AS category,
  format_type(t.oid, NULL) AS sql, nullif(t.typelem, 0)::text AS element,
  nullif(t.typbasetype, 0)::text AS base, t.typtypmod AS "baseTypmod",
  (SELECT coalesce(json_agg(e.enumlabel ORDER BY e.enumsortorder), '[]') FROM pg_enum e
   WHERE e.enumtypid = t.oid) AS labels,
  (SELECT r.rngsubtype::text FROM pg_range r WHERE r.rngtypid = t.oid) AS subtype,
  (SELECT coalesce(json_agg(json_build_object('type', a.atttypid::text, 'typmod', a.atttypmod)
     ORDER BY a.attnum), '[]') FROM pg_attribute a
   WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped) AS fields,
  (SELECT coalesce(json_agg(pg_get_constraintdef(f.oid)), '[]') FROM pg_constraint f
   WHERE f.contypid = t.oid AND f.contype = 'c') AS checks
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
WHERE n.nspname NOT IN ('information_schema', 'pg_toast')
  AND (n.nspname <> 'pg_catalog' OR t.typrelid = 0)`;

export const VIEWS = `
SELECT c.oid::text, ${NAME} AS sql, c.relkind = 'm' AS "isMaterialized",
  coalesce('security_invoker=true' = ANY (o.options) OR 'security_invoker=on' = ANY (o.options)
    OR 'security_invoker=1' = ANY (o.options), false) AS "isInvoker",
  coalesce('security_barrier=true' = ANY (o.options) OR 'security_barrier=on' = ANY (o.options)
    OR 'security_barrier=1' = ANY (o.options), false) AS "isBarrier",
  json_build_object('select', has_schema_privilege($1, n.oid, 'USAGE') AND has_any_column_privilege($1, c.oid, 'SELECT'),
    'insert', ${may('INSERT')}, 'update', ${may('UPDATE')}, 'delete', ${may('DELETE')}) AS may,
  (SELECT coalesce(json_agg(json_build_object('name', a.attname, 'category', t.typcategory::text)
     ORDER BY a.attnum), '[]') FROM pg_attribute a
   JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = c.oid AND a.attnum > 0
     AND has_column_privilege($1, c.oid, a.attnum, 'SELECT')) AS columns,
  (SELECT coalesce(json_agg(DISTINCT d.refobjid::text), '[]') FROM pg_rewrite r
   JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
     AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> c.oid
   WHERE r.ev_class = c.oid) AS reads
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (SELECT ARRAY(SELECT lower(x) FROM unnest(c.reloptions) x) AS options) o
WHERE c.relkind IN ('v', 'm') AND ${OWN_SCHEMA} AND ${OF_NO_EXTENSION('pg_class', 'c.oid')}
ORDER BY n.nspname, c.relname`;

export const FUNCTIONS = `
SELECT p.oid::regprocedure::text AS signature, format('%I.%I', n.nspname, p.proname) AS sql,
  p.prokind = 'p' AS "isProcedure", p.proretset AS "isSet", p.provolatile = 'v' AS "isVolatile",
  p.provariadic <> 0 AS "isVariadic",
  coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) AS source,
  (SELECT coalesce(json_agg(json_build_object('type', a.type::text,
     'name', coalesce((p.proargnames)[a.place], '')) ORDER BY a.place), '[]')
   FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a (type, place)) AS arguments
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND p.prokind IN ('f', 'p')
  AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
  AND ${OWN_SCHEMA} AND ${OF_NO_EXTENSION('pg_proc', 'p.oid')}
  AND has_schema_privilege($1, n.oid, 'USAGE') AND has_function_privilege($1, p.oid, 'EXECUTE')
ORDER BY 1`;

// Attributes that lead round policies beside those that the audit of a role asks for.
export const ROLE = `
SELECT r.rolname AS name, current_user::text AS me, pg_has_role(current_user, r.oid, 'MEMBER') AS "isReachable",
  array_remove(ARRAY[CASE WHEN r.rolcreaterole THEN 'CREATEROLE' END,
    CASE WHEN r.rolreplication THEN 'REPLICATION' END], NULL) AS attributes,
  (SELECT coalesce(json_agg(DISTINCT jsonb_build_object('owner', d.defaclrole::regrole::text,
     'privilege', x.privilege_type)), '[]')
   FROM pg_default_acl d, aclexplode(d.defaclacl) x
   WHERE d.defaclobjtype = 'r' AND x.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER')
     AND x.grantee <> d.defaclrole
     AND (x.grantee = 0 OR pg_has_role(r.oid, x.grantee, 'USAGE'))) AS "defaultPrivileges"
FROM pg_roles r WHERE r.rolname = $1`;

export const FILLER = `
SELECT current_user::text AS name, rolsuper OR rolbypassrls AS bypasses,
  current_setting('server_version_num')::int AS version
FROM pg_roles WHERE rolname = current_user`;
