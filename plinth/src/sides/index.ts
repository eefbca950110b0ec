// The room for the two sides of a diff: whatever a person names becomes a catalog, and both become
// comparable.

export { type ReadSides, readSides, type SidesOptions, type SidesProject } from './read-sides.js';
export { parseSide, type Side } from './side.js';
