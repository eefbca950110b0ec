// The kinds `default-privilege` and `default-schema-privilege`: what ALTER DEFAULT PRIVILEGES says
// for one role, one sort of objects, and one schema or all. They are two because the one comes
// before any schema is created, and the other after extensions, which it is not meant for.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject, Privileges } from '../catalog-object.js';
import { type GrantSubject, grantStatements } from '../facets/grant-statements.js';
import { privilegeClass } from '../facets/privilege-class.js';
import { privilegeChanges, STANDARD } from '../facets/privilege-state.js';
import { altered, type KindSpec } from '../kind.js';
import { grantsBeyond } from '../privileges/privilege-difference.js';
import { address, isUserSchema } from '../reading/query-fragments.js';
import type { Statement } from '../statement.js';

export interface DefaultPrivilegeDefinition extends Privileges {
  /** Whose objects get them. */
  readonly role: string;
  /** `null`: in every schema, told against what PostgreSQL gives; else what is added there. */
  readonly schema: string | null;
  /** As pg_default_acl has it: r tables, S sequences, f functions, T types, n schemas … */
  readonly letter: string;
  /** PostgreSQL's word for the sort of objects, in lower case: `tables`. */
  readonly sort: string;
}

type DefaultPrivilege = CatalogObject<DefaultPrivilegeDefinition>;

export function isDefaultPrivilege(object: CatalogObject): object is DefaultPrivilege {
  return object.kind === defaultPrivilege.name || object.kind === defaultSchemaPrivilege.name;
}

const SORT = `CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences'
  WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types' WHEN 'n' THEN 'schemas'
  WHEN 'L' THEN 'large objects' END`;

const LIST = { list: 'd.defaclacl', owner: 'd.defaclrole' };
/** What a schema adds is told by itself; the rest against what PostgreSQL gives. */
const USUAL = {
  list: `CASE WHEN d.defaclnamespace = 0
    THEN acldefault(CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole)
    END`,
  owner: 'd.defaclrole',
};

export const defaultPrivilege = kindOf('default-privilege', `d.defaclobjtype <> 'n'`);
export const defaultSchemaPrivilege = kindOf('default-schema-privilege', `d.defaclobjtype = 'n'`);

function kindOf(name: string, condition: string): KindSpec<DefaultPrivilegeDefinition> {
  return {
    name,
    onlyPrivileges: true,
    presence: { catalog: 'pg_default_acl' },
    query: () => `
      SELECT ARRAY[${address('pg_default_acl', 'd.oid')}] AS addresses,
        array_remove(ARRAY[n.nspname, pg_get_userbyid(d.defaclrole), ${SORT}]::text[], NULL) AS names,
        ${address('pg_namespace', 'n.oid')} AS parent,
        json_build_object('role', pg_get_userbyid(d.defaclrole), 'schema', n.nspname,
          'letter', d.defaclobjtype, 'sort', ${SORT},
          'granted', ${grantsBeyond(LIST, USUAL)}, 'revoked', ${grantsBeyond(USUAL, LIST)})
          AS definition
      FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
      WHERE ${condition} AND (n.oid IS NULL OR ${isUserSchema('n.nspname')})
      ORDER BY 2`,
    target,
    create: (object) => change(object, STANDARD, object.definition),
    drop: (object) => change(object, object.definition, STANDARD),
    alter: (before, after) => altered(...change(after, before.definition, after.definition)),
  };
}

function target({ definition }: DefaultPrivilege): string {
  const place =
    definition.schema === null ? '' : ` IN SCHEMA ${quoteIdentifier(definition.schema)}`;
  return `DEFAULT PRIVILEGES FOR ROLE ${quoteIdentifier(definition.role)}${place}`;
}

function change(
  object: DefaultPrivilege,
  before: Privileges,
  after: Privileges,
): readonly Statement[] {
  const { role, schema, sort } = object.definition;
  const word = sort.toUpperCase();
  const place = schema === null ? '' : ` in schema ${quoteIdentifier(schema)}`;
  const subject: GrantSubject = {
    prefix: `ALTER ${target(object)}`,
    target: word,
    // TABLES is the plural of what is granted on.
    all: privilegeClass(word.slice(0, -1)).all,
    owner: role,
    told: `on ${sort} that ${role} will create${place}`,
  };
  return grantStatements(privilegeChanges(before, after), subject);
}
