// Routes whose request says all in its path. A body that they did not look at would promise something.

import { ProblemError, validationProblem } from 'plinth/fastify';
import { hasNothing } from './has-nothing.js';

/**
 * An empty JSON object is no body: some clients always send one.
 *
 * @throws ProblemError 400 for any other.
 */
export function refuseBody(body: unknown): void {
  if (body === undefined || body === null || hasNothing(body)) return;
  throw new ProblemError(validationProblem([{ detail: 'The body must be empty.', pointer: '#' }]));
}
