// The proxy that the fault tests trust, in front of a server that echoes.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChaosProxy } from './chaos-proxy.js';

let echo: Server;
let proxy: ChaosProxy;
let sockets: Socket[] = [];

beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  if (address === null || typeof address === 'string') throw new TypeError('no port');
  proxy = await ChaosProxy.open({ port: address.port });
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await proxy.close();
  echo.close();
});

interface Client {
  readonly socket: Socket;
  /** Every chunk that came, as it came. */
  readonly chunks: string[];
  readonly errors: string[];
}

async function open(): Promise<Client> {
  const socket = connect(proxy.port, '127.0.0.1');
  sockets.push(socket);
  const client: Client = { socket, chunks: [], errors: [] };
  socket.on('data', (bytes) => client.chunks.push(bytes.toString()));
  socket.on('error', (error) => client.errors.push('code' in error ? String(error.code) : '?'));
  await once(socket, 'connect');
  return client;
}

function text(client: Client): string {
  return client.chunks.join('');
}

/** Resolves at the end of a socket; `once` would reject at its error. */
async function closed({ socket }: Client): Promise<void> {
  if (!socket.closed) await new Promise((resolve) => socket.on('close', resolve));
}

async function echoes(client: Client, said: string): Promise<void> {
  const before = text(client);
  client.socket.write(said);
  await expect.poll(() => text(client)).toBe(before + said);
}

describe('a chaos proxy', () => {
  it('passes bytes and ends, and counts what is open', async () => {
    const client = await open();
    await echoes(client, 'hello');
    expect(proxy.openClients).toBe(1);
    client.socket.end();
    await closed(client);
    await expect.poll(() => proxy.openClients).toBe(0);
    expect(proxy).toMatchObject({ accepted: 1, links: [] });
  });

  it('swallows in both directions, for good on a connection that lost bytes', async () => {
    const lossy = await open();
    const quiet = await open();
    await echoes(lossy, 'a');
    await echoes(quiet, 'b');
    proxy.setMode({ kind: 'blackhole' });
    lossy.socket.write('lost');
    const fresh = await open();
    fresh.socket.end('lost too');
    const [link] = proxy.links;
    await expect.poll(() => lossy.socket.writableLength).toBe(0);
    // An answer to somebody else shows that this one had its time.
    proxy.setMode({ kind: 'pass' }, true);
    await echoes(await open(), 'other');
    proxy.setMode({ kind: 'pass' });
    await echoes(quiet, 'c');
    lossy.socket.write('more');
    await echoes(quiet, 'd');
    expect([text(lossy), text(fresh)]).toEqual(['a', '']);
    expect(fresh.socket.readyState).toBe('readOnly');
    expect(link).toBe(proxy.links[0]);
  });

  it('holds everything and loses nothing', async () => {
    const client = await open();
    await echoes(client, 'a');
    proxy.setMode({ kind: 'hold' });
    client.socket.write('b');
    proxy.setMode({ kind: 'pass' }, true);
    await echoes(await open(), 'other');
    expect(text(client)).toBe('a');
    proxy.setMode({ kind: 'pass' });
    await expect.poll(() => text(client)).toBe('ab');
  });

  it('resets, at once and at the next byte', async () => {
    const one = await open();
    await echoes(one, 'a');
    proxy.reset();
    await closed(one);
    expect(one.errors).toEqual(['ECONNRESET']);

    proxy.setMode({ kind: 'reset' });
    const other = await open();
    other.socket.write('a');
    await closed(other);
    expect(other.errors).toEqual(['ECONNRESET']);
  });

  it('breaks off after so many bytes, both directions counted', async () => {
    const client = await open();
    await echoes(client, 'a');
    proxy.setMode({ kind: 'drop', bytes: 5 });
    client.socket.write('bcd');
    await closed(client);
    expect(text(client).length).toBeLessThanOrEqual(3);
  });

  it('splits, and keeps the order when it stops splitting', async () => {
    const client = await open();
    proxy.setMode({ kind: 'split', bytes: 1 });
    client.socket.write('abcdefgh');
    await expect.poll(() => text(client).length).toBeGreaterThan(0);
    proxy.setMode({ kind: 'pass' });
    await echoes(client, '!');
    expect(text(client)).toBe('abcdefgh!');
    expect(client.chunks.length).toBeGreaterThan(2);
  });

  it('delays what one connection says and not what another does', async () => {
    const late = await open();
    await echoes(late, 'a');
    proxy.setMode({ kind: 'delay', ms: 300 });
    late.socket.write('b');
    proxy.setMode({ kind: 'pass' }, true);
    await echoes(await open(), 'other');
    expect(text(late)).toBe('a');
    await expect.poll(() => text(late)).toBe('ab');
  });

  it('refuses new connections, and takes them again on the same port', async () => {
    const client = await open();
    await echoes(client, 'a');
    await proxy.refuse();
    await expect(open()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await echoes(client, 'b');
    await proxy.accept();
    await echoes(await open(), 'c');
  });
});
