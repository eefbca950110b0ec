// A proxy in front of a server that counts what clients say in PostgreSQL's protocol, and cuts the
// line after one of their messages: the server has received all before the cut and nothing after.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * After the last message that is carried: `ended` lets the server know at once that its client is
 * gone, as a killed process does; `silent` does not, as a network that is gone.
 */
export type Cut = { readonly after: number; readonly way: 'ended' | 'silent' };

/** A message of the protocol begins with its type and its length, the first of a line has no type. */
const LENGTH_BYTES = 4;

/** Query, Execute and Sync, by which a transaction may be committed. */
const ACTS: ReadonlySet<string> = new Set(['Q', 'E', 'S']);

export class CuttingProxy implements AsyncDisposable {
  readonly port: number;
  readonly #listener: Server;
  readonly #target: number;
  readonly #cut: Cut | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #points: number[] = [];
  #messages = 0;
  #isCut = false;

  private constructor(listener: Server, target: number, cut: Cut | undefined) {
    const address: AddressInfo | string | null = listener.address();
    if (address === null || typeof address === 'string') throw new TypeError('it has no port');
    this.port = address.port;
    this.#listener = listener;
    this.#target = target;
    this.#cut = cut;
    listener.on('connection', (client) => this.#accept(client));
  }

  /** @param cut Default: it carries everything. */
  static async open(target: number, cut?: Cut): Promise<CuttingProxy> {
    const listener = createServer();
    listener.listen(0, '127.0.0.1');
    await once(listener, 'listening');
    return new CuttingProxy(listener, target, cut);
  }

  /**
   * The messages after which a cut is worth while, counted from 1: those that make the server do
   * something. All others only prepare them.
   */
  get points(): readonly number[] {
    return this.#points;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** The same database, through this proxy. */
  urlFor(url: string): string {
    const through = new URL(url);
    through.port = String(this.port);
    through.searchParams.set('sslmode', 'disable');
    return through.href;
  }

  /** Breaks everything off, what is silent too. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(client: Socket): void {
    this.#keep(client);
    if (this.#isCut) {
      client.resetAndDestroy();
      return;
    }
    // A line that was cut is not closed with its client, but as the cut says.
    const server = connect({ host: '127.0.0.1', port: this.#target, allowHalfOpen: true });
    this.#keep(server);
    server.on('data', (bytes) => {
      if (!this.#isCut) client.write(bytes);
    });
    server.on('end', () => client.end());
    const reader = new MessageReader();
    client.on('data', (bytes) => {
      for (const message of reader.read(bytes)) this.#carry(message, client, server);
    });
    client.on('close', () => {
      if (!this.#isCut) server.end();
    });
  }

  #carry(message: Buffer, client: Socket, server: Socket): void {
    if (this.#isCut) return;
    this.#messages += 1;
    if (ACTS.has(String.fromCharCode(message[0] ?? 0))) this.#points.push(this.#messages);
    server.write(message);
    if (this.#cut === undefined || this.#messages < this.#cut.after) return;
    this.#isCut = true;
    // What the server was sent it still reads; what it answers nobody hears.
    if (this.#cut.way === 'ended') server.end();
    client.resetAndDestroy();
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    // What an error means is said by the close that follows.
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

/** Divides what a client sends into messages. */
class MessageReader {
  #rest: Buffer = Buffer.alloc(0);
  #isFirst = true;

  read(bytes: Buffer): readonly Buffer[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const messages: Buffer[] = [];
    for (let size = this.#nextSize(); size !== undefined; size = this.#nextSize()) {
      messages.push(this.#rest.subarray(0, size));
      this.#rest = this.#rest.subarray(size);
      this.#isFirst = false;
    }
    return messages;
  }

  /** Of a whole message; undefined until all of it is there. */
  #nextSize(): number | undefined {
    const typeBytes = this.#isFirst ? 0 : 1;
    if (this.#rest.length < typeBytes + LENGTH_BYTES) return undefined;
    const size = typeBytes + this.#rest.readInt32BE(typeBytes);
    return this.#rest.length < size ? undefined : size;
  }
}
