// The room for differences: from one catalog to another, as ordered statements. It knows no kind
// of object by name, and no database.

export { diff } from './diff.js';
export type { Change, DiffOptions, Plan, PlannedStatement, Rename } from './plan.js';
export { type RenderOptions, renderPlan } from './render-plan.js';
export { suggestRenames } from './suggest-renames.js';
