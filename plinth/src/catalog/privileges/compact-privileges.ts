// Reduces a list of privileges to its difference from the default of its kind.

import type { Grant, Privileges } from '../catalog-object.js';
import type { RawGrant, RawPrivileges } from '../kind.js';

/** What a list grants beyond the default, and what of the default it lacks; both sorted. */
export function compactPrivileges({ list, standard }: RawPrivileges): Privileges {
  const has = keysOf(list);
  const given = keysOf(standard);
  return { granted: without(has, given), revoked: without(given, has) };
}

/** By its JSON, so that the order is the same whatever ids the roles of a server have. */
function keysOf(grants: readonly RawGrant[]): ReadonlyMap<string, RawGrant> {
  return new Map(grants.map((grant) => [JSON.stringify(grant), grant]));
}

function without(
  grants: ReadonlyMap<string, RawGrant>,
  others: ReadonlyMap<string, RawGrant>,
): readonly Grant[] {
  return [...grants]
    .filter(([key]) => !others.has(key))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, grant]) => toGrant(grant));
}

function toGrant([grantee, privilege, grantable, grantor]: RawGrant): Grant {
  const grant = { grantee, privilege, grantable };
  return grantor === null ? grant : { ...grant, grantor };
}
