// The room that loads a user's TypeScript files.

export { loadModule, type ModuleExports } from './load-module.js';
