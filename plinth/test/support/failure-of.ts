// The error of work that is expected to fail.

import { isPlinthError, type PlinthError } from 'plinth';

/** @throws What is no error of Plinth's; that the work did not fail. */
export async function failureOf(work: Promise<unknown>): Promise<PlinthError> {
  const error = await work.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (isPlinthError(error)) return error;
  throw error;
}
