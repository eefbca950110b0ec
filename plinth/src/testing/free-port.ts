// Picks a TCP port on the loopback address that nobody listens on at this moment.

import { once } from 'node:events';
import { createServer } from 'node:net';

/** A free port. Another process may take it before it is used: be ready to pick again. */
export async function pickFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new TypeError('not a TCP address');
  return address.port;
}
