// A connection beside the pool, kept for health checks and cancels: neither may wait for a pool in
// full use. It is opened at its first use and again when it has died.

import type { Client } from 'pg';
import { withDeadline } from './within-time.js';

/** How long the other side may take to end a connection that we end. */
const END_MS = 1000;

/** Opens a client that outlives its own death: one with a listener for errors. */
export type OpenClient = (timeoutMs: number) => Promise<Client>;

export class ControlConnection {
  readonly #open: OpenClient;
  /** The connection, or the one that is being opened: whoever comes meanwhile shares it. */
  #client: Promise<Client> | undefined;
  #last: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(open: OpenClient) {
    this.#open = open;
  }

  /**
   * Runs a statement, over a new connection when the kept one turns out to be dead.
   *
   * @throws What the driver throws, or an error that says how long there was no answer.
   */
  async query(text: string, values: readonly unknown[], timeoutMs: number): Promise<unknown[]> {
    const start = performance.now();
    const left = () => Math.max(1, timeoutMs - (performance.now() - start));
    // One after another: a connection carries one statement at a time.
    const before = this.#last;
    let end = () => {};
    this.#last = new Promise((resolve) => {
      end = resolve;
    });
    try {
      await withDeadline(before, timeoutMs);
      return await this.#askTwice(text, values, left);
    } finally {
      end();
    }
  }

  close(): void {
    this.#closed = true;
    if (this.#client !== undefined) end(this.#client);
    this.#client = undefined;
  }

  async #askTwice(text: string, values: readonly unknown[], left: () => number) {
    const kept = this.#client !== undefined;
    const ask = (withinMs: number) => withDeadline(this.#ask(text, values, withinMs), withinMs);
    try {
      // A network may have forgotten the kept one: that must leave time to ask over another.
      return await ask(kept ? left() / 2 : left());
    } catch (error) {
      if (!kept || left() <= 1) throw error;
      return await ask(left());
    }
  }

  async #ask(text: string, values: readonly unknown[], timeoutMs: number): Promise<unknown[]> {
    if (this.#closed) throw new Error('the engine is closed');
    this.#client ??= this.#open(timeoutMs).then((client) => {
      closeInTime(client);
      return client;
    });
    const mine = this.#client;
    const giveUp = () => {
      if (this.#client === mine) this.#client = undefined;
      end(mine);
    };
    const timer = setTimeout(giveUp, timeoutMs);
    try {
      const client = await mine;
      if (this.#closed) throw new Error('the engine is closed');
      return (await client.query({ text, values: [...values] })).rows;
    } catch (error) {
      giveUp();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Ending a client that waits for an answer destroys its socket; nothing is left to wait for. */
function end(opening: Promise<Client>): void {
  opening.then((client) => client.end()).catch(() => undefined);
}

/**
 * Destroys a socket whose end was sent and not answered: in a network that has gone dark it would
 * wait for ever, and whoever waits for it too.
 */
export function closeInTime({ connection: { stream } }: Client): void {
  stream.once('finish', () => {
    const timer = setTimeout(() => stream.destroy(), END_MS);
    stream.once('close', () => clearTimeout(timer));
  });
}
