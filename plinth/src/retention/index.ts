// The room for retention: rows go when their time is up, in small batches, one run at a time.

export {
  type ClassPreview,
  type OwnerPreview,
  type PreviewOptions,
  previewRetention,
  type RetentionPreview,
} from './preview-retention.js';
export { isKeep, type Prune, type RetentionClass } from './retention-class.js';
export type { RetentionDatabase, RetentionExecutor, RetentionScope } from './retention-database.js';
export type {
  ClassOutcome,
  RetentionBatch,
  RetentionOutcome,
  RetentionProblem,
  RetentionState,
} from './retention-outcome.js';
export { type RetentionOptions, runRetention } from './run-retention.js';
