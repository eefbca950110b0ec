// The extra for attributes of a role that pgRole has no option for. It knows no password: models
// are code, and code is no place for one.

import { is } from 'drizzle-orm';
import { PgRole } from 'drizzle-orm/pg-core';
import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import type { Part } from '../part.js';
import { type RoleName, type RoleNames, rolesIn, writeRoles } from '../role-name.js';
import { asExtra, type Extra } from './extra.js';

export interface RoleAttributes {
  readonly login?: boolean;
  readonly superuser?: boolean;
  readonly bypassRls?: boolean;
  readonly replication?: boolean;
  readonly createDb?: boolean;
  readonly createRole?: boolean;
  readonly inherit?: boolean;
  /** -1 is no limit. */
  readonly connectionLimit?: number;
  /** As SQL writes a time: `'2030-01-01'`, `'infinity'`. */
  readonly validUntil?: string;
  /** Roles it becomes a member of. */
  readonly memberOf?: RoleNames;
}

const WORDS = [
  ['login', 'LOGIN'],
  ['superuser', 'SUPERUSER'],
  ['bypassRls', 'BYPASSRLS'],
  ['replication', 'REPLICATION'],
  ['createDb', 'CREATEDB'],
  ['createRole', 'CREATEROLE'],
  ['inherit', 'INHERIT'],
] as const;

/**
 * ALTER ROLE, and GRANT of other roles to it.
 *
 * @example export const appMayLogIn = roleAttributes(app, { login: true, bypassRls: false });
 */
export function roleAttributes(role: RoleName, attributes: RoleAttributes): Extra {
  const { memberOf = [] } = attributes;
  return asExtra({
    kind: 'standing',
    roles: [...rolesIn(role), ...rolesIn(memberOf)],
    write: () => writeAttributes(role, attributes),
  });
}

function writeAttributes(role: RoleName, attributes: RoleAttributes): readonly Part[] {
  const name = is(role, PgRole) ? role.name : role;
  const { connectionLimit, validUntil, memberOf = [] } = attributes;
  const words = [
    ...WORDS.flatMap(([attribute, word]) => {
      const value = attributes[attribute];
      return value === undefined ? [] : [value ? word : `NO${word}`];
    }),
    ...(connectionLimit === undefined ? [] : [`CONNECTION LIMIT ${connectionLimit}`]),
    ...(validUntil === undefined ? [] : [`VALID UNTIL ${quoteLiteral(validUntil)}`]),
  ];
  const groups = writeRoles(memberOf);
  return [
    ...(words.length === 0 ? [] : [`ALTER ROLE ${quoteIdentifier(name)} ${words.join(' ')}`]),
    ...(groups === '' ? [] : [`GRANT ${groups} TO ${quoteIdentifier(name)}`]),
  ].map((sql) => ({ phase: 'role', sql }));
}
