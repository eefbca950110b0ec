// Pieces of SQL that the queries of the kinds share. They hold no values of users: only names of
// PostgreSQL's own catalogs and columns.

/**
 * An object's address: `class:oid:subid`, where the class is the oid of its catalog, as in
 * pg_depend. The first part of it is a constant to PostgreSQL.
 */
export function address(catalog: string, oid: string, subId?: string): string {
  const end = subId === undefined ? `':0'` : `':' || ${subId}`;
  return `'${catalog}'::regclass::oid::text || ':' || ${oid} || ${end}`;
}

/** The pairs of a definition, in SQL, of which some need not be written into every row. */
export interface DefinitionPairs {
  readonly always: string;
  /** Left out where `isUsual`: they are as the kind's `defaults` say. */
  readonly rest: string;
  readonly isUsual: string;
}

/** A definition as JSON. */
export function sparseDefinition({ always, rest, isUsual }: DefinitionPairs): string {
  return `CASE WHEN ${isUsual} THEN json_build_object(${always})
        ELSE json_build_object(${always}, ${rest}) END AS definition`;
}

/**
 * The names of columns by their numbers, an int2[], as JSON; NULL for none. A look-up for each is
 * cheaper than to join them all, and most keys have one column.
 */
export function columnNames(numbers: string, relation: string): string {
  return `CASE WHEN cardinality(${numbers}) = 1 THEN (SELECT json_build_array(a.attname)
            FROM pg_attribute a WHERE a.attrelid = ${relation} AND a.attnum = (${numbers})[1])
          ELSE (SELECT json_agg(a.attname ORDER BY u.place)
            FROM unnest(${numbers}) WITH ORDINALITY AS u (number, place)
              JOIN pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.number) END`;
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
  return `CASE WHEN ${list} IS NOT NULL THEN ${compared} END`;
}

/** The same for what has no default: columns. */
export function columnPrivileges(list: string, owner: string): string {
  return `CASE WHEN ${list} IS NOT NULL THEN json_build_object(
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
