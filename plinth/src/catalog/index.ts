// The room for catalogs: what a schema holds, as plain data, and how each kind of object is read,
// created, altered and dropped. It knows no plan.

export type {
  Catalog,
  CatalogObject,
  Dependency,
  Grant,
  ObjectId,
  Privileges,
  Unmodelled,
} from './catalog-object.js';
export { isEqualData } from './equal-data.js';
export { type BornWith, bornWith } from './facets/born-with.js';
export { facetStatements } from './facets/facet-statements.js';
export { introspect } from './introspect.js';
export type { Alteration, Disturbance, Kind, Part, Reaction, Sides } from './kind.js';
export { KIND_BY_NAME, KINDS } from './kinds.js';
export { objectId, ownName, qualifiedName } from './object-id.js';
export type { CatalogReader } from './reading/catalog-reader.js';
export { emptyCatalog } from './reading/empty-catalog.js';
export {
  type Hazard,
  type HazardKind,
  type Lock,
  type LockMode,
  type Statement,
  statement,
} from './statement.js';
