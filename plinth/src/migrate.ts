// The public face of `plinth/migrate`: running revisions from a program.

export {
  downgrade,
  loadRevisions,
  type MigrationOptions,
  type MigrationOutcome,
  type MigrationProgress,
  type MigrationStatus,
  type MigrationTarget,
  type RevisionOutcome,
  type RevisionSource,
  type RevisionTransaction,
  status,
  upgrade,
} from './migrate/index.js';
export type { Revision, RevisionGraph, RevisionId } from './revisions/index.js';
