// Whether the database answers, asked on a path of its own with its own time limit.

import type { Pool } from 'pg';
import type { ControlConnection } from './control-connection.js';
import { withDeadline } from './within-time.js';

export type Health =
  | {
      readonly status: 'connected';
      /** Whether every connection of the pool was in use at that moment. */
      readonly saturated: boolean;
    }
  | { readonly status: 'disconnected'; readonly reason: string };

/** Never rejects. Calls made while one runs share its answer. */
export type HealthCheck = (timeoutMs: number) => Promise<Health>;

/** Checks a server over a connection beside the pool. */
export function serverHealth(pool: Pool, control: ControlConnection): HealthCheck {
  return singleFlight(async (timeoutMs) => {
    await control.query('SELECT 1', [], timeoutMs);
    return { status: 'connected', saturated: isSaturated(pool) };
  });
}

/** Checks the embedded database; while its one connection is in use, it is alive by that. */
export function embeddedHealth(pool: Pool): HealthCheck {
  return singleFlight(async (timeoutMs) => {
    if (isSaturated(pool)) return { status: 'connected', saturated: true };
    await withDeadline(pool.query('SELECT 1'), timeoutMs);
    return { status: 'connected', saturated: false };
  });
}

function isSaturated(pool: Pool): boolean {
  return pool.idleCount === 0 && pool.totalCount >= pool.options.max;
}

function singleFlight(check: HealthCheck): HealthCheck {
  let running: Promise<Health> | undefined;
  return (timeoutMs) => {
    running ??= check(timeoutMs)
      .catch((error: unknown) => ({ status: 'disconnected', reason: reasonOf(error) }) as const)
      .finally(() => {
        running = undefined;
      });
    return running;
  };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}
