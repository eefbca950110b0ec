// The room of revisions: their files, the graph they form, and the plans to go up or down it.
// It knows no database: what is applied is given to it as a set of ids.

export { buildGraph } from './build-graph.js';
export { currentHeads } from './current-heads.js';
export { type DrawHistoryOptions, drawHistory } from './draw-history.js';
export { type HazardComment, hazardsInComments } from './hazard-comments.js';
export { newRevisionId } from './new-revision-id.js';
export { parseRevision } from './parse-revision.js';
export { planDowngrade } from './plan-downgrade.js';
export { type PlanMergeOptions, planMerge } from './plan-merge.js';
export { type OfflinePlan, planOffline } from './plan-offline.js';
export { planStamp, type StampPlan } from './plan-stamp.js';
export { planUpgrade } from './plan-upgrade.js';
export { readRevisions } from './read-revisions.js';
export { type RevisionDraft, renderRevision } from './render-revision.js';
export { type RevisionRange, resolveRange } from './resolve-range.js';
export {
  type ResolveOptions,
  resolveTarget,
  revisionsOf,
  type Target,
} from './resolve-revision.js';
export {
  isRevisionId,
  type ModuleRevisionSource,
  type Revision,
  type RevisionId,
  type RevisionStatement,
  type SqlRevisionSource,
} from './revision.js';
export {
  DEFAULT_FILE_TEMPLATE,
  type RevisionFileNameParts,
  revisionFileName,
  slugOf,
} from './revision-file-name.js';
export type { RevisionGraph, Through } from './revision-graph.js';
export {
  type BranchPoint,
  branchPoints,
  type RevisionPlace,
  revisionPlaces,
} from './revision-places.js';
export { type HookPlace, type RevisionHook, runPostWriteHooks } from './run-post-write-hooks.js';
export { withoutRevision } from './without-revision.js';
export { writeRevision } from './write-revision.js';
