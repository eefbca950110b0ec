// The room that runs revisions on a database and keeps the ledger.

export { type KeysetOptions, keysetBatch } from './batch-keyset.js';
export { downgrade } from './downgrade.js';
export {
  type DryRun,
  type DryRunRevision,
  type DryRunStatement,
  type DryRunStep,
  dryRun,
} from './dry-run.js';
export { ensureLedger } from './ensure-ledger.js';
export type { Direction } from './ledger.js';
export { loadRevisions, type RevisionSource } from './load-revisions.js';
export type {
  Blocker,
  HookContext,
  LedgerOptions,
  MigrationHooks,
  MigrationOptions,
  MigrationOutcome,
  MigrationProgress,
  MigrationTarget,
  RevisionOutcome,
  RunningPlace,
} from './migration-options.js';
export { type OfflineOptions, offlineScript } from './offline-script.js';
export { offlineLedger, offlineStamp } from './offline-stamp.js';
export { PLINTH_VERSION } from './plinth-version.js';
export { rehearseRevision } from './rehearse-revision.js';
export type {
  Batch,
  BatchOptions,
  BatchWork,
  RevisionContext,
  RevisionRunner,
  RevisionTransaction,
} from './revision-module.js';
export { type StampOptions, type StampOutcome, stamp } from './stamp.js';
export { type MigrationStatus, status } from './status.js';
export { upgrade } from './upgrade.js';
