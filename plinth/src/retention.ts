// The public subpath `plinth/retention`: rows go when their time is up.

export {
  type ClassOutcome,
  type ClassPreview,
  isKeep,
  type OwnerPreview,
  type PreviewOptions,
  type Prune,
  previewRetention,
  type RetentionBatch,
  type RetentionClass,
  type RetentionDatabase,
  type RetentionExecutor,
  type RetentionOptions,
  type RetentionOutcome,
  type RetentionPreview,
  type RetentionProblem,
  type RetentionScope,
  type RetentionState,
  runRetention,
} from './retention/index.js';
