// Privileges as a state that can be compared: who may do what, by whose grant. Pure.

import type { Grant, Privileges } from '../catalog-object.js';

/** What has to be taken and given to come from one state to another. */
export interface PrivilegeChanges {
  readonly revoked: readonly Grant[];
  /** What stays and may no longer be passed on. */
  readonly optionRevoked: readonly Grant[];
  /** With `grantable` where it may be passed on, be it new or not. */
  readonly granted: readonly Grant[];
}

/** As PostgreSQL gives them by itself. */
export const STANDARD: Privileges = { granted: [], revoked: [] };

export const UNCHANGED: PrivilegeChanges = { revoked: [], optionRevoked: [], granted: [] };

/** Both are told against the same default; what neither names is equal. */
export function privilegeChanges(before: Privileges, after: Privileges): PrivilegeChanges {
  // So it is with most objects.
  if (isStandard(before) && isStandard(after)) return UNCHANGED;
  const standard = new Map(
    [...before.revoked, ...after.revoked].map((grant) => [grantKey(grant), grant]),
  );
  const old = stateOf(before, standard);
  const wanted = stateOf(after, standard);
  const kept = [...wanted].map(([key, grant]) => ({ grant, had: old.get(key) }));
  return {
    revoked: [...old].filter(([key]) => !wanted.has(key)).map(([, grant]) => grant),
    optionRevoked: kept
      .filter(({ grant, had }) => had?.grantable === true && !grant.grantable)
      .map(({ grant }) => grant),
    granted: kept
      .filter(({ grant, had }) => had === undefined || (grant.grantable && !had.grantable))
      .map(({ grant }) => grant),
  };
}

function isStandard({ granted, revoked }: Privileges): boolean {
  return granted.length === 0 && revoked.length === 0;
}

type State = ReadonlyMap<string, Grant>;

/** Names a grant whatever its option. */
export function grantKey({ grantee, privilege, grantor }: Grant): string {
  return JSON.stringify([grantor ?? null, grantee, privilege]);
}

function stateOf({ granted, revoked }: Privileges, standard: State): State {
  const state = new Map(standard);
  for (const grant of revoked) state.delete(grantKey(grant));
  for (const grant of granted) {
    const key = grantKey(grant);
    // The stronger of two entries counts.
    if (state.get(key)?.grantable !== true) state.set(key, grant);
  }
  return state;
}

/**
 * What privileges become when the owner changes: those that the new owner had as anyone else, and
 * had given as anyone else, become the owner's.
 *
 * @param ownsAll Whether the owner has every privilege by default, as on all but columns.
 */
export function withOwner(
  { granted, revoked }: Privileges,
  owner: string,
  ownsAll: boolean,
): Privileges {
  const isNew = ({ grantee }: Grant): boolean => grantee === owner;
  const others = granted.filter((grant) => !isNew(grant)).map((grant) => withGrantor(grant, owner));
  const own = granted.filter(isNew).map(({ privilege, grantable }) => ({ privilege, grantable }));
  const had = new Set(own.map(({ privilege }) => privilege));
  const kept = revoked.filter((grant) => grant.grantee !== null || !had.has(grant.privilege));
  // Only what is more than the default stands among the granted, in the place of the default.
  const more = own.filter(({ grantable }) => grantable || !ownsAll);
  const replaced = ownsAll ? more.map(({ privilege }) => ownGrant(privilege, false)) : [];
  return {
    granted: [...others, ...more.map(({ privilege, grantable }) => ownGrant(privilege, grantable))],
    revoked: [...kept, ...replaced],
  };
}

function ownGrant(privilege: string, grantable: boolean): Grant {
  return { grantee: null, privilege, grantable };
}

function withGrantor({ grantor, ...grant }: Grant, owner: string): Grant {
  return grantor === undefined || grantor === owner ? grant : { ...grant, grantor };
}
