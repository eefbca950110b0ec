// Roles as GRANT and CREATE POLICY name them.

import { is } from 'drizzle-orm';
import { PgRole } from 'drizzle-orm/pg-core';
import { quoteIdentifier } from '../sql/index.js';

/** A role, by its name or as `pgRole` made it; or `public`, `current_user` … */
export type RoleName = string | PgRole;

export type RoleNames = RoleName | readonly RoleName[];

const KEYWORDS: ReadonlySet<string> = new Set([
  'public',
  'current_role',
  'current_user',
  'session_user',
]);

/** Roles with commas between them. */
export function writeRoles(roles: unknown): string {
  return listRoles(roles).map(writeRole).join(', ');
}

/** The roles of `pgRole` among them. */
export function rolesIn(roles: unknown): readonly PgRole[] {
  return listRoles(roles).filter((role) => is(role, PgRole));
}

function writeRole(role: RoleName): string {
  if (is(role, PgRole)) return quoteIdentifier(role.name);
  return KEYWORDS.has(role.toLowerCase()) ? role.toUpperCase() : quoteIdentifier(role);
}

// Drizzle lets the roles of a policy be lists in lists.
function listRoles(roles: unknown): readonly RoleName[] {
  if (Array.isArray(roles)) return roles.flatMap(listRoles);
  return typeof roles === 'string' || is(roles, PgRole) ? [roles] : [];
}
