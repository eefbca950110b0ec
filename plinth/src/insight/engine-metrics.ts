// An engine as Prometheus metrics: the pool's gauges, and histograms and counters of its events.
// It serves nothing and keeps no registry.

import type { EventEmitter } from 'node:events';
import type { Engine, EngineEvents, PoolStatus } from '../engine/index.js';
import { sqlStateOf } from '../sql/index.js';
import type { MetricsModule } from './metrics-module.js';

export interface EngineMetricsOptions<Registry> {
  /** Where the metrics are registered. Default: prom-client's global registry. */
  readonly registry?: Registry;
  /** What every name begins with; two engines in one registry need two. Default: `plinth_`. */
  readonly prefix?: string;
}

/** Upper bounds in seconds: from a statement over loopback to one that somebody waits for. */
const BUCKETS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
  30,
];

/** [what the pool says, name, help] */
const GAUGES: readonly (readonly [keyof PoolStatus, string, string])[] = [
  ['size', 'pool_size', 'Connections the pool keeps when idle.'],
  ['maxOverflow', 'pool_max_overflow', 'Connections allowed on top of its size in a burst.'],
  ['inUse', 'pool_in_use', 'Connections lent to callers.'],
  ['idle', 'pool_idle', 'Connections open and not in use.'],
  ['waiting', 'pool_waiting', 'Callers that wait for a connection.'],
];

/**
 * Registers metrics of an engine and keeps them up to date. prom-client is handed in, so that it is
 * loaded only where it is used.
 *
 * Gauges `pool_size`, `pool_max_overflow`, `pool_in_use`, `pool_idle`, `pool_waiting`; histograms in
 * seconds `pool_wait_seconds`, `pool_checkout_seconds`, `query_duration_seconds`; counters
 * `query_errors_total{class}` (the first two characters of the SQLSTATE, or `client`),
 * `pool_timeouts_total`, `pool_invalidations_total`, `pool_connections_opened_total`,
 * `pool_connections_closed_total{reason}`, `pool_leaks_total`, `transaction_retries_total`.
 *
 * @returns Ends the listening; the metrics stay in the registry as they are then.
 * @example
 * import * as promClient from 'prom-client';
 * const registry = new promClient.Registry();
 * engineMetrics(db.engine, promClient, { registry });
 */
export function engineMetrics<Registry>(
  engine: Engine,
  client: MetricsModule<Registry>,
  options: EngineMetricsOptions<Registry> = {},
): () => void {
  const { registry, prefix = 'plinth_' } = options;
  const describe = (name: string, help: string) => ({
    name: `${prefix}${name}`,
    help,
    ...(registry === undefined ? {} : { registers: [registry] }),
  });
  for (const [key, name, help] of GAUGES) {
    new client.Gauge({
      ...describe(name, help),
      collect() {
        this.set(engine.pool[key]);
      },
    });
  }
  return listen(engine, { ...histograms(client, describe), ...counters(client, describe) });
}

type Describe<Registry> = (
  name: string,
  help: string,
) => { readonly name: string; readonly help: string; readonly registers?: Registry[] };

function histograms<Registry>(client: MetricsModule<Registry>, describe: Describe<Registry>) {
  const histogram = (name: string, help: string) =>
    new client.Histogram({ ...describe(name, help), buckets: [...BUCKETS] });
  return {
    wait: histogram('pool_wait_seconds', 'How long callers waited for a connection.'),
    checkout: histogram('pool_checkout_seconds', 'How long connections were held.'),
    query: histogram('query_duration_seconds', 'How long statements took, failed ones too.'),
  };
}

function counters<Registry>(client: MetricsModule<Registry>, describe: Describe<Registry>) {
  const counter = <Label extends string = never>(
    name: string,
    help: string,
    ...labelNames: Label[]
  ) => new client.Counter<Label>({ ...describe(name, help), labelNames });
  return {
    errors: counter('query_errors_total', 'Statements that failed, by SQLSTATE class.', 'class'),
    timeouts: counter('pool_timeouts_total', 'Callers that got no connection in time.'),
    invalidations: counter(
      'pool_invalidations_total',
      'Times the pool gave up every older connection.',
    ),
    opened: counter('pool_connections_opened_total', 'Connections the pool opened.'),
    closed: counter('pool_connections_closed_total', 'Connections the pool closed.', 'reason'),
    leaks: counter('pool_leaks_total', 'Connections held longer than the leak threshold.'),
    retries: counter('transaction_retries_total', 'Transactions run again after a conflict.'),
  };
}

type Instruments = ReturnType<typeof histograms> & ReturnType<typeof counters>;

function listen(engine: Engine, metrics: Instruments): () => void {
  const { on, stop } = subscriptions(engine);
  on('checkout', ({ waitMs }) => metrics.wait.observe(waitMs / 1000));
  on('checkin', ({ heldMs }) => metrics.checkout.observe(heldMs / 1000));
  on('query', ({ durationMs, error }) => {
    metrics.query.observe(durationMs / 1000);
    if (error !== undefined) metrics.errors.inc({ class: errorClass(error) });
  });
  on('connect', () => metrics.opened.inc());
  on('close', ({ reason }) => metrics.closed.inc({ reason }));
  on('invalidate', () => metrics.invalidations.inc());
  on('timeout', () => metrics.timeouts.inc());
  on('leak', () => metrics.leaks.inc());
  on('retry', () => metrics.retries.inc());
  return stop;
}

function subscriptions(engine: EventEmitter<EngineEvents>) {
  const ends: (() => void)[] = [];
  const on: typeof engine.on = (name, listener) => {
    ends.push(() => engine.off(name, listener));
    return engine.on(name, listener);
  };
  const stop = () => {
    for (const end of ends) end();
  };
  return { on, stop };
}

/** `client` for what never was an answer of the server: a broken connection, a bad value. */
function errorClass(error: unknown): string {
  return sqlStateOf(error)?.slice(0, 2) ?? 'client';
}
