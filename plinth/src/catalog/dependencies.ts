// What depends on what: PostgreSQL's own record of it, between the objects of a catalog.

import type { CatalogObject, Dependency, ObjectId } from './catalog-object.js';
import { type CatalogReader, readRows } from './catalog-reader.js';
import { KIND_BY_NAME } from './kinds.js';

interface Row {
  readonly dependent: string;
  readonly on: string;
  readonly automatic: boolean;
}

// Objects below 16384 were there before any user's. A role is named in pg_shdepend.
const QUERY = `
  SELECT classid::regclass || ':' || objid || ':' || objsubid AS dependent,
    refclassid::regclass || ':' || refobjid || ':' || refobjsubid AS "on",
    deptype IN ('a', 'i', 'P', 'S') AS automatic
  FROM pg_depend
  WHERE deptype <> 'e' AND deptype <> 'p' AND objid >= 16384
    AND (refobjid >= 16384 OR refclassid IN ('pg_namespace'::regclass, 'pg_extension'::regclass))
  UNION ALL
  SELECT classid::regclass || ':' || objid || ':' || objsubid, 'pg_authid:' || refobjid || ':0', false
  FROM pg_shdepend
  WHERE refclassid = 'pg_authid'::regclass
    AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())`;

// Types, functions and other things that came with an extension stand for it.
const MEMBERS = `
  SELECT classid::regclass || ':' || objid || ':' || objsubid AS member,
    'pg_extension:' || refobjid || ':0' AS extension
  FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
  UNION ALL
  SELECT 'pg_type:' || t.typarray || ':0', 'pg_extension:' || d.refobjid || ':0'
  FROM pg_depend d JOIN pg_type t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
  WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass AND t.typarray <> 0`;

/** Every dependency between two objects of the catalog, once, sorted. */
export async function readDependencies(
  connection: CatalogReader,
  byAddress: ReadonlyMap<string, ObjectId>,
  objects: readonly CatalogObject[],
): Promise<readonly Dependency[]> {
  const members = await readMembers(connection, byAddress);
  const find = (address: string): ObjectId | undefined =>
    byAddress.get(address) ?? members.get(address) ?? byAddress.get(wholeOf(address));
  const found = new Map<string, Dependency>();
  const add = (dependent: ObjectId, on: ObjectId, automatic: boolean): void => {
    if (dependent === on) return;
    const key = `${dependent}\n${on}`;
    // Where there are two ways to depend, the one that DROP refuses on counts.
    if (found.get(key)?.strength === 'normal') return;
    found.set(key, { dependent, on, strength: automatic ? 'automatic' : 'normal' });
  };
  for (const row of await readRows<Row>(connection, QUERY)) {
    const dependent = find(row.dependent);
    const on = find(row.on);
    if (dependent !== undefined && on !== undefined) add(dependent, on, row.automatic);
  }
  for (const object of objects) {
    for (const id of KIND_BY_NAME.get(object.kind)?.requires?.(object) ?? []) {
      add(object.id, id, false);
    }
    // A column goes with its table; a table in a schema depends on it as PostgreSQL says.
    if (object.parent !== null) add(object.id, object.parent, true);
  }
  return [...found.values()].sort(byText);
}

function byText(a: Dependency, b: Dependency): number {
  return compare(a.dependent, b.dependent) || compare(a.on, b.on);
}

/** By code unit: the order must not depend on a locale. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A column that is no object of its own (of a view, say) stands for its relation. */
function wholeOf(address: string): string {
  return address.replace(/:\d+$/, ':0');
}

async function readMembers(
  connection: CatalogReader,
  byAddress: ReadonlyMap<string, ObjectId>,
): Promise<ReadonlyMap<string, ObjectId>> {
  const members = new Map<string, ObjectId>();
  const rows = await readRows<{ member: string; extension: string }>(connection, MEMBERS);
  for (const { member, extension } of rows) {
    const id = byAddress.get(extension);
    if (id !== undefined) members.set(member, id);
  }
  return members;
}
