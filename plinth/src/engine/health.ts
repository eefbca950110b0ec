// Whether the database answers, asked on a path of its own with its own time limit.

import type { Client, Pool } from 'pg';

export type Health =
  | {
      readonly status: 'connected';
      /** Whether every connection of the pool was in use at that moment. */
      readonly saturated: boolean;
    }
  | { readonly status: 'disconnected'; readonly reason: string };

export interface HealthCheck {
  /** Never rejects. Concurrent calls share one answer. */
  check(timeoutMs: number): Promise<Health>;
  close(): Promise<void>;
}

type OpenClient = (timeoutMs: number) => Promise<Client>;

/** Checks a server over one connection that is kept for this alone. */
export function serverHealth(pool: Pool, openClient: OpenClient): HealthCheck {
  let client: Client | undefined;

  const drop = () => {
    // Ending a client that waits for an answer destroys its socket; nothing is left to wait for.
    client?.end().catch(() => undefined);
    client = undefined;
  };
  const ask = async (timeoutMs: number) => {
    if (client === undefined) {
      const opened = await openClient(timeoutMs);
      opened.on('error', () => {
        if (client === opened) client = undefined;
      });
      client = opened;
    }
    await client.query('SELECT 1');
  };

  return {
    check: singleFlight(async (timeoutMs) => {
      const start = performance.now();
      const left = () => Math.max(1, timeoutMs - (performance.now() - start));
      const reused = client !== undefined;
      let failure = await attempt(ask(left()), left());
      if (failure !== undefined && reused) {
        // The kept connection may be older than a restart of the server: ask over a new one.
        drop();
        failure = await attempt(ask(left()), left());
      }
      if (failure !== undefined) drop();
      return toHealth(failure, isSaturated(pool));
    }),
    close: async () => drop(),
  };
}

/** Checks the embedded database; while its one connection is in use, it is alive by that. */
export function embeddedHealth(pool: Pool): HealthCheck {
  return {
    check: singleFlight(async (timeoutMs) => {
      if (isSaturated(pool)) return { status: 'connected', saturated: true };
      return toHealth(await attempt(pool.query('SELECT 1'), timeoutMs), false);
    }),
    close: async () => undefined,
  };
}

function isSaturated(pool: Pool): boolean {
  return pool.idleCount === 0 && pool.totalCount >= (pool.options.max ?? 1);
}

function toHealth(failure: string | undefined, saturated: boolean): Health {
  return failure === undefined
    ? { status: 'connected', saturated }
    : { status: 'disconnected', reason: failure };
}

/** Why the work failed or that it took too long; `undefined` when it ended well. */
async function attempt(work: Promise<unknown>, timeoutMs: number): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer in ${Math.round(timeoutMs)} ms`), timeoutMs);
  });
  const done = work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message || error.name : String(error)),
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

function singleFlight(
  check: (timeoutMs: number) => Promise<Health>,
): (timeoutMs: number) => Promise<Health> {
  let running: Promise<Health> | undefined;
  return (timeoutMs) => {
    running ??= check(timeoutMs).finally(() => {
      running = undefined;
    });
    return running;
  };
}
