// The room for the scratch: a throw-away PostgreSQL, embedded or on a server, in which text
// becomes a catalog. Nothing in it outlives the work.

export { extensionsIn } from './created-names.js';
export { openScratch } from './open-scratch.js';
export type { SqlSource } from './read-script.js';
export type { Loaded, LoadOptions, Replay, Scratch, ScratchOptions } from './scratch.js';
