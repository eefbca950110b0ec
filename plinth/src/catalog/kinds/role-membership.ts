// The kind `role-membership`: that one role is a member of another.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec, type Sides } from '../kind.js';
import { objectId } from '../object-id.js';
import { address } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { isRole } from './role.js';

interface RoleMembershipDefinition {
  readonly role: string;
  readonly member: string;
  /** Who gave it, where it was not a superuser or the role that reads. */
  readonly grantor: string | null;
  readonly admin: boolean;
  /** `null` before PostgreSQL 16: then the member's own attribute decides. */
  readonly inherit: boolean | null;
  /** Whether the member may SET ROLE to it; `null` before PostgreSQL 16, which means yes. */
  readonly set: boolean | null;
}

type Membership = CatalogObject<RoleMembershipDefinition>;

const WITH_OPTIONS = 160_000;

export const roleMembership: KindSpec<RoleMembershipDefinition> = {
  name: 'role-membership',
  query: (serverVersion) => {
    const knows = serverVersion >= WITH_OPTIONS;
    const oid = knows ? 'm.oid' : `m.roleid || '/' || m.member`;
    // Older servers note who gave it and make nothing of it.
    const grantor = knows
      ? `CASE WHEN m.grantor < 16384 OR m.grantor = (SELECT oid FROM pg_roles
          WHERE rolname = current_user) THEN NULL ELSE pg_get_userbyid(m.grantor)::text END`
      : 'NULL::text';
    return `
    SELECT ARRAY[${address('pg_auth_members', oid)}] AS addresses,
      array_remove(ARRAY[r.rolname::text, u.rolname::text, ${grantor}], NULL) AS names,
      ${address('pg_authid', 'u.oid')} AS parent,
      json_build_object('role', r.rolname, 'member', u.rolname, 'grantor', ${grantor},
        'admin', m.admin_option, 'inherit', ${knows ? 'm.inherit_option' : 'NULL'},
        'set', ${knows ? 'm.set_option' : 'NULL'}) AS definition
    FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid JOIN pg_roles u ON u.oid = m.member
    WHERE u.oid >= 16384 AND u.rolname <> current_user
    ORDER BY r.rolname, u.rolname`;
  },
  target: ({ definition: { role, member } }) =>
    `${quoteIdentifier(role)} TO ${quoteIdentifier(member)}`,
  requires: ({ definition: { role, grantor } }) => [
    ...(isPredefined(role) ? [] : [objectId('role', [role])]),
    // Only who is a member with the admin option can make others members.
    ...(grantor === null ? [] : [objectId('role-membership', [role, grantor])]),
  ],
  create: (object, sides) => [grant(object, sides)],
  drop: ({ definition: { role, member, grantor } }) => [
    statement(`REVOKE ${quoteIdentifier(role)} FROM ${quoteIdentifier(member)}${by(grantor)}`, {
      hazards: [{ kind: 'breaks-code', message: `${member} may no longer do what ${role} may` }],
    }),
  ],
  alter: (before, after, sides) => altered(...change(before, after, sides)),
};

function isPredefined(role: string): boolean {
  return role.startsWith('pg_');
}

function by(grantor: string | null): string {
  return grantor === null ? '' : ` GRANTED BY ${quoteIdentifier(grantor)}`;
}

function change(before: Membership, after: Membership, sides: Sides): readonly Statement[] {
  const { role, member, admin } = after.definition;
  const isLess = before.definition.admin && !admin;
  // Without the options of PostgreSQL 16, GRANT can only give more.
  if (!isLess || after.definition.set !== null) return [grant(after, sides)];
  const [to, from] = [quoteIdentifier(role), quoteIdentifier(member)];
  const message = `${member} may no longer make others members of ${role}`;
  return [
    statement(`REVOKE ADMIN OPTION FOR ${to} FROM ${from}`, {
      hazards: [{ kind: 'breaks-code', message }],
    }),
  ];
}

function grant(object: Membership, sides: Sides): Statement {
  const { role, member, grantor } = object.definition;
  const options = optionsOf(object, sides);
  const end = options.length === 0 ? '' : ` WITH ${options.join(', ')}`;
  const sql = `GRANT ${quoteIdentifier(role)} TO ${quoteIdentifier(member)}${end}${by(grantor)}`;
  const message = `${member} may do what ${role} may`;
  const isNew = sides.isCreated(objectId('role', [member]));
  return statement(sql, { hazards: isNew ? [] : [{ kind: 'widens-privileges', message }] });
}

/** What GRANT would not do by itself, or, for a membership that is there, leave as it is. */
function optionsOf(object: Membership, sides: Sides): readonly string[] {
  const { admin, inherit, set } = object.definition;
  const before = sides.isCreated(object.id) ? undefined : sides.before(object.id);
  if (set === null || inherit === null) return admin ? ['ADMIN OPTION'] : [];
  if (before !== undefined) {
    return [`ADMIN ${word(admin)}`, `INHERIT ${word(inherit)}`, `SET ${word(set)}`];
  }
  return [
    ...(admin ? ['ADMIN TRUE'] : []),
    ...(inherit === inheritsByItself(object, sides) ? [] : [`INHERIT ${word(inherit)}`]),
    ...(set ? [] : ['SET FALSE']),
  ];
}

/** `undefined` where the member is not in the catalog: then it has to be said. */
function inheritsByItself(object: Membership, sides: Sides): boolean | undefined {
  const member = sides.after(objectId('role', [object.definition.member]));
  return member !== undefined && isRole(member) ? member.definition.inherit : undefined;
}

function word(option: boolean): string {
  return option ? 'TRUE' : 'FALSE';
}
