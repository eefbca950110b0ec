// What the service measures about itself, for Prometheus: the process, the database, the requests.

import type { FastifyInstance, RouteShorthandOptions } from 'fastify';
import { type Database, engineMetrics } from 'plinth';
import * as promClient from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/**
 * Measures an application and serves the figures at `/metrics`. Call it before any route.
 *
 * @returns Where others put figures of theirs.
 */
export function registerMetrics(app: FastifyInstance, db: Database): promClient.Registry {
  const registry = new promClient.Registry();
  promClient.collectDefaultMetrics({ register: registry });
  const stop = engineMetrics(db.engine, promClient, { registry });
  app.addHook('onClose', async () => stop());
  measureRequests(app, registry);
  app.get('/metrics', { schema: { hide: true }, ...quietly(app) }, async (_request, reply) => {
    reply.type(registry.contentType).header('cache-control', 'no-store');
    return await registry.metrics();
  });
  return registry;
}

function measureRequests(app: FastifyInstance, registry: promClient.Registry): void {
  const duration = new promClient.Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the request to the end of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers: [registry],
  });
  app.addHook('onResponse', (request, reply, done) => {
    // The route, not the path: paths have no end. Methods of no route have none either.
    const route = request.routeOptions.url;
    const labels = {
      method: route === undefined ? 'other' : request.method,
      route: route ?? 'none',
      status: `${Math.floor(reply.statusCode / 100)}xx`,
    };
    duration.observe(labels, reply.elapsedTime / 1000);
    done();
  });
}

/** Whoever scrapes comes every few seconds; a log that is quieter already stays so. */
function quietly(app: FastifyInstance): RouteShorthandOptions {
  return ['trace', 'debug', 'info'].includes(app.log.level) ? { logLevel: 'warn' } : {};
}
