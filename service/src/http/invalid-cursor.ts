// The answer to a cursor that no page gave out.

import { ProblemError, validationProblem } from 'plinth/fastify';

export function invalidCursor(): ProblemError {
  const detail = 'Query parameter "cursor" is not a cursor of this list.';
  return new ProblemError(validationProblem([{ detail, pointer: '#/cursor' }]));
}
