// What an object has from its birth: its owner, and the privileges and the comment that PostgreSQL
// gives it without being asked. It reads the default privileges of a catalog.

import type { Catalog, CatalogObject, Grant, Privileges } from '../catalog-object.js';
import type { Kind } from '../kind.js';
import { isDefaultPrivilege } from '../kinds/default-privilege.js';
import { KIND_BY_NAME } from '../kinds.js';
import { PUBLIC_SCHEMA, publicSchemaGrants } from '../reading/public-schema.js';
import { type PrivilegeClass, privilegeClass } from './privilege-class.js';
import { grantKey, STANDARD } from './privilege-state.js';

export interface BornWith {
  /** The role that creates objects, and so owns them. */
  readonly role: string;
  /** Told against the default of its kind, as in a catalog. */
  privileges(object: CatalogObject): Privileges;
  comment(object: CatalogObject): string | null;
}

/**
 * For objects that `catalog.role` creates while the default privileges of the catalog are in
 * force. Those of other roles do not count: PostgreSQL looks at who creates.
 */
export function bornWith({ objects, role, serverVersion }: Catalog): BornWith {
  const places = new Map<string, Privileges>();
  for (const object of objects) {
    if (!isDefaultPrivilege(object) || object.definition.role !== role) continue;
    const { schema, letter, granted, revoked } = object.definition;
    places.set(placeKey(schema, letter), { granted, revoked });
  }
  return {
    role,
    privileges(object) {
      const isPublic = object.names.length === 1 && object.names[0] === PUBLIC_SCHEMA;
      if (places.size === 0 && !isPublic) return STANDARD;
      const kind = KIND_BY_NAME.get(object.kind);
      const given = kind && classOf(kind, object);
      if (given === undefined || given.letter === null) return STANDARD;
      const everywhere = places.get(placeKey(null, given.letter)) ?? STANDARD;
      if (object.names.length > 1) {
        const here = places.get(placeKey(object.names[0] ?? null, given.letter));
        return here === undefined ? everywhere : add(everywhere, here.granted, given);
      }
      return isPublic ? retell(everywhere, publicSchemaGrants(serverVersion)) : everywhere;
    },
    comment: (object) => KIND_BY_NAME.get(object.kind)?.bornComment?.(object) ?? null,
  };
}

function placeKey(schema: string | null, letter: string): string {
  return JSON.stringify([schema, letter]);
}

/** Columns have none of their own from birth. */
function classOf(kind: Kind, object: CatalogObject): PrivilegeClass | undefined {
  if (kind.grantColumns !== undefined) return undefined;
  return privilegeClass(kind.grantTarget?.(object) ?? kind.target(object));
}

/** What a schema adds to what holds everywhere: it never takes. */
function add(
  { granted, revoked }: Privileges,
  added: readonly Grant[],
  { everyone }: PrivilegeClass,
): Privileges {
  const back = new Set(added.map(grantKey));
  const isUsual = ({ grantee, privilege, grantable }: Grant): boolean =>
    !grantable && (grantee === null || (grantee === 'public' && everyone.includes(privilege)));
  const news = added.filter((grant) => !isUsual(grant));
  return {
    granted: [...granted, ...news],
    revoked: revoked.filter((grant) => !back.has(grantKey(grant))),
  };
}

/** Privileges told against one default, told against the default with `more` in it. */
function retell({ granted, revoked }: Privileges, more: readonly Grant[]): Privileges {
  const has = new Set(granted.map(grantKey));
  const usual = new Set(more.map(grantKey));
  return {
    granted: granted.filter((grant) => !usual.has(grantKey(grant))),
    revoked: [...revoked, ...more.filter((grant) => !has.has(grantKey(grant)))],
  };
}
