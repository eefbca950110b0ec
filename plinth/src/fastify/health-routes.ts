// The three health routes. They answer in time whatever the database does.

import type { FastifyInstance, FastifyRequest, RouteShorthandOptions } from 'fastify';
import type { Database, Health } from '../engine/index.js';
import type { RevisionGraph } from '../revisions/index.js';
import type { Lifecycle } from './lifecycle.js';
import { createRevisionCheck, type RevisionState } from './revision-state.js';

export interface HealthOptions {
  /** How long the database may take to answer, in milliseconds. Default: 1500. */
  readonly timeoutMs?: number;
  /**
   * What is not served here while all the rest is, a sentence each: `/health/ready` says it as
   * `unavailable`, and is ready nevertheless. Default: nothing.
   */
  readonly unavailable?: readonly string[];
}

interface HealthParts {
  readonly db: Database;
  readonly lifecycle: Lifecycle;
  readonly revisions: RevisionGraph | undefined;
  readonly ledger: string | undefined;
  readonly timeoutMs: number;
  readonly unavailable: readonly string[];
  /** What else the routes are registered with: their schemas, for OpenAPI. */
  readonly routes: HealthRouteOptions;
}

/** Schemas and the like for each route, merged into its registration. */
export interface HealthRouteOptions {
  readonly health?: RouteShorthandOptions;
  readonly live?: RouteShorthandOptions;
  readonly ready?: RouteShorthandOptions;
}

/**
 * Probes come every few seconds and would bury everything else in the log; a log that is quieter
 * already stays so.
 */
function quietly(app: FastifyInstance): RouteShorthandOptions {
  return ['trace', 'debug', 'info'].includes(app.log.level) ? { logLevel: 'warn' } : {};
}

export function registerHealthRoutes(app: FastifyInstance, parts: HealthParts): void {
  const { routes } = parts;
  const readiness = createReadiness(parts);
  const quiet = quietly(app);

  app.get('/health', { ...routes.health, ...quiet }, async (request, reply) => {
    const { status: database } = await askHealth(parts, request);
    const healthy = database === 'connected';
    reply.code(healthy ? 200 : 503).header('cache-control', 'no-store');
    return { status: healthy ? 'healthy' : 'unhealthy', database };
  });

  app.get('/health/live', { ...routes.live, ...quiet }, async (_request, reply) => {
    reply.header('cache-control', 'no-store');
    return { status: 'alive' };
  });

  app.get('/health/ready', { ...routes.ready, ...quiet }, async (request, reply) => {
    const { ready, ...state } = await readiness(request);
    reply.code(ready ? 200 : 503).header('cache-control', 'no-store');
    const { unavailable } = parts;
    const lacks = unavailable.length === 0 ? {} : { unavailable };
    return { status: ready ? 'ready' : 'not ready', ...state, ...lacks };
  });
}

function createReadiness(parts: HealthParts) {
  const { db, lifecycle, revisions, ledger, timeoutMs } = parts;
  const checkRevisions =
    revisions === undefined ? undefined : createRevisionCheck(db, { revisions, ledger });

  const migrationState = async (request: FastifyRequest, leftMs: number, saturated: boolean) => {
    try {
      return (await checkRevisions?.(leftMs, saturated)) ?? 'current';
    } catch (error) {
      request.log.warn({ err: error }, 'the state of the revisions cannot be read');
      return 'unknown';
    }
  };

  return async (request: FastifyRequest) => {
    const start = performance.now();
    const health = await askHealth(parts, request);
    const { status: database } = health;
    const left = Math.max(1, timeoutMs - (performance.now() - start));
    const migrations: RevisionState =
      health.status === 'connected'
        ? await migrationState(request, left, health.saturated)
        : 'unknown';
    const ready = database === 'connected' && migrations === 'current' && !lifecycle.shuttingDown;
    return { ready, database, migrations };
  };
}

async function askHealth({ db, timeoutMs }: HealthParts, request: FastifyRequest): Promise<Health> {
  const health = await db.health(timeoutMs);
  if (health.status === 'disconnected') {
    request.log.warn({ reason: health.reason }, 'the database does not answer');
  }
  return health;
}
