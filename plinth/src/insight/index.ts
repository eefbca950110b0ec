// The room for insight: what an engine does, as metrics and as spans. It changes nothing about it.

export { type EngineMetricsOptions, engineMetrics } from './engine-metrics.js';
export type { MetricOptions, MetricsModule } from './metrics-module.js';
export {
  type RetentionMetrics,
  type RetentionMetricsOptions,
  retentionMetrics,
} from './retention-metrics.js';
export { traceQueries } from './trace-queries.js';
