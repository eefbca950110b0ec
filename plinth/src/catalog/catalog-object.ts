// What a catalog holds: objects, each with an identity, a kind and a definition, as plain JSON.

/** Names one object of a catalog: its kind, a colon, and its name as SQL would write it. */
export type ObjectId = `${string}:${string}`;

/** A privilege on an object. */
export interface Grant {
  /** `null` for the owner, `public` for everyone. */
  readonly grantee: string | null;
  readonly privilege: string;
  readonly grantable: boolean;
  /** Who gave it, where that was not the owner. */
  readonly grantor?: string;
}

/**
 * Who may do what, told as the difference from what PostgreSQL gives by itself, so that it reads
 * the same on every server.
 */
export interface Privileges {
  /** What stands in the object's list and not among the defaults of its kind. */
  readonly granted: readonly Grant[];
  /** What the defaults of its kind would give and its list does not have. */
  readonly revoked: readonly Grant[];
}

export interface CatalogObject<Definition = unknown> {
  readonly id: ObjectId;
  /** The name of its kind, such as `table`. */
  readonly kind: string;
  /** The parts of its name, outermost first: `['public', 'users', 'email']`. */
  readonly names: readonly string[];
  /** Input types, for what is named by them as well (functions, operators); else `null`. */
  readonly signature: string | null;
  /** What it is a part of and ends with, such as the table of a column. */
  readonly parent: ObjectId | null;
  /** Its owner's role; `null` for what has no owner of its own. */
  readonly owner: string | null;
  readonly comment: string | null;
  /** `null` for what has no privileges. */
  readonly privileges: Privileges | null;
  readonly definition: Definition;
}

/**
 * That one object cannot be without another. `automatic`: PostgreSQL drops the dependent with it,
 * without CASCADE. `soft`: read from a text that PostgreSQL keeps no dependency for, so an order
 * to prefer and not one that must hold.
 */
export interface Dependency {
  readonly dependent: ObjectId;
  readonly on: ObjectId;
  readonly strength: 'normal' | 'automatic' | 'soft';
}

/** An object that exists and that Plinth does not model. */
export interface Unmodelled {
  /** What it is, in PostgreSQL's words, such as `subscription`. */
  readonly kind: string;
  readonly name: string;
}

/** A whole schema as plain data: it can be stored, compared, and read back with JSON. */
export interface Catalog {
  /** `server_version_num` of the server that it was read from, such as 180004. */
  readonly serverVersion: number;
  /** The role that read it: what it creates will be owned by this role. */
  readonly role: string;
  /** Sorted by kind and id. */
  readonly objects: readonly CatalogObject[];
  /** Sorted. */
  readonly dependencies: readonly Dependency[];
  readonly unmodelled: readonly Unmodelled[];
}
