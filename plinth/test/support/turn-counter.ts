// Counts round trips: how often the client spoke after the server had, seen from a wire between.

import { connect, createServer, type Socket } from 'node:net';

export interface TurnCounter {
  /** The URL to connect to instead of the server's. */
  readonly url: string;
  /** Round trips so far, over all connections. */
  readonly turns: number;
  close(): Promise<void>;
}

export async function countTurns(serverUrl: string): Promise<TurnCounter> {
  const { hostname, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let turns = 0;
  const wire = createServer((client) => {
    const server = connect(Number(port), hostname);
    let clientsTurn = true;
    client.on('data', (chunk) => {
      if (clientsTurn) turns += 1;
      clientsTurn = false;
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      clientsTurn = true;
      client.write(chunk);
    });
    for (const [socket, other] of [[client, server] as const, [server, client] as const]) {
      sockets.add(socket);
      socket.on('close', () => other.destroy());
      socket.on('error', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  const address = wire.address();
  if (address === null || typeof address === 'string') throw new Error('the wire has no port');
  const url = new URL(serverUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    get turns() {
      return turns;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => wire.close(resolve));
    },
  };
}
