// The room that runs revisions on a database and keeps the ledger.

export { downgrade } from './downgrade.js';
export type { Direction } from './ledger.js';
export { loadRevisions, type RevisionSource } from './load-revisions.js';
export type {
  MigrationOptions,
  MigrationOutcome,
  MigrationProgress,
  MigrationTarget,
  RevisionOutcome,
} from './migration-session.js';
export { PLINTH_VERSION } from './plinth-version.js';
export type { RevisionTransaction } from './run-module.js';
export { rehearseRevision } from './run-revision.js';
export { type MigrationStatus, status } from './status.js';
export { upgrade } from './upgrade.js';
