// The wire between node-postgres and the embedded PostgreSQL: what a client would send over a
// socket is handed to PGlite in this process, and its answer pushed back. No port is opened.

import { Duplex } from 'node:stream';

/** The one thing needed of PGlite: bytes of the PostgreSQL protocol in, bytes out. */
export interface ProtocolServer {
  execProtocolRaw(message: Uint8Array): Promise<Uint8Array>;
}

type WriteCallback = (error?: Error | null) => void;

/** A stream that node-postgres takes for a connected socket. */
export class EmbeddedStream extends Duplex {
  readonly #server: ProtocolServer;

  constructor(server: ProtocolServer) {
    super();
    this.#server = server;
  }

  connect(): this {
    queueMicrotask(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // Answers are pushed as they arrive.
  }

  override _write(chunk: Buffer, _encoding: string, done: WriteCallback): void {
    this.#exchange(chunk, done);
  }

  // node-postgres corks while it writes one query; its messages then arrive here together.
  override _writev(chunks: { readonly chunk: Buffer }[], done: WriteCallback): void {
    this.#exchange(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  #exchange(message: Buffer, done: WriteCallback): void {
    const terminate = 0x58;
    if (message[0] === terminate) {
      this.push(null);
      done();
      return;
    }
    Promise.resolve()
      .then(() => this.#server.execProtocolRaw(message))
      .then(
        (answer) => {
          if (!this.destroyed) this.push(Buffer.from(answer));
          done();
        },
        (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
      );
  }
}
