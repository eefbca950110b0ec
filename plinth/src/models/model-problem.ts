// The errors of models. What is thrown while a model is read says what is wrong; the place, file
// and export, is put in front of it once, by whoever knows it.

import { type ErrorDetails, isPlinthError, PlinthError } from '../errors/index.js';
import type { Origin } from './model-file.js';

/** A model that cannot be written as SQL. */
export function invalidModel(
  message: string,
  hint: string,
  options: { readonly details?: ErrorDetails; readonly cause?: unknown } = {},
): PlinthError {
  return new PlinthError('MODELS_INVALID', message, { hint, ...options });
}

/** Does the work; an error of it leaves with file and export. */
export function at<Result>(origin: Origin, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw locate(origin, error);
  }
}

function locate({ file, name }: Origin, error: unknown): PlinthError {
  const known = isPlinthError(error) ? error : undefined;
  const code = known?.code.startsWith('MODELS_') === true ? known.code : 'MODELS_INVALID';
  const said = error instanceof Error ? error.message : String(error);
  return new PlinthError(code, `${file}: ${name}: ${said}`, {
    hint: known?.hint ?? 'Correct the model.',
    details: { ...known?.details, file, export: name },
    cause: known === undefined ? error : known.cause,
  });
}
