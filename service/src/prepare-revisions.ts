// Brings the revisions of the service's database up to date at a start, or says how they stand.

import { type Database, type Engine, isPlinthError, openEngine, parseDatabaseUrl } from 'plinth';
import { type RevisionGraph, status, upgrade } from 'plinth/migrate';
import { hasSqlState, INSUFFICIENT_PRIVILEGE } from './db/sql-state.js';
import type { Settings } from './settings.js';
import { StartError } from './start-error.js';
import { historyFor } from './vector-support.js';

export interface PreparedRevisions {
  /** One line for the banner. */
  readonly report: string;
  readonly warnings: readonly string[];
  /** Those that this server can follow: all, or those before pgvector. */
  readonly revisions: RevisionGraph;
}

/** Upgrades over a connection of the owner's; `undefined` where there is none of its own. */
export async function upgradeAsOwner(
  { database, migration }: Settings,
  revisions: RevisionGraph,
  signal: AbortSignal | undefined,
): Promise<PreparedRevisions | undefined> {
  if (migration === undefined) return undefined;
  // The embedded database cannot be opened twice.
  const isEmbedded = parseDatabaseUrl(migration.url).kind === 'embedded';
  if (isEmbedded && migration.url === database.url) return undefined;
  const owner = await openEngine(migration);
  try {
    return await upgradeToHead(owner, revisions, signal);
  } finally {
    await owner.close();
  }
}

/** Upgrades over the service's own connection, or only looks where no upgrade is wanted. */
export async function prepareRevisions(
  db: Database,
  { migration }: Settings,
  revisions: RevisionGraph,
  signal: AbortSignal | undefined,
): Promise<PreparedRevisions> {
  if (migration !== undefined) return await upgradeToHead(db.engine, revisions, signal);
  const followed = await historyFor(db.engine, revisions, false);
  const { state, pending, unknown, heads, warnings } = await status(db, {
    revisions: followed,
  }).catch(explainRefusal);
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
  const report = `not upgraded (MIGRATE_ON_START=false), ${behind}${halfway}`;
  return { report, warnings, revisions: followed };
}

async function upgradeToHead(
  target: Engine,
  whole: RevisionGraph,
  signal: AbortSignal | undefined,
): Promise<PreparedRevisions> {
  signal?.throwIfAborted();
  const revisions = await historyFor(target, whole, true);
  // Between two revisions: the one at work ends, so that the next start has less to do.
  const beforeRevision = async () => signal?.throwIfAborted();
  const run = () => upgrade(target, 'head', { revisions, hooks: { beforeRevision } });
  const { ran, heads, warnings } = await run().catch(explainRefusal);
  const done = ran.length === 0 ? '' : `${ran.length} applied now, `;
  const nothing = done === '' ? ', nothing to apply' : '';
  return { report: `${done}at head ${heads.join(', ')}${nothing}`, warnings, revisions };
}

/** A login that serves requests may not change tables. */
function explainRefusal(cause: unknown): never {
  if (isPlinthError(cause) || !hasSqlState(cause, INSUFFICIENT_PRIVILEGE)) throw cause;
  const said = cause instanceof Error ? cause.message : String(cause);
  throw new StartError(`the revisions cannot be run or read: ${said}`, {
    hint: 'Set MIGRATION_DATABASE_URL to the owner of the tables; the service’s own login needs GRANT USAGE ON SCHEMA plinth and SELECT ON plinth.ledger.',
    cause,
  });
}
