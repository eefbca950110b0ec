// The room that merges branches of a history, and proves that their order does not matter.

export type { ConflictObject } from './merge-conflict.js';
export { type MergeRequest, type MergeRevision, mergeRevision } from './merge-revision.js';
export { type MergeProof, proveMerge } from './prove-merge.js';
