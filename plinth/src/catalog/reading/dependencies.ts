// What depends on what: PostgreSQL's own record of it, between the objects of a catalog.

import type { CatalogObject, Dependency, ObjectId } from '../catalog-object.js';
import { KIND_BY_NAME } from '../kinds.js';
import { compareText } from './compare-text.js';
import { address } from './query-fragments.js';

/** What `LINKS` reads, in its only row. */
export interface Links {
  /** A line for each: the addresses of the dependent and of its base, and pg_depend's letter. */
  readonly lines: string | null;
}

// Objects below 16384 were there before any user's. A role is named in pg_shdepend. There are
// several rows for each column of a database: one text of them is read three times as fast.
export const LINKS = `
  SELECT string_agg(concat_ws(' ', concat_ws(':', classid, objid, objsubid),
      concat_ws(':', refclassid, refobjid, refobjsubid), deptype), E'\n') AS lines
  FROM (
    SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype FROM pg_depend
    WHERE deptype NOT IN ('e', 'p') AND objid >= 16384
      AND (refobjid >= 16384
        OR refclassid IN ('pg_namespace'::regclass, 'pg_extension'::regclass))
    UNION ALL
    SELECT classid, objid, objsubid, refclassid, refobjid, 0, 'n' FROM pg_shdepend
    WHERE refclassid = 'pg_authid'::regclass
      AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  ) link`;

/** What `MEMBERS` reads: the addresses of something and of the extension that it came with. */
export interface Member {
  readonly member: string;
  readonly extension: string;
}

// Types, functions and other things that came with an extension stand for it.
export const MEMBERS = `
  SELECT concat_ws(':', classid, objid, objsubid) AS member,
    ${address('pg_extension', 'refobjid')} AS extension
  FROM pg_depend WHERE deptype = 'e' AND refclassid = 'pg_extension'::regclass
  UNION ALL
  SELECT ${address('pg_type', 't.typarray')}, ${address('pg_extension', 'd.refobjid')}
  FROM pg_depend d JOIN pg_type t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
  WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass AND t.typarray <> 0`;

/** What has been read of who depends on whom. */
export interface Ties {
  readonly members: readonly Member[];
  readonly links: Links | undefined;
}

/** Every dependency between two objects of the catalog, once, sorted. */
export function findDependencies(
  { members, links }: Ties,
  byAddress: ReadonlyMap<string, ObjectId>,
  objects: readonly CatalogObject[],
): readonly Dependency[] {
  const extensions = new Map(
    members.map(({ member, extension }) => [member, byAddress.get(extension)]),
  );
  const find = (address: string): ObjectId | undefined =>
    byAddress.get(address) ?? extensions.get(address);
  // A column that is no object of its own (of a view, say) stands for its relation.
  const findAny = (address: string): ObjectId | undefined =>
    find(address) ?? find(address.replace(/\d+$/, '0'));
  const found = new Found();
  for (const line of links?.lines?.split('\n') ?? []) {
    const middle = line.indexOf(' ');
    const end = line.indexOf(' ', middle + 1);
    const dependent = findAny(line.slice(0, middle));
    if (dependent === undefined) continue;
    const on = findAny(line.slice(middle + 1, end));
    if (on !== undefined) found.add(dependent, on, AUTOMATIC.has(line.slice(end + 1)));
  }
  for (const object of objects) {
    const { id, parent } = object;
    // A column goes with its table; a table in a schema depends on it as PostgreSQL says.
    if (parent !== null && !found.has(id, parent)) found.add(id, parent, true);
    for (const on of KIND_BY_NAME.get(object.kind)?.requires?.(object) ?? []) {
      found.add(id, on, false);
    }
  }
  return found.sorted();
}

/** The kinds of dependency with which DROP takes the dependent along. */
const AUTOMATIC: ReadonlySet<string> = new Set(['a', 'i', 'P', 'S']);

/** Dependencies by their dependent. */
class Found {
  readonly #all = new Map<ObjectId, Map<ObjectId, Dependency>>();

  has(dependent: ObjectId, on: ObjectId): boolean {
    return this.#all.get(dependent)?.has(on) === true;
  }

  add(dependent: ObjectId, on: ObjectId, automatic: boolean): void {
    if (dependent === on) return;
    const own = this.#all.get(dependent) ?? new Map<ObjectId, Dependency>();
    if (own.size === 0) this.#all.set(dependent, own);
    // Where there are two ways to depend, the one that DROP follows without CASCADE counts.
    if (own.get(on)?.strength === 'automatic') return;
    own.set(on, { dependent, on, strength: automatic ? 'automatic' : 'normal' });
  }

  sorted(): readonly Dependency[] {
    const dependents = [...this.#all].sort(([a], [b]) => compareText(a, b));
    return dependents.flatMap(([, own]) =>
      [...own.values()].sort((a, b) => compareText(a.on, b.on)),
    );
  }
}
