// Starts the service: database, revisions, listener. It reads no environment and ends no process.

import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { connect, type Database } from 'plinth';
import { loadRevisions } from 'plinth/migrate';
import { buildApp } from './app.js';
import {
  developmentKeysOf,
  NO_AUTHENTICATOR,
  prepareAuthentication,
} from './auth/prepare-authentication.js';
import { describeEmbedder } from './embedding/choose-embedder.js';
import { chooseKeys } from './key-encryption.js';
import { prepareRevisions, upgradeAsOwner } from './prepare-revisions.js';
import type { Settings } from './settings.js';
import { StartError } from './start-error.js';
import { describeTenancy, logTenancy, openTenancy, tenantTables } from './tenancy.js';
import { describeVectors, readVectorSupport, refusalOf } from './vector-support.js';

/** The revisions of this service, beside its code. */
export const REVISIONS_FOLDER = fileURLToPath(new URL('../revisions', import.meta.url));

/** What a start has done, for the banner. */
export interface StartReport {
  readonly url: string;
  readonly database: string;
  readonly revisions: string;
  readonly tenants: string;
  readonly documents: string;
}

export interface RunningService {
  readonly app: FastifyInstance;
  readonly report: StartReport;
  /** Ends requests, listener and database in this order; safe to call twice. */
  stop(): Promise<void>;
}

/**
 * @param signal Abandons the start: what is at work is given the database's deadline to end.
 * @throws StartError, PlinthError or the signal's reason; nothing stays open then.
 */
export async function startService(
  settings: Settings,
  signal?: AbortSignal,
): Promise<RunningService> {
  const revisions = await loadRevisions(REVISIONS_FOLDER);
  // Before the first connection of the service's own: a revision may create its role.
  const upgraded = await upgradeAsOwner(settings, revisions, signal);
  const db = await connect(settings.database);
  // Where closing fails, the end of the start or of the service fails with the same error.
  const closeDb = () => void db.close().catch(() => undefined);
  signal?.addEventListener('abort', closeDb, { once: true });
  try {
    signal?.throwIfAborted();
    // A relative folder is one of the working folder, for the engine too.
    const developmentKeys = await developmentKeysOf(settings, '.');
    const prepared = upgraded ?? (await prepareRevisions(db, settings, revisions, signal));
    const database = `${db.engine.description} (${await describeServer(db)})`;
    const authentication = prepareAuthentication(settings, developmentKeys);
    const vectors = await readVectorSupport(db.engine);
    const tables = tenantTables(vectors);
    const tenancy = await openTenancy(db, tables, chooseKeys(settings, developmentKeys));
    const { revisions: followed } = prepared;
    const app = await buildApp({
      settings,
      db,
      revisions: followed,
      authentication,
      tenancy,
      vectors,
    });
    logTenancy(app, tenancy);
    if (vectors.kind === 'missing') app.log.warn({ fix: vectors.fix }, refusalOf(vectors));
    for (const warning of prepared.warnings) app.log.warn(warning);
    if (authentication.authenticator === undefined) app.log.warn(NO_AUTHENTICATOR);
    signal?.throwIfAborted();
    const url = await listen(app, settings);
    return {
      app,
      report: {
        url,
        database,
        revisions: prepared.report,
        tenants: describeTenancy(
          tenancy,
          db.engine.tenantRole,
          authentication.authenticator !== undefined,
        ),
        documents: describeVectors(
          vectors,
          tenancy.refusals.length === 0
            ? describeEmbedder(settings.documents)
            : 'refused, as tenants are',
        ),
      },
      stop: () => stop(app, db),
    };
  } catch (error) {
    await db.close();
    // An abandoned start fails in whichever way its closed database makes it.
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', closeDb);
  }
}

async function stop(app: FastifyInstance, db: Database): Promise<void> {
  try {
    const { cutOff } = await app.lifecycle.shutDown();
    if (cutOff > 0) app.log.warn({ cutOff }, 'requests were cut off');
  } finally {
    await db.close();
  }
}

async function listen(app: FastifyInstance, { host, port }: Settings): Promise<string> {
  const { level } = app.log;
  try {
    // Fastify would say in its log what the banner says.
    app.log.level = 'silent';
    await app.listen({ host, port });
    app.log.level = level;
  } catch (error) {
    app.log.level = level;
    await app.close();
    throw listenError(error, host, port);
  }
  const address = app.server.address();
  const boundPort = typeof address === 'object' ? address?.port : undefined;
  return `http://${host.includes(':') ? `[${host}]` : host}:${boundPort ?? port}`;
}

function listenError(error: unknown, host: string, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const hint = 'Set HOST and PORT to an address and a port that are free on this machine.';
  switch (code) {
    case 'EADDRINUSE':
      return new StartError(`port ${port} of ${host} is in use`, {
        hint: 'Stop what uses it, or set PORT to another one.',
        cause: error,
      });
    case 'EACCES':
      return new StartError(`port ${port} of ${host} may not be used by this user`, {
        hint,
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(`${host} is no address of this machine`, { hint, cause: error });
    default:
      return error;
  }
}

async function describeServer(db: Database): Promise<string> {
  const { rows } = await db.engine.query<{ version: string }>(
    `SELECT current_setting('server_version') AS version`,
  );
  // Distributions add their own name behind the number.
  const version = `PostgreSQL ${rows[0]?.version.split(' ')[0] ?? ''}`;
  return db.engine.kind === 'embedded' ? `embedded ${version}` : version;
}
