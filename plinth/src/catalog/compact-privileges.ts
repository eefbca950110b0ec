// Reduces a list of privileges to its difference from the default of its kind.

import type { Grant, Privileges } from './catalog-object.js';
import type { RawGrant, RawPrivileges } from './kind.js';

/** What a list grants beyond the default, and what of the default it lacks. */
export function compactPrivileges({ list, standard }: RawPrivileges): Privileges {
  const has = new Set(list.map(keyOf));
  const given = new Set(standard.map(keyOf));
  return {
    granted: list.filter((grant) => !given.has(keyOf(grant))).map(toGrant),
    revoked: standard.filter((grant) => !has.has(keyOf(grant))).map(toGrant),
  };
}

function keyOf(grant: RawGrant): string {
  return JSON.stringify(grant);
}

function toGrant([grantee, privilege, grantable]: RawGrant): Grant {
  return { grantee, privilege, grantable };
}
