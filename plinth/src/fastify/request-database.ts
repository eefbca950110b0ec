// The database as one request sees it: when the client goes away before its answer was sent, what
// runs for it is cancelled on the server. A request that touches no database makes no signal.

import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../engine/index.js';

const REQUEST_DATABASE: unique symbol = Symbol('plinth.request-database');

declare module 'fastify' {
  interface FastifyRequest {
    [REQUEST_DATABASE]: RequestDatabase | null;
  }
}

class RequestDatabase {
  readonly #root: Database;
  readonly #response: ServerResponse;
  #scoped: Database | undefined;

  constructor(root: Database, response: ServerResponse) {
    this.#root = root;
    this.#response = response;
  }

  get scoped(): Database {
    this.#scoped ??= this.#root.withSignal(clientGone(this.#response));
    return this.#scoped;
  }
}

/** Gives every request `request.db`. */
export function decorateRequests(app: FastifyInstance, db: Database): void {
  app.decorateRequest(REQUEST_DATABASE, null);
  app.addHook('onRequest', (request, reply, done) => {
    request[REQUEST_DATABASE] = new RequestDatabase(db, reply.raw);
    done();
  });
  app.decorateRequest('db', {
    getter() {
      return this[REQUEST_DATABASE]?.scoped ?? db;
    },
  });
}

/**
 * Aborts when the connection closes before the answer was written. Not Fastify's `request.signal`:
 * that one also aborts when the body of a request has been read to its end.
 */
function clientGone(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  const onClose = () => {
    if (wentAway(response)) controller.abort(new Error('the client went away'));
  };
  if (response.destroyed) onClose();
  else response.once('close', onClose);
  return controller.signal;
}

/** Whether the connection closed before the answer was written. */
export function wentAway(response: ServerResponse): boolean {
  return response.destroyed && !response.writableEnded;
}
