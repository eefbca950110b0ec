export { loadModule, type ModuleExports } from './load-module.js';
