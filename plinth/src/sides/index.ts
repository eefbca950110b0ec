// The room for the two sides of a diff: whatever a person names becomes a catalog, and both become
// comparable.

export type { FoundSide } from './found-side.js';
export { type LazyScratch, scratchFor } from './lazy-scratch.js';
export type { LedgeredSource } from './read-database.js';
export { type Drift, type DriftOptions, readDrift } from './read-drift.js';
export { type ReadSides, readSides, type SidesOptions, type SidesProject } from './read-sides.js';
export { statementsOf } from './replay-revisions.js';
export { settleRoles, shareRoles } from './settle-roles.js';
export { parseSide, type Side } from './side.js';
export { type End, readTwoWays, type TwoWays, type TwoWaysOptions } from './two-ways.js';
