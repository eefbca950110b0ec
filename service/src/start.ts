// Starts the service: database, revisions, listener. It reads no environment and ends no process.

import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { connect, type Database } from 'plinth';
import { loadRevisions, type RevisionGraph, status, upgrade } from 'plinth/migrate';
import { buildApp } from './app.js';
import type { Settings } from './settings.js';
import { StartError } from './start-error.js';

/** The revisions of this service, beside its code. */
export const REVISIONS_FOLDER = fileURLToPath(new URL('../revisions', import.meta.url));

/** What a start has done, for the banner. */
export interface StartReport {
  readonly url: string;
  readonly database: string;
  readonly revisions: string;
}

export interface RunningService {
  readonly app: FastifyInstance;
  readonly report: StartReport;
  /** Ends requests, listener and database in this order; safe to call twice. */
  stop(): Promise<void>;
}

/** @throws StartError or PlinthError; nothing stays open then. */
export async function startService(settings: Settings): Promise<RunningService> {
  const db = await connect({ url: settings.databaseUrl, applicationName: 'plinth-service' });
  try {
    const revisions = await loadRevisions(REVISIONS_FOLDER);
    const revisionReport = await prepareRevisions(db, revisions, settings.migrateOnStart);
    const app = await buildApp({ settings, db, revisions });
    const url = await listen(app, settings);
    const database = `${db.engine.description} (${await describeServer(db)})`;
    return {
      app,
      report: { url, database, revisions: revisionReport },
      async stop() {
        await app.lifecycle.shutDown();
        await db.close();
      },
    };
  } catch (error) {
    await db.close();
    throw error;
  }
}

async function prepareRevisions(
  db: Database,
  revisions: RevisionGraph,
  migrate: boolean,
): Promise<string> {
  if (migrate) {
    const { ran, heads } = await upgrade(db, 'head', { revisions });
    const done = ran.length === 0 ? '' : `${ran.length} applied now, `;
    return `${done}at head ${heads.join(', ')}${done === '' ? ', nothing to apply' : ''}`;
  }
  const { state, pending, unknown, heads } = await status(db, { revisions });
  if (state === 'unknown') {
    throw new StartError(`the database is newer than the code: it has ${unknown.join(', ')}`, {
      hint: 'Start the version of the service that carries these revisions.',
    });
  }
  const behind = pending.length === 0 ? `at head ${heads.join(', ')}` : `${pending.length} pending`;
  return `not upgraded (MIGRATE_ON_START=false), ${behind}`;
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
