// Makes a session that comes back as it was when it was lent. It lends and drops nothing.

import { once } from 'node:events';
import type { Lease } from './lease.js';
import type { PooledClient } from './pooled-client.js';
import { RESET_SESSION } from './session-traces.js';
import { withinTime } from './within-time.js';

const ANSWER_TIMEOUT_MS = 5000;

/**
 * Waits until the server has answered all that was sent. An error is told before the state of the
 * transaction, and a statement may not have been waited for.
 *
 * @throws When that takes too long, or the connection ends.
 */
async function serverIsReady(client: PooledClient): Promise<void> {
  if (client.readyForQuery) return;
  const failure = await withinTime(once(client, 'drain'), ANSWER_TIMEOUT_MS);
  if (failure !== undefined) throw failure;
}

/**
 * Rolls back, clears settings, and forgets prepared statements that were given up.
 *
 * @throws When the session cannot be cleaned: then it must be dropped.
 */
export async function cleanSession(lease: Lease, evicted: readonly string[]): Promise<void> {
  const { client, trace, cancelled, failed, pending } = lease;
  // A cancel that comes late hits this statement, and nobody else's.
  if (cancelled) await client.query('SELECT 1').catch(() => undefined);
  if (failed || pending > 0) await serverIsReady(client);
  if (client.getTransactionStatus() !== 'I') await client.query('ROLLBACK');
  if (trace === 'settings') await client.query(RESET_SESSION);
  if (evicted.length > 0) await deallocate(client, evicted);
}

/** Tells the server, and node-postgres, to forget prepared statements. */
async function deallocate(client: PooledClient, names: readonly string[]): Promise<void> {
  await client.query(names.map((name) => `DEALLOCATE ${name}`).join('; '));
  for (const name of names) delete client.connection.parsedStatements[name];
}
