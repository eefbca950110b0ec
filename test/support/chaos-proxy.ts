// A TCP proxy in front of a server, which does to connections what bad networks do. It knows
// nothing of the bytes it carries.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * `pass` carries bytes as they come; `delay` carries them later, in each direction; `split` carries
 * so many at a time, each as a packet of its own. `hold` keeps everything until the mode changes;
 * `blackhole` takes everything and carries nothing, ends included, and what it took is lost.
 * `reset` breaks a connection off at its next byte, `drop` so many bytes after this mode was set.
 */
export type ProxyMode =
  | { readonly kind: 'pass' | 'blackhole' | 'hold' | 'reset' }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'split' | 'drop'; readonly bytes: number };

export interface ProxyOptions {
  readonly port: number;
  readonly host?: string;
}

/** One connection through the proxy: a socket to the client and one to the server. */
export class ProxyLink {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #pending = new Map<Socket, Promise<void>>();
  #mode: ProxyMode;
  #left = 0;
  #lossy = false;

  constructor(client: Socket, server: Socket, mode: ProxyMode) {
    this.#client = client;
    this.#server = server;
    this.#mode = { kind: 'pass' };
    this.#carry(client, server);
    this.#carry(server, client);
    this.setMode(mode);
  }

  /** A connection that has lost bytes in a black hole stays in it: nothing sensible can follow. */
  setMode(mode: ProxyMode): void {
    this.#mode = this.#lossy ? { kind: 'blackhole' } : mode;
    if (mode.kind === 'drop') this.#left = mode.bytes;
    for (const socket of [this.#client, this.#server]) {
      if (mode.kind === 'hold') socket.pause();
      else socket.resume();
    }
    // Once there is a network again, the server hears that its client has gone.
    const gone = this.#client.readableEnded || this.#client.destroyed;
    if (mode.kind !== 'blackhole' && gone) this.#server.destroy();
  }

  /** Breaks both sides off with a TCP reset. */
  reset(): void {
    this.#client.resetAndDestroy();
    this.#server.resetAndDestroy();
  }

  #carry(from: Socket, to: Socket): void {
    from.setNoDelay(true);
    from.on('data', (bytes) => this.#pass(bytes, to));
    from.on('end', () => {
      if (this.#mode.kind === 'blackhole') this.#lossy = true;
      else this.#after(to, () => void to.end());
    });
    // What a socket's error means is said by its end, which follows.
    from.on('error', () => undefined);
    from.on('close', (failed) => {
      if (this.#mode.kind === 'blackhole') this.#lossy = true;
      else if (failed) to.resetAndDestroy();
      else this.#after(to, () => void to.destroySoon());
    });
  }

  #pass(bytes: Buffer, to: Socket): void {
    const mode = this.#mode;
    switch (mode.kind) {
      case 'pass':
      case 'hold':
        this.#after(to, () => void write(to, bytes));
        break;
      case 'blackhole':
        this.#lossy = true;
        break;
      case 'reset':
        this.reset();
        break;
      case 'delay': {
        const due = new Promise<void>((resolve) => setTimeout(resolve, mode.ms));
        this.#after(to, async () => {
          await due;
          write(to, bytes);
        });
        break;
      }
      case 'split':
        this.#after(to, () => writePieces(to, bytes, mode.bytes));
        break;
      case 'drop':
        write(to, bytes.subarray(0, this.#left));
        this.#left -= bytes.length;
        if (this.#left <= 0) this.reset();
        break;
    }
  }

  /** Does something to a socket after all that was asked of it before, so that order is kept. */
  #after(to: Socket, act: () => void | Promise<void>): void {
    const before = this.#pending.get(to);
    if (before === undefined) {
      const done = act();
      if (done !== undefined) this.#queue(to, done);
    } else {
      this.#queue(to, before.then(act));
    }
  }

  #queue(to: Socket, work: Promise<void>): void {
    const done: Promise<void> = work.then(() => {
      if (this.#pending.get(to) === done) this.#pending.delete(to);
    });
    this.#pending.set(to, done);
  }
}

/** A proxy that listens on 127.0.0.1 and carries every connection to one server. */
export class ChaosProxy implements AsyncDisposable {
  readonly port: number;
  readonly #target: ProxyOptions;
  readonly #links = new Set<ProxyLink>();
  readonly #clients = new Set<Socket>();
  readonly #sockets = new Set<Socket>();
  #server: Server;
  #mode: ProxyMode = { kind: 'pass' };
  #accepted = 0;

  private constructor(target: ProxyOptions, server: Server) {
    this.#target = target;
    this.#server = server;
    this.port = portOf(server);
    server.on('connection', (client) => this.#accept(client));
  }

  static async open(target: ProxyOptions): Promise<ChaosProxy> {
    return new ChaosProxy(target, await listen(0));
  }

  /** The connections through it, oldest first. */
  get links(): readonly ProxyLink[] {
    return [...this.#links];
  }

  /** How many clients have not ended their side. */
  get openClients(): number {
    return this.#clients.size;
  }

  /** How many sockets it holds itself, on both sides. */
  get sockets(): number {
    return this.#sockets.size;
  }

  /** How many connections it has ever taken. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Switches new connections and, unless `onlyNew`, those that there are. */
  setMode(mode: ProxyMode, onlyNew = false): void {
    this.#mode = mode;
    if (onlyNew) return;
    for (const link of this.#links) link.setMode(mode);
  }

  /** Breaks every connection off with a TCP reset. */
  reset(): void {
    for (const link of this.#links) link.reset();
  }

  /** Refuses new connections; those that there are go on. */
  async refuse(): Promise<void> {
    const server = this.#server;
    if (!server.listening) return;
    // The server has closed only when its connections have; it listens no more from now on.
    server.close();
  }

  /** Takes connections again, on the same port. */
  async accept(): Promise<void> {
    if (this.#server.listening) return;
    this.#server = await listen(this.port);
    this.#server.on('connection', (client) => this.#accept(client));
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #accept(client: Socket): void {
    this.#accepted += 1;
    this.#clients.add(client);
    client.once('end', () => this.#clients.delete(client));
    const server = connect({ host: '127.0.0.1', ...this.#target, allowHalfOpen: true });
    const link = new ProxyLink(client, server, this.#mode);
    this.#links.add(link);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        this.#clients.delete(socket);
        if (client.destroyed && server.destroyed) this.#links.delete(link);
      });
    }
  }
}

async function listen(port: number): Promise<Server> {
  // A black hole must not answer a client's end with its own.
  const server = createServer({ allowHalfOpen: true });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('it has no port');
  return address.port;
}

function write(to: Socket, bytes: Buffer): void {
  if (to.writable && bytes.length > 0) to.write(bytes);
}

async function writePieces(to: Socket, bytes: Buffer, size: number): Promise<void> {
  for (let start = 0; start < bytes.length; start += size) {
    write(to, bytes.subarray(start, start + size));
    // Each piece leaves on a turn of its own, so that it is read on one too.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
