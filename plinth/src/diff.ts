// The public subpath `plinth/diff`: reading a schema, and the SQL from one to another.

export {
  type Catalog,
  type CatalogObject,
  type CatalogReader,
  type Dependency,
  type Grant,
  type Hazard,
  type HazardKind,
  introspect,
  type Lock,
  type LockMode,
  type ObjectId,
  type Privileges,
  type Statement,
  type Unmodelled,
} from './catalog/index.js';
export {
  type Change,
  type DiffOptions,
  diff,
  type Plan,
  type PlannedStatement,
  type Rename,
  type RenderOptions,
  renderPlan,
  suggestRenames,
} from './diff/index.js';
