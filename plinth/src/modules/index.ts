// The room that loads a user's TypeScript files.

export { loadModule, loadModules, type ModuleExports } from './load-module.js';
