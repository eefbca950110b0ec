// The room for errors: one class and the catalogue of its codes.

export { causesOf } from './causes-of.js';
export { ERROR_CODES, type ErrorCode } from './error-codes.js';
export {
  type ErrorDetails,
  isPlinthError,
  PlinthError,
  type PlinthErrorOptions,
} from './plinth-error.js';
