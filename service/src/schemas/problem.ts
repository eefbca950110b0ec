// Problem details (RFC 9457) for OpenAPI: which a route may answer with.

import { STATUS_CODES } from 'node:http';
import { PROBLEM_MEDIA_TYPE } from 'plinth/fastify';
import { z } from 'zod';

export const problemSchema = z
  .object({
    type: z.string().meta({ description: 'about:blank, or a URN for the kind of problem.' }),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string(),
    instance: z.string().meta({ description: 'urn:uuid: and the request id, as in the log.' }),
    errors: z
      .array(
        z.object({
          detail: z.string(),
          pointer: z.string().meta({ description: 'A JSON Pointer as a URI fragment.' }),
        }),
      )
      .optional()
      .meta({ description: 'One entry for each broken rule; only for failed validation.' }),
  })
  .meta({ id: 'Problem' });

type ProblemStatus = 400 | 401 | 403 | 404 | 409 | 410 | 412 | 413 | 415 | 422 | 500 | 502 | 503;

/** The part of a route's response schemas that documents its problems. */
export function problems(...statuses: readonly ProblemStatus[]) {
  const documented: readonly ProblemStatus[] = [...statuses, 500, 503];
  return Object.fromEntries(
    documented.map((status) => [
      status,
      {
        description: STATUS_CODES[status] ?? 'Error',
        content: { [PROBLEM_MEDIA_TYPE]: { schema: problemSchema } },
      },
    ]),
  );
}

/** A response with a JSON body, with its description. */
export function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}
