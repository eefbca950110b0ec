// How the connection of a subscription is read: without its password, which stays on its server.

/**
 * Only superusers may read it, and a query that merely names its column fails for everyone else:
 * so it is read by a query of its own, which runs for those who may.
 */
const RAW = `CASE WHEN has_column_privilege('pg_subscription', 'subconninfo', 'SELECT') THEN
  convert_from(decode(substring(query_to_xml(format(
    'SELECT encode(convert_to(subconninfo, ''UTF8''), ''hex'') AS c FROM pg_subscription WHERE oid = %s',
    s.oid), false, false, '')::text FROM '<c>([0-9a-f]*)</c>'), 'hex'), 'UTF8') END`;

/** Without `password = …`, among words or in a URL. */
const SHOWN = `btrim(regexp_replace(regexp_replace(regexp_replace(r.raw,
  '(ssl)?password\\s*=\\s*(''(\\\\.|[^''\\\\])*''|[^''\\s&]+)\\s*', '', 'gi'),
  '^(postgres(ql)?://[^:/@]*):[^@/]*@', '\\1@'), '[?&]+$', ''))`;

/**
 * SQL for FROM: the subscriptions `s` of this database, and of each `c.shown`, the connection, and
 * `c.has_password`.
 */
export const SUBSCRIPTIONS = `pg_subscription s
    JOIN pg_database b ON b.oid = s.subdbid AND b.datname = current_database()
    CROSS JOIN LATERAL (SELECT ${RAW} AS raw) r
    CROSS JOIN LATERAL (
      SELECT ${SHOWN} AS shown, coalesce(${SHOWN} <> r.raw, false) AS has_password) c`;
