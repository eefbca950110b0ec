export { ERROR_CODES, type ErrorCode } from './error-codes.js';
export {
  type ErrorDetails,
  isPlinthError,
  PlinthError,
  type PlinthErrorOptions,
} from './plinth-error.js';
