// The protocol's own CancelRequest, over a connection of its own: what a pooler understands, which
// gives its clients process ids that mean nothing to the server.

import { once } from 'node:events';
import { Connection } from 'pg';
import type { PooledClient } from './pooled-client.js';
import { withDeadline } from './within-time.js';

declare module 'pg' {
  interface ClientBase {
    /** The secret that a cancel must prove to know; left out of the published types. */
    readonly secretKey?: number | null;
  }
  interface Connection {
    /** What node-postgres uses beyond what its types publish. */
    connect(port: number | string, host?: string): void;
    requestSsl(): void;
    cancel(processID: number, secretKey: number): void;
  }
}

/**
 * Asks whoever a client is connected to, a server or a pooler, to cancel what the client runs
 * (PostgreSQL documentation, 54.2.9 "Canceling Requests in Progress"). There is no answer: the
 * other side closes the connection when it has taken the request.
 *
 * @throws What the network reports, or an error that says how long the connection stayed open.
 */
export async function sendCancelRequest(client: PooledClient, timeoutMs: number): Promise<void> {
  const { processID, secretKey, host, port, ssl } = client;
  if (typeof processID !== 'number' || typeof secretKey !== 'number') {
    throw new Error('the connection was not told how to cancel');
  }
  const connection = new Connection(ssl === false ? {} : { ssl });
  connection.once('connect', () => {
    if (ssl === false) connection.cancel(processID, secretKey);
    else connection.requestSsl();
  });
  connection.once('sslconnect', () => connection.cancel(processID, secretKey));
  const closed = once(connection, 'end');
  if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
  else connection.connect(port, host);
  try {
    await withDeadline(closed, timeoutMs);
  } finally {
    connection.stream.destroy();
  }
}
