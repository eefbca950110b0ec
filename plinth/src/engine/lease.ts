// One use of a connection, and what the pool must know of it when it ends. It decides nothing.

import type { HostAddress } from './host-selector.js';
import type { PooledClient } from './pooled-client.js';
import type { SessionTrace } from './session-traces.js';

/** One use of a connection, from checkout to return. */
export interface Lease {
  readonly client: PooledClient;
  readonly since: number;
  /** Where it was checked out, for the leak watch; none for uses that cannot leak. */
  readonly origin: Error | undefined;
  /** What the statements run so far may have left in the session. */
  trace: SessionTrace;
  /** When the running statement was sent; `undefined` between statements. */
  statementSince: number | undefined;
  /** Statements sent and not answered; more than none at the end were not waited for. */
  pending: number;
  /** Whether a statement failed: the server says only after it how its transaction is. */
  failed: boolean;
  /** Whether a cancel was sent, which might still arrive. */
  cancelled: boolean;
  leakReported: boolean;
}

/** A statement that has been running for long. */
export interface RunningStatement {
  /** The server's process for it. */
  readonly pid: number | undefined;
  /** The host of that server, one of the engine's; none when embedded. */
  readonly address: HostAddress | undefined;
  /** Destroys its connection, unless the statement has ended. */
  breakOff(): void;
}

export function runningStatement(lease: Lease, since: number): RunningStatement {
  const { client } = lease;
  const read = bytesRead(client);
  return {
    pid: client.processID ?? undefined,
    address: client.attempt?.address,
    breakOff: () => {
      // It has ended meanwhile, and another may run; or its answer is arriving.
      if (lease.statementSince !== since || bytesRead(client) !== read) return;
      const seconds = Math.round((performance.now() - since) / 1000);
      client.connection.stream.destroy(new Error(`no answer in ${seconds} s`));
    },
  };
}

function bytesRead({ connection: { stream } }: PooledClient): unknown {
  return 'bytesRead' in stream ? stream.bytesRead : undefined;
}

export function newLease(client: PooledClient, since: number, origin: Error | undefined): Lease {
  return {
    client,
    since,
    origin,
    trace: 'none',
    statementSince: undefined,
    pending: 0,
    failed: false,
    cancelled: false,
    leakReported: false,
  };
}
