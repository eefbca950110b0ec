// Reads JSON bodies as RFC 8259 has them: UTF-8 and nothing else. What is not is refused, never
// replaced by something near it.

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from './problem.js';

const NOT_UTF8 = { status: 400, detail: 'The body is not valid UTF-8.' };
const EMPTY = {
  status: 400,
  detail: 'The body is empty; send JSON, or leave the content type out.',
};

/** Takes the place of Fastify's own parser, whose limits and rules for `__proto__` stay. */
export function readJsonBodies(app: FastifyInstance): void {
  const parseText = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, body, done) => {
      if (body.length === 0) {
        // Many clients name the content type of a body they do not send.
        if (takesNoBody(request)) done(null, undefined);
        else done(new ProblemError(EMPTY));
        return;
      }
      const text = decode(body);
      if (text === undefined) done(new ProblemError(NOT_UTF8));
      // It answers through `done`; its type only allows for a promise.
      else void parseText(request, text, done);
    },
  );
}

/** What stands against reading the body, said before it arrives; `undefined` when nothing does. */
export function bodyRefusal({ headers }: FastifyRequest): ProblemError | undefined {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    const detail = `The content encoding ${encoding} is not supported; send the body as it is.`;
    return new ProblemError({ status: 415, detail });
  }
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(headers['content-type'] ?? '')?.[1];
  if (charset === undefined || /^(utf-?8|us-ascii)$/i.test(charset)) return undefined;
  return new ProblemError({
    status: 415,
    detail: `The charset ${charset} is not supported; send UTF-8.`,
  });
}

function takesNoBody({ method, routeOptions: { schema } }: FastifyRequest): boolean {
  return method === 'DELETE' || (schema !== undefined && schema.body === undefined);
}

function decode(body: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}
