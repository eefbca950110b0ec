// The queries that find what users have made, whether or not a kind reads it. They are complete
// rather than quick to read: a catalog that is missing here hides a sort of object.

import { isSecret } from '../tables/foreign-options.js';
import { SUBSCRIPTIONS } from './subscription-connection.js';

const FIRST_OF_15 = 150_000;

/** A catalog: where its objects' schema is, or the relation or type that they are a part of. */
interface ObjectCatalog {
  readonly catalog: string;
  /** What is read, where that is not the catalog itself. */
  readonly from?: string;
  readonly oid?: string;
  readonly schema?: string;
  /** The catalog and the oid of what it goes with. */
  readonly part?: readonly [catalog: string, oid: string];
  readonly where?: string;
  readonly since?: number;
}

const CATALOGS: readonly ObjectCatalog[] = [
  { catalog: 'pg_namespace', schema: 'oid' },
  { catalog: 'pg_class', schema: 'relnamespace', where: `relkind NOT IN ('i', 'I')` },
  {
    catalog: 'pg_class',
    from: 'pg_index x JOIN pg_class c ON c.oid = x.indexrelid',
    schema: 'c.relnamespace',
    oid: 'c.oid',
    part: ['pg_class', 'x.indrelid'],
  },
  { catalog: 'pg_type', schema: 'typnamespace' },
  { catalog: 'pg_proc', schema: 'pronamespace' },
  { catalog: 'pg_operator', schema: 'oprnamespace' },
  { catalog: 'pg_opclass', schema: 'opcnamespace' },
  { catalog: 'pg_opfamily', schema: 'opfnamespace' },
  { catalog: 'pg_collation', schema: 'collnamespace' },
  { catalog: 'pg_conversion', schema: 'connamespace' },
  { catalog: 'pg_ts_parser', schema: 'prsnamespace' },
  { catalog: 'pg_ts_template', schema: 'tmplnamespace' },
  { catalog: 'pg_ts_dict', schema: 'dictnamespace' },
  { catalog: 'pg_ts_config', schema: 'cfgnamespace' },
  { catalog: 'pg_statistic_ext', schema: 'stxnamespace', part: ['pg_class', 'stxrelid'] },
  // That a column is never null is a part of the column.
  {
    catalog: 'pg_constraint',
    schema: 'connamespace',
    part: ['pg_class', 'conrelid'],
    where: `contypid = 0 AND contype <> 'n'`,
  },
  {
    catalog: 'pg_constraint',
    schema: 'connamespace',
    part: ['pg_type', 'contypid'],
    where: `contypid <> 0 AND contype <> 'n'`,
  },
  ofRelation('pg_attrdef', 'adrelid'),
  // The one of a view is the view.
  ofRelation('pg_rewrite', 'ev_class', `rulename <> '_RETURN'`),
  ofRelation('pg_trigger', 'tgrelid', 'NOT tgisinternal'),
  ofRelation('pg_policy', 'polrelid'),
  { catalog: 'pg_default_acl' },
  // plpgsql is in every database, whoever made it.
  { catalog: 'pg_extension', where: `extname <> 'plpgsql'` },
  { catalog: 'pg_language' },
  { catalog: 'pg_cast' },
  { catalog: 'pg_transform' },
  { catalog: 'pg_am' },
  { catalog: 'pg_event_trigger' },
  { catalog: 'pg_foreign_data_wrapper' },
  { catalog: 'pg_foreign_server' },
  { catalog: 'pg_user_mapping', from: 'pg_user_mappings', oid: 'umid' },
  { catalog: 'pg_publication' },
  { catalog: 'pg_publication_rel' },
  { catalog: 'pg_publication_namespace', since: FIRST_OF_15 },
  {
    catalog: 'pg_subscription',
    where: 'subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
  },
];

/** What has no schema of its own is in the schema of its relation. */
function ofRelation(catalog: string, relation: string, where?: string): ObjectCatalog {
  return {
    catalog,
    from: `${catalog} p JOIN pg_class w ON w.oid = p.${relation}`,
    oid: 'p.oid',
    schema: 'w.relnamespace',
    part: ['pg_class', 'w.oid'],
    ...(where === undefined ? {} : { where }),
  };
}

/** What `madeObjectsQuery` reads of one catalog. */
export interface Made {
  /** Its oid. */
  readonly catalog: string;
  /** With a space between. */
  readonly oids: string;
}

/**
 * For each catalog the oids of what users may have made: not what came with PostgreSQL, nothing
 * temporary.
 */
export function madeObjectsQuery(serverVersion: number): string {
  return `WITH ${listed(serverVersion)}
    SELECT l.catalog::oid::text AS catalog, string_agg(l.oid::text, ' ') AS oids ${OF_USERS}
    GROUP BY l.catalog`;
}

/**
 * The names of those among some objects that users have made: not what came with an extension, not
 * what PostgreSQL makes for another object by itself.
 *
 * @param objects Pairs of catalog and oid, in SQL. At least one.
 */
export function namesOfMadeQuery(objects: readonly string[], serverVersion: number): string {
  return `WITH ${listed(serverVersion)},
    implied AS MATERIALIZED (
      SELECT classid, objid, deptype FROM pg_depend WHERE deptype IN ('e', 'i', 'P', 'S')),
    made AS MATERIALIZED (
      SELECT l.catalog, l.oid ${OF_USERS}
        AND (l.catalog, l.oid) IN (VALUES ${objects.join(', ')})
        AND NOT EXISTS (SELECT FROM implied i WHERE i.classid = l.catalog AND i.objid = l.oid)
        AND NOT EXISTS (SELECT FROM implied i WHERE i.classid = l.whole_catalog
          AND i.objid = l.whole AND i.deptype = 'e'))
    SELECT i.type AS kind, i.identity AS name
    FROM made, LATERAL pg_identify_object(made.catalog, made.oid, 0) i`;
}

function listed(serverVersion: number): string {
  const known = CATALOGS.filter(({ since = 0 }) => serverVersion >= since);
  return `listed (catalog, oid, schema, whole_catalog, whole) AS (
      ${known.map(selectMade).join(' UNION ALL ')})`;
}

const OF_USERS = `FROM listed l LEFT JOIN (SELECT oid FROM pg_namespace
        WHERE nspname ~ '^pg_(temp|toast)' OR nspname = 'plinth') hidden ON hidden.oid = l.schema
    WHERE l.oid >= 16384 AND hidden.oid IS NULL`;

function selectMade(one: ObjectCatalog): string {
  const { catalog, from = catalog, oid = 'oid', schema = 'NULL::oid', part, where = 'true' } = one;
  const [wholeCatalog, whole] = part ?? [catalog, oid];
  return `SELECT '${catalog}'::regclass, ${oid}, ${schema}, '${wholeCatalog}'::regclass, ${whole} FROM ${from} WHERE ${where}`;
}

/** Large objects are counted up to here: there may be millions. */
const MANY = 1000;

const THIS_DATABASE = '(SELECT oid FROM pg_database WHERE datname = current_database())';

/** What is said of the database as a whole, and of objects in ways that no kind reads. */
export function databaseFactsQuery(serverVersion: number): string {
  const parameters = `
    UNION ALL
    SELECT 'privileges on a parameter', parname FROM pg_parameter_acl`;
  return `
    SELECT 'database setting' AS kind, split_part(c.setting, '=', 1) AS name
    FROM pg_db_role_setting s, unnest(s.setconfig) c(setting)
    WHERE s.setrole = 0 AND s.setdatabase = ${THIS_DATABASE}
    UNION ALL
    SELECT 'setting of all roles', split_part(c.setting, '=', 1)
    FROM pg_db_role_setting s, unnest(s.setconfig) c(setting)
    WHERE s.setrole = 0 AND s.setdatabase = 0
    UNION ALL
    SELECT 'privileges on the database', datname::text FROM pg_database
    WHERE datname = current_database() AND datacl IS NOT NULL
    UNION ALL
    SELECT 'comment on the database', current_database()::text FROM pg_shdescription
    WHERE classoid = 'pg_database'::regclass AND objoid = ${THIS_DATABASE}
      AND description <> 'default administrative connection database'
    UNION ALL
    SELECT 'large objects', CASE WHEN n < ${MANY} THEN n::text ELSE 'at least ${MANY}' END
    FROM (SELECT count(*) AS n FROM (SELECT FROM pg_largeobject_metadata LIMIT ${MANY}) o) c
    WHERE n > 0
    UNION ALL
    SELECT 'security label', l.provider || ' on ' || i.identity
    FROM (
      SELECT classoid, objoid, objsubid, provider FROM pg_seclabel
      UNION ALL
      SELECT classoid, objoid, 0, provider FROM pg_shseclabel
      WHERE classoid = 'pg_authid'::regclass OR objoid = ${THIS_DATABASE}
    ) l, LATERAL pg_identify_object(l.classoid, l.objoid, l.objsubid) i
    WHERE NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = l.classoid AND e.objid = l.objoid
      AND e.deptype = 'e')
    UNION ALL
    SELECT 'secret option', o.option_name || ' of foreign data wrapper ' || w.fdwname
    FROM pg_foreign_data_wrapper w, pg_options_to_table(w.fdwoptions) o
    WHERE ${isSecret('o.option_name')}
    UNION ALL
    SELECT 'secret option', o.option_name || ' of server ' || s.srvname
    FROM pg_foreign_server s, pg_options_to_table(s.srvoptions) o
    WHERE ${isSecret('o.option_name')}
    UNION ALL
    SELECT 'secret option',
      o.option_name || ' of user mapping for ' || m.usename || ' on server ' || m.srvname
    FROM pg_user_mappings m, pg_options_to_table(m.umoptions) o
    WHERE ${isSecret('o.option_name')}
    UNION ALL
    SELECT 'secret option', 'password of subscription ' || s.subname FROM ${SUBSCRIPTIONS}
    WHERE c.has_password${serverVersion < FIRST_OF_15 ? '' : parameters}`;
}
