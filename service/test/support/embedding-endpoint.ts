// An OpenAI-compatible endpoint on a free port that answers as a test wants it to, and remembers what
// it was asked.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { z } from 'zod';
import { EMBEDDING_DIMENSIONS } from '../../src/limits.js';

const requestSchema = z.looseObject({ model: z.string(), input: z.array(z.string()) });
export type EmbeddingRequest = z.infer<typeof requestSchema>;

export interface Asked {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: EmbeddingRequest;
}

export type Responder = (asked: Asked, response: ServerResponse) => void;

export interface EmbeddingEndpoint {
  readonly url: URL;
  readonly asked: Asked[];
  /** The answers to the next requests, in their order; the last one stays. */
  respond(...responders: readonly Responder[]): void;
}

/** Call it at the top of a suite. */
export function useEmbeddingEndpoint(): EmbeddingEndpoint {
  const asked: Asked[] = [];
  let responders: readonly Responder[] = [good];
  const server = createServer(async (request, response) => {
    const body = requestSchema.parse(JSON.parse(await text(request)));
    const one = { url: request.url ?? '', headers: request.headers, body };
    asked.push(one);
    const [responder = good, ...others] = responders;
    if (others.length > 0) responders = others;
    responder(one, response);
  });
  let port = 0;
  const isAddress = (address: unknown): address is AddressInfo =>
    typeof address === 'object' && address !== null && 'port' in address;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (isAddress(address)) port = address.port;
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  beforeEach(() => {
    asked.length = 0;
    responders = [good];
  });
  return {
    get url() {
      return new URL(`http://127.0.0.1:${port}/v1/`);
    },
    asked,
    respond: (...next) => {
      responders = next;
    },
  };
}

/** A vector that tells which text it is of: its length in the first place. */
export function vectorOf(input: string, dimensions = EMBEDDING_DIMENSIONS): readonly number[] {
  return Array.from({ length: dimensions }, (_, at) => (at === input.length % dimensions ? 2 : 0));
}

/** Answers in OpenAI's form, in no order. */
export const good: Responder = ({ body }, response) => {
  const data = body.input.map((input, index) => ({
    object: 'embedding',
    index,
    embedding: vectorOf(input),
  }));
  sendJson({ object: 'list', data: data.toReversed(), usage: { total_tokens: 1 } })(null, response);
};

/** Answers with this body and nothing else. */
export function sendJson(body: unknown, status = 200, headers: Record<string, string> = {}) {
  return (_asked: unknown, response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}
