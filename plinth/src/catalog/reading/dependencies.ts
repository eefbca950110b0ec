// What depends on what: PostgreSQL's own record of it, between the objects of a catalog.

import type { CatalogObject, Dependency, ObjectId } from '../catalog-object.js';
import { KIND_BY_NAME } from '../kinds.js';
import { type CatalogReader, readRows } from './catalog-reader.js';

interface Links {
  /** The names of PostgreSQL's catalogs by oid. */
  readonly catalogs: Readonly<Record<string, string>>;
  /** A line for each: class, oid and subid of the dependent, the same of its base, the kind. */
  readonly lines: string | null;
}

// Objects below 16384 were there before any user's. A role is named in pg_shdepend. There are
// several rows for each column of a database: one text of them is read three times as fast.
const LINKS = `
  SELECT (SELECT json_object_agg(oid, relname) FROM pg_class
      WHERE relnamespace = 'pg_catalog'::regnamespace AND relkind = 'r') AS catalogs,
    (SELECT string_agg(concat_ws(' ', classid::oid, objid, objsubid,
        refclassid::oid, refobjid, refobjsubid, deptype), E'\n')
      FROM (
        SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype FROM pg_depend
        WHERE deptype NOT IN ('e', 'p') AND objid >= 16384
          AND (refobjid >= 16384
            OR refclassid IN ('pg_namespace'::regclass, 'pg_extension'::regclass))
        UNION ALL
        SELECT classid, objid, objsubid, refclassid, refobjid, 0, 'n' FROM pg_shdepend
        WHERE refclassid = 'pg_authid'::regclass
          AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      ) link) AS lines`;

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
  const find = (catalog: string, oid: string, subId: string): ObjectId | undefined => {
    const address = `${catalog}:${oid}:${subId}`;
    const id = byAddress.get(address) ?? members.get(address);
    // A column that is no object of its own (of a view, say) stands for its relation.
    return id === undefined && subId !== '0' ? find(catalog, oid, '0') : id;
  };
  const found = new Map<string, Dependency>();
  const add = (dependent: ObjectId, on: ObjectId, automatic: boolean): void => {
    if (dependent === on) return;
    const key = `${dependent}\n${on}`;
    // Where there are two ways to depend, the one that DROP follows without CASCADE counts.
    if (found.get(key)?.strength === 'automatic') return;
    found.set(key, { dependent, on, strength: automatic ? 'automatic' : 'normal' });
  };
  const [links] = await readRows<Links>(connection, LINKS);
  for (const line of links?.lines?.split('\n') ?? []) {
    const [own = '', oid = '', subId = '', base = '', baseOid = '', baseSubId = '', type = ''] =
      line.split(' ');
    const dependent = find(links?.catalogs[own] ?? '', oid, subId);
    if (dependent === undefined) continue;
    const on = find(links?.catalogs[base] ?? '', baseOid, baseSubId);
    if (on !== undefined) add(dependent, on, AUTOMATIC.has(type));
  }
  for (const object of objects) {
    const { id, parent } = object;
    // A column goes with its table; a table in a schema depends on it as PostgreSQL says.
    if (parent !== null && !found.has(`${id}\n${parent}`)) add(id, parent, true);
    for (const on of KIND_BY_NAME.get(object.kind)?.requires?.(object) ?? []) add(id, on, false);
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

/** The kinds of dependency with which DROP takes the dependent along. */
const AUTOMATIC: ReadonlySet<string> = new Set(['a', 'i', 'P', 'S']);

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
