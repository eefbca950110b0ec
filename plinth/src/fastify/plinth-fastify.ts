// The plugin that gives routes their database, an application its health routes and an orderly end.

import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import type { Database } from '../engine/index.js';
import type { RevisionGraph } from '../revisions/index.js';
import {
  type HealthOptions,
  type HealthRouteOptions,
  registerHealthRoutes,
} from './health-routes.js';
import { Lifecycle } from './lifecycle.js';
import { sharedPlugin } from './plugin.js';
import { decorateRequests } from './request-database.js';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The database for the work of this request. When the client goes away before its answer was
     * sent, the running statement is cancelled on the server and fails with ENGINE_ABORTED; use
     * `request.db.root` for work that should outlive the request.
     */
    readonly db: Database;
  }
  interface FastifyInstance {
    /** Requests in flight, and the orderly end. */
    readonly lifecycle: Lifecycle;
  }
}

export interface PlinthFastifyOptions {
  /** An open database; whoever opened it closes it, after the application. */
  readonly db: Database;
  /** The revisions the code needs; without them readiness does not ask for any. */
  readonly revisions?: RevisionGraph;
  /** The ledger's table, where it is not called `ledger`. */
  readonly ledger?: string;
  readonly health?: HealthOptions;
  /** Schemas for the health routes, for OpenAPI. */
  readonly healthRoutes?: HealthRouteOptions;
}

/**
 * Gives each request `request.db`, whose statements are cancelled when the client goes away, the
 * application `app.lifecycle`, and the routes `/health`, `/health/live` and `/health/ready`.
 *
 * @example
 * await app.register(plinthFastify, { db, revisions: await loadRevisions('revisions') });
 * app.get('/tasks', async (request) => await request.db.select().from(tasks));
 */
export const plinthFastify: FastifyPluginCallback<PlinthFastifyOptions> = sharedPlugin(
  'plinth',
  (app: FastifyInstance, options: PlinthFastifyOptions, done: () => void) => {
    const { db, revisions, ledger, health, healthRoutes = {} } = options;
    const lifecycle = new Lifecycle(app);
    app.decorate('lifecycle', lifecycle);
    decorateRequests(app, db);
    registerHealthRoutes(app, {
      db,
      lifecycle,
      revisions,
      ledger,
      timeoutMs: health?.timeoutMs ?? 1500,
      unavailable: health?.unavailable ?? [],
      routes: healthRoutes,
    });
    done();
  },
);
