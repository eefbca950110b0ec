// The header fields of answers for OpenAPI, read from what a route does: whoever sends the entity
// tag of an answer documents it.

import type { FastifySchema, RouteOptions } from 'fastify';
import { z } from 'zod';
import { idempotencyKeySchema } from './idempotency-key.js';
import { sendEtag } from './send-etag.js';

const ETAG = { type: 'string', description: 'The strong entity tag of the answer.' };
const LOCATION = { type: 'string', description: 'The path of what was made.' };
const REPLAYED = {
  type: 'string',
  enum: ['true'],
  description: 'Only where an earlier request with the same Idempotency-Key made it.',
};

const responsesSchema = z.record(z.string(), z.looseObject({}));

/** The schema of a route for OpenAPI, with the header fields of its answers. */
export function withResponseHeaders(schema: FastifySchema, route: RouteOptions): FastifySchema {
  if (!sendsEtag(route)) return schema;
  const takesKey = route.schema?.headers === idempotencyKeySchema;
  const created = { ETag: ETAG, Location: LOCATION };
  const headersOf = new Map<string, object>([
    ['200', { ETag: ETAG }],
    ['201', takesKey ? { ...created, 'Idempotency-Replayed': REPLAYED } : created],
    ['304', { ETag: ETAG }],
  ]);
  const response = Object.entries(responsesSchema.parse(schema.response)).map(
    ([status, answer]) => {
      const headers = headersOf.get(status);
      return [status, headers === undefined ? answer : { ...answer, headers }];
    },
  );
  return { ...schema, response: Object.fromEntries(response) };
}

function sendsEtag({ onSend }: RouteOptions): boolean {
  const hooks: readonly unknown[] = [onSend].flat();
  return hooks.includes(sendEtag);
}
