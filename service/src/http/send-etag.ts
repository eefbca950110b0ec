// Sends the entity tag of an answer with it, and nothing but the tag to a client that has the
// representation already.

import type { onSendHookHandler } from 'fastify';
import { z } from 'zod';
import { entityTags } from './entity-tags-schema.js';
import { etagOf, matchesWeakly, readEntityTags } from './etag.js';

/** The header fields of a route that reads one resource. */
export const ifNoneMatchSchema = z.object({
  'if-none-match': entityTags(
    'Entity tags of representations that the client has; 304 where one of them is still right.',
  ),
});

/** The response of a route that takes them. */
export const notModified = z
  .undefined()
  .meta({ description: 'The client has the representation already.' });

/**
 * The `onSend` hook of routes that answer with one resource: GET, POST and PATCH. It sets ETag, and
 * turns the answer to a GET or HEAD whose If-None-Match matches into 304.
 *
 * @example
 * app.get(PATH, { schema: { headers: ifNoneMatchSchema, … }, onSend: sendEtag }, …);
 */
export const sendEtag: onSendHookHandler<unknown> = (request, reply, payload, done) => {
  const { statusCode } = reply;
  if ((statusCode !== 200 && statusCode !== 201) || typeof payload !== 'string') {
    done(null, payload);
    return;
  }
  const etag = etagOf(payload);
  reply.header('etag', etag);
  const known = request.headers['if-none-match'];
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (known === undefined || !isRead || !matchesWeakly(readEntityTags(known), etag)) {
    done(null, payload);
    return;
  }
  reply.code(304).removeHeader('content-type');
  // Of the answer to a HEAD Fastify takes the body away itself, and wants it for that.
  done(null, request.method === 'HEAD' ? payload : null);
};
