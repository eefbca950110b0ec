// Runs of retention as Prometheus metrics: what went, how runs ended, when the last one was done. It
// runs nothing and keeps no registry.

import type { RetentionBatch, RetentionOutcome } from '../retention/index.js';
import type { MetricsModule } from './metrics-module.js';

export interface RetentionMetricsOptions<Registry> {
  /** Where the metrics are registered. Default: prom-client's global registry. */
  readonly registry?: Registry;
  /** What every name begins with. Default: `plinth_`. */
  readonly prefix?: string;
  /** Names of the classes, so that each is counted from 0. */
  readonly classes?: readonly string[];
}

/** What is told of runs. */
export interface RetentionMetrics {
  /** For `onBatch` of a run. */
  onBatch(batch: Pick<RetentionBatch, 'class' | 'removed'>): void;
  /** After a run. */
  onOutcome(outcome: Pick<RetentionOutcome, 'state' | 'classes' | 'durationMs'>): void;
  /** After a run that threw. */
  onFailure(): void;
}

/** Each is counted from 0, so that the first one is seen as a growth. */
const OUTCOMES = ['done', 'stopped', 'waiting', 'busy', 'incomplete', 'failed'] as const;
type Outcome = (typeof OUTCOMES)[number];

/** Upper bounds in seconds: from a run that finds nothing to one of a million rows. */
const BUCKETS = [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 1800, 3600];

/**
 * Registers metrics of retention: counters `retention_rows_removed_total{class}` and
 * `retention_runs_total{outcome}` (`done`, `stopped`, `waiting`, `busy`, `incomplete` where rows could
 * not be removed, `failed`), the histogram `retention_duration_seconds`, and the gauge
 * `retention_last_success_timestamp_seconds`, which is 0 before the first run of this process is done.
 *
 * @example
 * const metrics = retentionMetrics(promClient, { registry });
 * metrics.onOutcome(await runRetention(db, { classes, onBatch: metrics.onBatch }));
 */
export function retentionMetrics<Registry>(
  client: MetricsModule<Registry>,
  options: RetentionMetricsOptions<Registry> = {},
): RetentionMetrics {
  const { registry, prefix = 'plinth_', classes = [] } = options;
  const describe = (name: string, help: string) => ({
    name: `${prefix}retention_${name}`,
    help,
    ...(registry === undefined ? {} : { registers: [registry] }),
  });
  const removed = new client.Counter<'class'>({
    ...describe('rows_removed_total', 'Rows whose time was up, by class.'),
    labelNames: ['class'],
  });
  for (const name of classes) removed.inc({ class: name }, 0);
  const runs = new client.Counter<'outcome'>({
    ...describe('runs_total', 'Runs of retention, by how they ended.'),
    labelNames: ['outcome'],
  });
  for (const outcome of OUTCOMES) runs.inc({ outcome }, 0);
  const duration = new client.Histogram({
    ...describe('duration_seconds', 'How long runs of retention took, rests included.'),
    buckets: BUCKETS,
  });
  let lastSuccess = 0;
  new client.Gauge({
    ...describe('last_success_timestamp_seconds', 'When a run of this process was last done.'),
    collect() {
      this.set(lastSuccess);
    },
  });
  return {
    onBatch: (batch) => removed.inc({ class: batch.class }, batch.removed),
    onOutcome: (outcome) => {
      const state = stateOf(outcome);
      runs.inc({ outcome: state });
      if (state === 'busy') return;
      duration.observe(outcome.durationMs / 1000);
      if (state === 'done') lastSuccess = Date.now() / 1000;
    },
    onFailure: () => runs.inc({ outcome: 'failed' }),
  };
}

function stateOf({ state, classes }: Pick<RetentionOutcome, 'state' | 'classes'>): Outcome {
  const isComplete = classes.every(({ problems }) => problems.length === 0);
  return state === 'done' && !isComplete ? 'incomplete' : state;
}
