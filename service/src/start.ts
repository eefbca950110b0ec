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

/**
 * @param signal Abandons the start: what is at work is given the database's deadline to end.
 * @throws StartError, PlinthError or the signal's reason; nothing stays open then.
 */
export async function startService(
  settings: Settings,
  signal?: AbortSignal,
): Promise<RunningService> {
  const db = await connect({ url: settings.databaseUrl, applicationName: 'plinth-service' });
  // Where closing fails, the end of the start or of the service fails with the same error.
  const closeDb = () => void db.close().catch(() => undefined);
  signal?.addEventListener('abort', closeDb, { once: true });
  try {
    signal?.throwIfAborted();
    const revisions = await loadRevisions(REVISIONS_FOLDER);
    const prepared = await prepareRevisions(db, revisions, settings.migrateOnStart, signal);
    const database = `${db.engine.description} (${await describeServer(db)})`;
    const app = await buildApp({ settings, db, revisions });
    for (const warning of prepared.warnings) app.log.warn(warning);
    signal?.throwIfAborted();
    const url = await listen(app, settings);
    return {
      app,
      report: { url, database, revisions: prepared.report },
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

interface PreparedRevisions {
  readonly report: string;
  readonly warnings: readonly string[];
}

async function prepareRevisions(
  db: Database,
  revisions: RevisionGraph,
  migrate: boolean,
  signal: AbortSignal | undefined,
): Promise<PreparedRevisions> {
  if (migrate) {
    const onProgress = () => signal?.throwIfAborted();
    const { ran, heads, warnings } = await upgrade(db, 'head', { revisions, onProgress });
    const done = ran.length === 0 ? '' : `${ran.length} applied now, `;
    const nothing = done === '' ? ', nothing to apply' : '';
    return { report: `${done}at head ${heads.join(', ')}${nothing}`, warnings };
  }
  const { state, pending, unknown, heads, warnings } = await status(db, { revisions });
  if (state === 'unknown') {
    throw new StartError(`the database is newer than the code: it has ${unknown.join(', ')}`, {
      hint: 'Start the version of the service that carries these revisions.',
    });
  }
  if (state === 'changed') {
    throw new StartError(`the database was made with other revisions: ${warnings.join('; ')}`, {
      hint: 'Restore each file as it was applied, and put its change into a new revision.',
    });
  }
  const behind = pending.length === 0 ? `at head ${heads.join(', ')}` : `${pending.length} pending`;
  const halfway = state === 'interrupted' ? ', one of them interrupted half-way' : '';
  return { report: `not upgraded (MIGRATE_ON_START=false), ${behind}${halfway}`, warnings };
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
