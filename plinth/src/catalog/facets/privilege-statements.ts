// GRANT and REVOKE for an object whose privileges change, and for the columns of a table that
// lose theirs by the way. It knows no kind by name.

import type { CatalogObject, Grant } from '../catalog-object.js';
import type { Kind, Sides } from '../kind.js';
import { KIND_BY_NAME } from '../kinds.js';
import type { Statement } from '../statement.js';
import type { FacetChange } from './facet-change.js';
import { type GrantSubject, grantStatements } from './grant-statements.js';
import { COLUMN_PRIVILEGES, privilegeClass } from './privilege-class.js';
import {
  grantKey,
  type PrivilegeChanges,
  privilegeChanges,
  STANDARD,
  UNCHANGED,
  withOwner,
} from './privilege-state.js';
import { sayTarget } from './say-target.js';

/** Nothing for a kind without privileges. */
export function privilegeStatements(change: FacetChange): readonly Statement[] {
  const { kind, before, after, born, sides } = change;
  if (after.privileges === null) return [];
  const old = before === undefined ? born.privileges(after) : (before.privileges ?? STANDARD);
  const owners = ownersOf(change);
  const isWhole = kind.grantColumns === undefined;
  const handed = owners.before === owners.after ? old : withOwner(old, owners.after, isWhole);
  const changes = privilegeChanges(handed, after.privileges);
  if (changes === UNCHANGED) return [];
  const subject = subjectOf(kind, after, owners.after, before !== undefined);
  return [
    ...grantStatements(changes, subject),
    ...regrantColumns(after, changes, owners.after, sides),
  ];
}

interface Owners {
  readonly before: string;
  readonly after: string;
}

/** Of a column, those of its table. */
function ownersOf({ before, after, born, sides }: FacetChange): Owners {
  const old = before === undefined ? born.role : ownerOf(before, sides.before, sides);
  const owner = ownerOf(after, sides.after, sides) ?? old ?? born.role;
  return { before: old ?? owner, after: owner };
}

function ownerOf(object: CatalogObject, find: Sides['before'], sides: Sides): string | undefined {
  if (object.owner !== null) return object.owner;
  const parent = object.parent === null ? undefined : find.call(sides, object.parent);
  return parent && ownerOf(parent, find, sides);
}

function subjectOf(
  kind: Kind,
  object: CatalogObject,
  owner: string,
  isLive: boolean,
): GrantSubject {
  const target = kind.grantTarget?.(object) ?? kind.target(object);
  const columns = kind.grantColumns?.(object);
  const all = columns === undefined ? privilegeClass(target).all : COLUMN_PRIVILEGES;
  const whole = `on ${sayTarget(target)}`;
  const told = columns === undefined ? whole : `${columns} ${whole}`;
  return {
    target,
    all,
    owner,
    ...(columns === undefined ? {} : { columns }),
    ...(isLive ? { told } : {}),
  };
}

/** PostgreSQL revokes on every column what it revokes on the table. What shall stay comes back. */
function regrantColumns(
  table: CatalogObject,
  { revoked, optionRevoked }: PrivilegeChanges,
  owner: string,
  sides: Sides,
): readonly Statement[] {
  if (revoked.length === 0 && optionRevoked.length === 0) return [];
  const gone = grantsByKey(revoked);
  const weaker = grantsByKey(optionRevoked);
  return sides.partsAfter(table.id).flatMap((part) => {
    const kind = KIND_BY_NAME.get(part.kind);
    const had = sides.isCreated(part.id) ? undefined : sides.before(part.id)?.privileges;
    if (kind?.grantColumns === undefined || !had || part.privileges === null) return [];
    const wanted = grantsByKey(part.privileges.granted);
    const granted = had.granted.filter((grant) => {
      const key = grantKey(grant);
      if (wanted.get(key)?.grantable !== grant.grantable) return false;
      return gone.has(key) || (grant.grantable && weaker.has(key));
    });
    const changes = { revoked: [], optionRevoked: [], granted };
    return grantStatements(changes, subjectOf(kind, part, owner, false));
  });
}

function grantsByKey(grants: readonly Grant[]): ReadonlyMap<string, Grant> {
  return new Map(grants.map((grant) => [grantKey(grant), grant]));
}
