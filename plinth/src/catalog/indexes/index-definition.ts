// What indexes, and the constraints that are kept by one, have in common.

import type { CatalogObject, ObjectId } from '../catalog-object.js';
import { objectId } from '../object-id.js';

export interface IndexDefinition {
  /** Storage parameters as `name=value`, in PostgreSQL's order. */
  readonly storage: readonly string[];
  /** `null` for the database's own. */
  readonly tablespace: string | null;
  /** Statistics targets that somebody set: position of the column and target. */
  readonly targets: readonly (readonly [number, number])[];
  /** Extensions it is dropped with. */
  readonly extensions: readonly string[];
  /** One whose building failed is not valid; nor is one that lacks an index on a partition. */
  readonly isValid: boolean;
  /** Of an index of a partition: the index of the partitioned table that it belongs to. */
  readonly attached: Attachment | null;
  /** Of an index of a partitioned table. */
  readonly tree: IndexTree | null;
}

/** What an index is where nobody has said more than its keys. */
export const USUAL_INDEX = {
  storage: [],
  tablespace: null,
  targets: [],
  extensions: [],
  isValid: true,
  attached: null,
  tree: null,
} satisfies IndexDefinition;

export interface Attachment {
  readonly to: { readonly kind: string; readonly names: readonly string[] };
  /** What PostgreSQL calls it when it comes with the index above it. Not compared. */
  readonly automaticName: string;
}

/** All that belongs to an index of a partitioned table, on every level. Not compared. */
export interface IndexTree {
  /**
   * Whether one of them is not what PostgreSQL would make by itself: it has another name or
   * storage, or there is an index that PostgreSQL could take instead.
   */
  readonly isNamed: boolean;
  readonly children: readonly {
    readonly index: readonly string[];
    readonly table: readonly string[];
  }[];
}

const KINDS = new Set(['index', 'primary-key', 'unique-constraint', 'exclusion-constraint']);

/** Whether it is an index or a constraint that is kept by one. */
export function isIndexed(
  object: CatalogObject | undefined,
): object is CatalogObject<IndexDefinition> {
  return object !== undefined && KINDS.has(object.kind);
}

/** The index of the partitioned table that it belongs to. */
export function aboveOf({ definition }: CatalogObject<IndexDefinition>): ObjectId | undefined {
  const { attached } = definition;
  return attached === null ? undefined : objectId(attached.to.kind, attached.to.names);
}

/** The name of the index itself, which is the constraint's where it keeps one. */
export function indexName({ names }: Pick<CatalogObject, 'names'>): readonly string[] {
  return [names[0] ?? '', names.at(-1) ?? ''];
}

/** The relation that an index is on, as SQL writes it. */
export function indexedRelation({ parent }: Pick<CatalogObject, 'parent'>): string {
  return nameIn(parent);
}

/** The link by which the relation of an index is a partition. */
export function partitionLink({ parent }: Pick<CatalogObject, 'parent'>): ObjectId {
  return `partition:${nameIn(parent)}`;
}

function nameIn(id: ObjectId | null): string {
  return id === null ? '' : id.slice(id.indexOf(':') + 1);
}
