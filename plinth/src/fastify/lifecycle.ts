// The life of an application from its first request to an orderly end: it counts requests in
// flight and closes the listener once they ended. It never ends the process.

import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

export interface ShutdownOptions {
  /** Milliseconds that requests in flight may take. Default: 10 000. */
  readonly deadlineMs?: number;
}

export interface ShutdownReport {
  /** Requests that were cut off because the deadline passed. */
  readonly cutOff: number;
}

export class Lifecycle {
  readonly #app: FastifyInstance;
  readonly #inFlight = new Set<ServerResponse>();
  /** What the end waits for, once it has begun. */
  #awaited: { readonly left: Set<ServerResponse>; readonly done: () => void } | undefined;
  #shutdown: Promise<ShutdownReport> | undefined;

  constructor(app: FastifyInstance) {
    this.#app = app;
    app.addHook('onRequest', (_request, reply, done) => {
      this.#track(reply.raw);
      // A client that keeps its connection would find it closed at its next request.
      if (this.shuttingDown) reply.header('connection', 'close');
      done();
    });
  }

  /** Whether the end has begun: readiness says no from here on. */
  get shuttingDown(): boolean {
    return this.#shutdown !== undefined;
  }

  /** Requests that have arrived and are not answered yet. */
  get inFlight(): number {
    return this.#inFlight.size;
  }

  /**
   * Ends the application in order: readiness turns to 503 at once, the listener stays open until
   * the requests in flight ended, then it closes. What is left at the deadline is cut off. Safe to
   * call twice.
   */
  async shutDown(options: ShutdownOptions = {}): Promise<ShutdownReport> {
    this.#shutdown ??= this.#shutDown(options.deadlineMs ?? 10_000);
    return await this.#shutdown;
  }

  async #shutDown(deadlineMs: number): Promise<ShutdownReport> {
    const stop = new AbortController();
    const deadline = delay(deadlineMs, 'late', { signal: stop.signal }).catch(() => 'stopped');
    await Promise.race([this.#ended(), deadline]);
    const closed = this.#app.close().then(() => 'closed');
    let cutOff = 0;
    if ((await Promise.race([closed, deadline])) === 'late') {
      cutOff = this.inFlight;
      this.#app.server.closeAllConnections();
    }
    await closed;
    stop.abort();
    return { cutOff };
  }

  #ended(): Promise<void> {
    if (this.inFlight === 0) return Promise.resolve();
    return new Promise((done) => {
      this.#awaited = { left: new Set(this.#inFlight), done };
    });
  }

  #track(response: ServerResponse): void {
    this.#inFlight.add(response);
    response.on('close', () => {
      this.#inFlight.delete(response);
      if (this.#awaited === undefined) return;
      const { left, done } = this.#awaited;
      if (left.delete(response) && left.size === 0) done();
    });
  }
}
