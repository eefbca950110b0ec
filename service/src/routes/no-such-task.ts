// The answer where there is no task, or none for this caller.

import { ProblemError } from 'plinth/fastify';

/** @throws ProblemError 404 */
export function noSuchTask(id: string): never {
  throw new ProblemError({ status: 404, detail: `There is no task ${id}.` });
}
