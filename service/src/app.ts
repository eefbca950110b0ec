// Puts the application together from its parts. It opens no database and listens nowhere.

import cors from '@fastify/cors';
import { type FastifyInstance, fastify } from 'fastify';
import { type Database, traceQueries } from 'plinth';
import { plinthFastify, problemDetails, serverOptions } from 'plinth/fastify';
import type { RevisionGraph } from 'plinth/migrate';
import { type Authentication, registerAuthentication } from './auth/authentication.js';
import { logDatabaseEvents } from './database-log.js';
import { chooseEmbedder } from './embedding/choose-embedder.js';
import { zodValidatorCompiler } from './http/zod-validator.js';
import { loggerOptions } from './logger-options.js';
import { registerMetrics } from './metrics.js';
import { registerOpenApi } from './openapi.js';
import { RequestLog } from './request-log.js';
import { deferLogger } from './request-logger.js';
import { registerRetention } from './retention.js';
import { auditRoutes } from './routes/audit.js';
import { documentRoutes } from './routes/documents.js';
import { enhancementRoutes } from './routes/enhancements.js';
import { taskRoutes } from './routes/tasks.js';
import { tenantRoutes } from './routes/tenants.js';
import { todoRoutes } from './routes/todos.js';
import { healthRoutes } from './schemas/health.js';
import type { Settings } from './settings.js';
import type { Tenancy } from './tenancy.js';
import { refusalOf, type VectorSupport } from './vector-support.js';

export interface AppParts {
  readonly settings: Pick<
    Settings,
    'logLevel' | 'allowedOrigins' | 'dbEcho' | 'documents' | 'retention'
  >;
  readonly db: Database;
  readonly revisions: RevisionGraph;
  readonly authentication: Authentication;
  readonly tenancy: Tenancy;
  readonly vectors: VectorSupport;
}

export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const { settings, db, revisions, authentication, tenancy, vectors } = parts;
  const app = fastify({
    ...serverOptions(),
    logger: loggerOptions(settings),
    logController: new RequestLog(),
    childLoggerFactory: deferLogger,
  });
  app.setValidatorCompiler(zodValidatorCompiler);
  // The types hold an answer to its schema, and no answer is built from more than its columns.
  app.setSerializerCompiler(() => JSON.stringify);
  await registerCors(app, settings.allowedOrigins);
  await app.register(problemDetails);
  await registerOpenApi(app);
  const registry = registerMetrics(app, db);
  registerRetention(app, { db, settings: settings.retention, registry });
  const unavailable = vectors.kind === 'missing' ? [refusalOf(vectors)] : [];
  await app.register(plinthFastify, { db, revisions, health: { unavailable }, healthRoutes });
  registerAuthentication(app, authentication);
  await app.register(taskRoutes, { restoreWithin: settings.retention.times.deletedTasks });
  await app.register(todoRoutes);
  await app.register(tenantRoutes, { tenancy });
  await app.register(enhancementRoutes, { tenancy });
  await app.register(auditRoutes, { tenancy });
  const tools = { ...settings.documents, embedder: chooseEmbedder(settings.documents) };
  await app.register(documentRoutes, { tenancy, vectors, tools });
  logDatabaseEvents(app, db, settings.dbEcho);
  await traceQueries(db.engine);
  return app;
}

/** Before anything that answers, so that a browser may read the answer whatever it is. */
async function registerCors(app: FastifyInstance, allowed: Settings['allowedOrigins']) {
  if (allowed !== '*' && allowed.length === 0) return;
  await app.register(cors, {
    origin: allowed === '*' ? '*' : [...allowed],
    methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
    exposedHeaders: [
      'ETag',
      'Idempotency-Replayed',
      'Link',
      'Location',
      'Retry-After',
      'WWW-Authenticate',
      'X-Request-Id',
    ],
    strictPreflight: false,
  });
}
