// The database as one request sees it: when the client goes away before its answer was sent, what
// runs for it is cancelled on the server. A request that touches no database makes no signal.

import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { CancelSignal, Database } from '../engine/index.js';

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
    this.#scoped ??= this.#root.withSignal(new ClientGone(this.#response));
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
 * that one also aborts when the body of a request has been read to its end. Not an AbortSignal
 * either: to make one, and to listen to it for each statement, costs more than a short route does.
 */
class ClientGone implements CancelSignal {
  readonly #response: ServerResponse;
  readonly #listeners = new Set<() => void>();
  #reason: Error | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
    if (response.destroyed) this.#onClose();
    else response.on('close', () => this.#onClose());
  }

  get aborted(): boolean {
    return this.#reason !== undefined;
  }

  get reason(): Error | undefined {
    return this.#reason;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  #onClose(): void {
    if (!wentAway(this.#response)) return;
    this.#reason = new Error('the client went away');
    for (const listener of this.#listeners) listener();
  }
}

/** Whether the connection closed before the answer was written. */
export function wentAway(response: ServerResponse): boolean {
  return response.destroyed && !response.writableEnded;
}
