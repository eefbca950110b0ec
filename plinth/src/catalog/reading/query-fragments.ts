// Pieces of SQL that the queries of the kinds share. They hold no values of users: only names of
// PostgreSQL's own catalogs and columns.

/** An object's address: `class:oid:subid`. */
export function address(catalog: string, oid: string, subId = '0'): string {
  return `'${catalog}:' || ${oid} || ':' || ${subId}`;
}

/** The condition that a schema is the user's. */
export function isUserSchema(column: string): string {
  return `(${column} !~ '^pg_' AND ${column} NOT IN ('information_schema', 'plinth'))`;
}

/** The condition that no extension owns the object: those come with the extension. */
export function isNotOfExtension(catalog: string, oid: string): string {
  return `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass
    AND e.objid = ${oid} AND e.refclassid = 'pg_extension'::regclass AND e.deptype = 'e')`;
}

/** The same, and that no other object of the database has made it for itself. */
export function standsAlone(catalog: string, oid: string): string {
  return `NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = '${catalog}'::regclass
    AND e.objid = ${oid} AND e.deptype IN ('e', 'i'))`;
}

/**
 * A list of privileges and the default of its kind, as JSON; NULL where the list is the default.
 * `type` is acldefault's letter: r relation, s sequence, f function, n schema, T type …
 */
export function privileges(type: string, list: string, owner: string): string {
  const compared = privilegesAgainst(list, `acldefault('${type}', ${owner})`, owner);
  return `CASE WHEN ${list} IS NULL THEN '{"list":[],"standard":[]}'::json ELSE ${compared} END`;
}

/** The same for what has no default: columns. */
export function columnPrivileges(list: string, owner: string): string {
  return `CASE WHEN ${list} IS NULL THEN '{"list":[],"standard":[]}'::json ELSE json_build_object(
    'list', ${explode(list, owner)}, 'standard', '[]'::json) END`;
}

/** A list of privileges and another one that it is told against, as JSON. */
export function privilegesAgainst(list: string, standard: string, owner: string): string {
  return `json_build_object('list', ${explode(list, owner)}, 'standard', ${explode(standard, owner)})`;
}

/** Of each item: grantee, privilege, whether it may be passed on, grantor; NULL is the owner. */
function explode(list: string, owner: string): string {
  return `(SELECT coalesce(json_agg(json_build_array(
      CASE WHEN g.grantee = ${owner} THEN NULL WHEN g.grantee = 0 THEN 'public'
        ELSE pg_get_userbyid(g.grantee) END, g.privilege_type, g.is_grantable,
      CASE WHEN g.grantor = ${owner} THEN NULL ELSE pg_get_userbyid(g.grantor) END)), '[]'::json)
    FROM aclexplode(${list}) g)`;
}
