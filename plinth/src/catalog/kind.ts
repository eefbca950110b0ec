// What Plinth has to know about a kind of object. A kind is one file in kinds/ and one line in
// kinds.ts; nothing else names it.

import type { CatalogObject, ObjectId } from './catalog-object.js';
import type { Statement } from './statement.js';

/** What the query of a kind returns, a row for each object. */
export interface KindRow {
  /**
   * Where it is in the catalogs, as `class:oid:subid` (`address()` writes it). The first is its
   * own; further ones stand for it too, as a table's row type does for the table.
   */
  readonly addresses: readonly string[];
  readonly names: readonly string[];
  /** Left out, as what follows, by a kind that has none. */
  readonly signature?: string | null;
  /** The parent's address. */
  readonly parent?: string | null;
  readonly owner?: string | null;
  /** Its list and the default of its kind, as `privileges()` writes both; `null` where it is that. */
  readonly privileges?: RawPrivileges | null;
  /** Without what is as the kind's `defaults` say, where it has any. */
  readonly definition: object;
}

export interface RawPrivileges {
  readonly list: readonly RawGrant[];
  readonly standard: readonly RawGrant[];
}

/** grantee (`null` for the owner), privilege, grantable, grantor (`null` for the owner) */
export type RawGrant = readonly [string | null, string, boolean, string | null];

/** The catalog in which users' objects of a kind have a row, each of its own. */
export interface Presence {
  readonly catalog: string;
  /** Its column of oids. Default: `oid`. */
  readonly oid?: string;
  /** Which of its rows, in SQL. More than are of the kind may pass. Default: all. */
  readonly where?: string;
}

/** What a kind may ask while it writes statements. */
export interface Sides {
  /** The short forms, without CONCURRENTLY and NOT VALID. */
  readonly plain: boolean;
  /** The version of the server that will run the statements (`server_version_num`). */
  readonly serverVersion: number;
  /** The role that will run the statements. */
  readonly role: string;
  /** The object as it was, and as it shall be. */
  before(id: ObjectId): CatalogObject | undefined;
  after(id: ObjectId): CatalogObject | undefined;
  /** The parts of an object, on either side, in the order of the catalog. */
  partsBefore(id: ObjectId): readonly CatalogObject[];
  partsAfter(id: ObjectId): readonly CatalogObject[];
  /** What depends on an object, on either side. */
  dependentsBefore(id: ObjectId): readonly CatalogObject[];
  dependentsAfter(id: ObjectId): readonly CatalogObject[];
  /** Whether this plan creates it (it may have been there before and is created anew). */
  isCreated(id: ObjectId): boolean;
  isDropped(id: ObjectId): boolean;
}

/** A part that is written inside the statement that creates what it is a part of. */
export interface Part {
  readonly object: CatalogObject;
  readonly clause: string;
}

/** How an object comes from one definition to another. */
export type Alteration =
  /** In place. `disturbs`: what stands on it must be out of the way meanwhile. */
  | { readonly how: 'alter'; readonly statements: readonly Statement[]; readonly disturbs: boolean }
  /** Dropped and created anew, and everything that stands on it as well. */
  | { readonly how: 'rebuild' }
  /** Not at all. */
  | { readonly how: 'refuse'; readonly reason: string };

export function altered(...statements: readonly Statement[]): Alteration {
  return { how: 'alter', statements, disturbs: false };
}

/** Altered in place, while what stands on it is out of the way. */
export function alteredAlone(...statements: readonly Statement[]): Alteration {
  return { how: 'alter', statements, disturbs: true };
}

export const REBUILT: Alteration = { how: 'rebuild' };

export function refused(reason: string): Alteration {
  return { how: 'refuse', reason };
}

/**
 * What an object does when something it stands on is `rebuilt` (dropped and created anew),
 * `retyped` (altered in place in a way that its dependents feel) or `swapped` (a type that moves
 * aside for its successor).
 * - `rebuild`: it is dropped before and created anew after;
 * - `keep`: PostgreSQL carries it over;
 * - `follow`: it stays and is altered in between, by `Kind.follow`; its own dependents feel that.
 */
export type Reaction = 'rebuild' | 'keep' | 'follow' | { readonly refuse: string };

export interface Disturbance {
  /** What it stands on, as it was and as it shall be. */
  readonly before: CatalogObject;
  readonly after: CatalogObject;
  readonly manner: 'rebuilt' | 'retyped' | 'swapped';
}

export interface RenamedWithin<Definition> {
  readonly definition: Definition;
  readonly statements: readonly Statement[];
  /** How PostgreSQL prints it where other objects use it, before and after. */
  readonly printed?: readonly [string, string];
}

/**
 * The functions are declared as methods, so that the kind of a table fits into a list of kinds:
 * each is only ever called with objects of its own kind.
 */
export interface KindSpec<Definition> {
  /** Its name, and the first part of its objects' ids. */
  readonly name: string;
  /** PostgreSQL's words for it where they differ from the name: `MATERIALIZED VIEW`. */
  readonly noun?: string;
  /**
   * Where a row has to be for the query to find anything: most databases have objects of few
   * kinds, and the queries of the others are not sent. Default: it is always sent.
   */
  readonly presence?: Presence;
  /**
   * The query that reads every object of the kind at once and returns rows of the columns of
   * `KindRow`. `undefined` where the server has no such kind.
   */
  query(serverVersion: number): string | undefined;
  /**
   * What a definition says where its row leaves it out. To write it into every row is a good part
   * of the time that a kind with many objects takes.
   */
  readonly defaults?: Partial<Definition>;
  /**
   * The object as a server of an older version would have it, where plans are to run there too;
   * `undefined` where it would have none. Default: as it is.
   */
  asOn?(object: CatalogObject<Definition>, serverVersion: number): CatalogObject | undefined;
  /** The object as COMMENT ON and ALTER … OWNER TO name it: `TABLE public.users`. */
  target(object: CatalogObject<Definition>): string;
  /** The object as GRANT … ON names it, where that differs from `target`. */
  grantTarget?(object: CatalogObject<Definition>): string;
  /**
   * Privileges of a column are written `SELECT (email)`; this adds the list to the privilege.
   */
  grantColumns?(object: CatalogObject<Definition>): string;
  /** `parts` are those of its parts that are written inside. */
  create(
    object: CatalogObject<Definition>,
    sides: Sides,
    parts: readonly Part[],
  ): readonly Statement[];
  drop(object: CatalogObject<Definition>, sides: Sides): readonly Statement[];
  /** Called only when the definitions differ. Comment, owner and privileges are not its matter. */
  alter(
    before: CatalogObject<Definition>,
    after: CatalogObject<Definition>,
    sides: Sides,
  ): Alteration;
  /** Default: definitions are equal when their JSON is. */
  isSame?(
    before: CatalogObject<Definition>,
    after: CatalogObject<Definition>,
    sides: Sides,
  ): boolean;
  /**
   * How it reads inside the statement that creates its parent; `undefined` when it cannot stand
   * there and needs a statement of its own. `parts` are its own parts that are written inside.
   */
  clause?(
    object: CatalogObject<Definition>,
    sides: Sides,
    parts: readonly Part[],
  ): string | undefined;
  /** Further objects it needs, beside what pg_depend says. */
  requires?(object: CatalogObject<Definition>): readonly ObjectId[];
  /**
   * What makes its name known before it can be created, for a type and its functions, which need
   * each other. `undefined` where its creation needs none. Its `drop` then takes along what stands
   * in the same circle.
   */
  forward?(object: CatalogObject<Definition>): readonly Statement[] | undefined;
  /** Names it takes, which no other object may have at the same time: `relation public.users`. */
  occupies?(object: CatalogObject<Definition>): readonly string[];
  /**
   * Whether it has to be there before the object is created. `false` for a dependency that only
   * says with what the object is dropped, as a sequence's on the column that owns it.
   * Default: true.
   */
  isNeeded?(object: CatalogObject<Definition>, on: ObjectId): boolean;
  /**
   * Whether it goes after `on`, on which it stands: an index that came with a partition is bound
   * to it, and can be dropped when the partition is detached. Default: false.
   * @param goes Whether `on` is dropped, and not altered.
   */
  leavesAfter?(object: CatalogObject<Definition>, on: ObjectId, goes: boolean): boolean;
  /**
   * Whether it comes before `on`, on which it stands: a check has to be there when the table is
   * attached from which it is inherited then. Default: false.
   * @param comes Whether `on` is created, and not altered.
   */
  arrivesBefore?(object: CatalogObject<Definition>, on: ObjectId, comes: boolean): boolean;
  /**
   * Whether it may be altered while `dependent`, which stands on it and goes, is still there: the
   * one need not wait for the other. Default: false.
   */
  altersFreely?(object: CatalogObject<Definition>, dependent: CatalogObject): boolean;
  /** Old objects that have to be gone, if they go, before it is created. Default: none. */
  awaits?(object: CatalogObject<Definition>, sides: Sides): readonly ObjectId[];
  /** Its drop is always a statement of its own, because rows go with it. Default: false. */
  readonly dropsAlone?: boolean;
  /**
   * Only its own table knows its name, so a rename is no more than that: the differ finds a
   * renamed one by its definition and renames it instead of building it anew. Needs `rename`.
   */
  readonly renamesFreely?: boolean;
  /**
   * Fields of the definition in which no other object is named, so that they stay as they are
   * when one is renamed: the columns that a view puts out keep their names.
   */
  readonly ownWords?: readonly string[];
  /** Default: `rebuild`. */
  react?(object: CatalogObject<Definition>, disturbance: Disturbance, sides: Sides): Reaction;
  /** The statements of the reaction `follow`. */
  follow?(
    before: CatalogObject<Definition>,
    after: CatalogObject<Definition>,
    sides: Sides,
  ): readonly Statement[];
  /**
   * For a type that rows use: how it moves aside so that its successor can be created, columns
   * be converted, and `discard` drop it. Without it, a rebuilt object is dropped and created.
   */
  moveAside?(object: CatalogObject<Definition>, sides: Sides): readonly Statement[];
  discard?(object: CatalogObject<Definition>): readonly Statement[];
  /** The comment it has once it is created, before it is given one. Default: none. */
  bornComment?(object: CatalogObject<Definition>): string | null;
  /** What it is bound to for good: a change of that one's owner is a change of its own. */
  ownerFrom?(object: CatalogObject<Definition>): ObjectId | undefined;
  /** It says nothing but privileges: left out where those are not compared. Default: false. */
  readonly onlyPrivileges?: boolean;
  /** How it takes another name, where it can. `names` are all the parts of the new one. */
  rename?(object: CatalogObject<Definition>, names: readonly string[]): readonly Statement[];
  /**
   * Gives another name to what it holds and what is no object of its own, such as a value of an
   * enum. `undefined` where it holds nothing of that name, or the new name is taken.
   */
  renameWithin?(
    object: CatalogObject<Definition>,
    name: string,
    newName: string,
  ): RenamedWithin<Definition> | undefined;
  /**
   * Texts in which PostgreSQL keeps no dependencies, such as the body of a function: what they
   * name is created before, where that is possible.
   */
  looseText?(object: CatalogObject<Definition>): string | undefined;
}

/** A kind, whatever its definition. */
export type Kind = KindSpec<unknown>;
