// The kind `shipped-privileges`: privileges that were changed on what came with PostgreSQL (system
// columns of tables too) or with an extension, and so is no object of its own.

import type { CatalogObject, ObjectId, Privileges } from '../catalog-object.js';
import { type GrantSubject, grantStatements } from '../facets/grant-statements.js';
import { COLUMN_PRIVILEGES, privilegeClass } from '../facets/privilege-class.js';
import { privilegeChanges, STANDARD } from '../facets/privilege-state.js';
import { sayTarget } from '../facets/say-target.js';
import { altered, type KindSpec } from '../kind.js';
import { objectId } from '../object-id.js';
import { grantsBeyond } from '../privileges/privilege-difference.js';
import { address, isUserSchema } from '../reading/query-fragments.js';
import type { Statement } from '../statement.js';

/** Told against what came: pg_init_privs has that. */
interface ShippedPrivilegesDefinition extends Privileges {
  /** As GRANT … ON names it. */
  readonly on: string;
  /** `(rolname)` where it is about a column. */
  readonly columns: string | null;
  readonly owner: string;
}

type ShippedPrivileges = CatalogObject<ShippedPrivilegesDefinition>;

/** What has a list of privileges. Of PostgreSQL's schemas only pg_catalog is anybody's to grant. */
const LISTED = `listed (catalog, oid, subid, word, namespace, name, acl, owner, letter) AS (
      SELECT 'pg_class'::regclass, oid, 0,
        CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, relnamespace, relname::text,
        relacl, relowner, CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END
      FROM pg_class WHERE relacl IS NOT NULL
      UNION ALL
      SELECT 'pg_class'::regclass, c.oid, a.attnum, 'TABLE', c.relnamespace, c.relname::text,
        a.attacl, c.relowner, 'c'
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE a.attacl IS NOT NULL
      UNION ALL
      SELECT 'pg_proc'::regclass, oid, 0,
        CASE prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, pronamespace, proname::text,
        proacl, proowner, 'f'
      FROM pg_proc WHERE proacl IS NOT NULL
      UNION ALL
      SELECT 'pg_type'::regclass, oid, 0, 'TYPE', typnamespace, typname::text, typacl, typowner, 'T'
      FROM pg_type WHERE typacl IS NOT NULL
      UNION ALL
      SELECT 'pg_language'::regclass, oid, 0, 'LANGUAGE', NULL, lanname::text, lanacl, lanowner, 'l'
      FROM pg_language WHERE lanacl IS NOT NULL
      UNION ALL
      SELECT 'pg_namespace'::regclass, oid, 0, 'SCHEMA', NULL, nspname::text, nspacl, nspowner, 'n'
      FROM pg_namespace WHERE nspacl IS NOT NULL AND nspname NOT IN ('public', 'information_schema')
      UNION ALL
      SELECT 'pg_foreign_data_wrapper'::regclass, oid, 0, 'FOREIGN DATA WRAPPER', NULL,
        fdwname::text, fdwacl, fdwowner, 'F'
      FROM pg_foreign_data_wrapper WHERE fdwacl IS NOT NULL
      UNION ALL
      SELECT 'pg_foreign_server'::regclass, oid, 0, 'FOREIGN SERVER', NULL, srvname::text, srvacl,
        srvowner, 'S'
      FROM pg_foreign_server WHERE srvacl IS NOT NULL)`;

const NOW = { list: 'c.acl', owner: 'c.owner' };
/** Noted with the owner of that day, who gave everything. */
const BEFORE = { list: 'c.came', owner: 'g.grantor' };

export const shippedPrivileges: KindSpec<ShippedPrivilegesDefinition> = {
  name: 'shipped-privileges',
  onlyPrivileges: true,
  query: () => `
    WITH member AS (
      SELECT classid, objid, refobjid AS extension FROM pg_depend
      WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
    ), ${LISTED},
    changed AS MATERIALIZED (
      SELECT l.*, n.nspname, m.extension,
        coalesce(i.initprivs, acldefault(l.letter, l.owner)) AS came
      FROM listed l LEFT JOIN pg_namespace n ON n.oid = l.namespace
        LEFT JOIN member m ON m.classid = l.catalog AND m.objid = l.oid
        LEFT JOIN pg_init_privs i ON i.classoid = l.catalog AND i.objoid = l.oid
          AND i.objsubid = l.subid
      WHERE l.acl IS DISTINCT FROM i.initprivs
        AND (m.extension IS NOT NULL OR (l.subid < 0 AND ${isUserSchema('n.nspname')})
          OR (l.oid < 16384 AND coalesce(n.nspname, 'pg_catalog') = 'pg_catalog'))
    )
    SELECT ARRAY['pg_init_privs:' || c.catalog || '/' || c.oid || ':' || c.subid] AS addresses,
      array_remove(ARRAY[lower(c.word), c.nspname, c.name, a.attname]::text[], NULL) AS names,
      f.arguments AS signature,
      CASE WHEN c.extension IS NOT NULL THEN ${address('pg_extension', 'c.extension')}
        WHEN c.oid >= 16384 THEN ${address('pg_class', 'c.oid')} END AS parent,
      json_build_object(
        'on', c.word || ' ' || coalesce(quote_ident(c.nspname) || '.', '') || quote_ident(c.name)
          || coalesce('(' || f.arguments || ')', ''),
        'columns', '(' || quote_ident(a.attname) || ')', 'owner', pg_get_userbyid(c.owner),
        'granted', d.granted, 'revoked', d.revoked) AS definition
    FROM changed c
      LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = c.subid AND c.subid <> 0
      LEFT JOIN LATERAL (SELECT pg_get_function_identity_arguments(c.oid) AS arguments
        WHERE c.catalog = 'pg_proc'::regclass) f ON true
      CROSS JOIN LATERAL (SELECT ${grantsBeyond(NOW, BEFORE)} AS granted,
        ${grantsBeyond(BEFORE, NOW)} AS revoked) d
    WHERE d.granted::text <> '[]' OR d.revoked::text <> '[]'
    ORDER BY 2`,
  target: ({ definition }) => definition.on,
  requires: ({ definition: { granted, revoked } }) => rolesOf([...granted, ...revoked]),
  create: (object) => change(object, STANDARD, object.definition),
  drop: (object) => change(object, object.definition, STANDARD),
  // The owner is whoever set the server up.
  isSame: ({ definition: before }, { definition: after }) =>
    JSON.stringify([before.granted, before.revoked]) ===
    JSON.stringify([after.granted, after.revoked]),
  alter: (before, after) => altered(...change(after, before.definition, after.definition)),
};

function rolesOf(grants: Privileges['granted']): readonly ObjectId[] {
  const names = grants.flatMap(({ grantee, grantor }) => [grantee, grantor ?? null]);
  return [...new Set(names)]
    .filter((name) => name !== null)
    .filter((name) => name !== 'public' && !name.startsWith('pg_'))
    .map((name) => objectId('role', [name]));
}

function change(
  { definition: { on, columns, owner } }: ShippedPrivileges,
  before: Privileges,
  after: Privileges,
): readonly Statement[] {
  const told = `on ${sayTarget(on)}`;
  const subject: GrantSubject =
    columns === null
      ? { target: on, all: privilegeClass(on).all, owner, told }
      : { target: on, columns, all: COLUMN_PRIVILEGES, owner, told: `${columns} ${told}` };
  return grantStatements(privilegeChanges(before, after), subject);
}
