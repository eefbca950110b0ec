// Whether the database has vectors, which documents stand on. A server without pgvector serves all the
// rest: its history then ends before the revisions that need it.

import type { onRequestHookHandler } from 'fastify';
import type { QueryExecutor } from 'plinth';
import { ProblemError } from 'plinth/fastify';
import { type RevisionGraph, withoutRevision } from 'plinth/migrate';

export type VectorSupport =
  | { readonly kind: 'enabled' }
  | {
      readonly kind: 'missing';
      /** Why documents are not served. */
      readonly reason: string;
      /** What mends it. */
      readonly fix: string;
    };

/** The revision that creates the extension. */
const ENABLING_REVISION = 'f16a2c8e4b70';

/** Where the revisions expect the extension. */
const SCHEMA = 'public';

/** The first version with iterative scans of an index. */
const LEAST_VERSION = [0, 8] as const;

interface Found {
  readonly major: string;
  /** Of the extension in this database, else of its package; none where there is neither. */
  readonly version: string | null;
  readonly installed: boolean;
  /** Where it is installed, as far as it is. */
  readonly schema: string | null;
  /** Whether this role could create it. */
  readonly creatable: boolean;
  /** Whether the revisions have run. */
  readonly created: boolean;
  readonly [column: string]: unknown;
}

/**
 * The service's history as far as the server can follow it.
 *
 * @param upgrades Whether this role is the one that runs it: what only another could run is left out
 *   then, and is pending otherwise.
 */
export async function historyFor(
  executor: QueryExecutor,
  revisions: RevisionGraph,
  upgrades: boolean,
): Promise<RevisionGraph> {
  const found = await look(executor);
  const isThere = problemOf(found) === undefined && (found.creatable || !upgrades);
  // What has run stays in the history, also after the extension was lost with a restored dump.
  const isInstalled = found.installed && found.schema === SCHEMA;
  const canFollow = isInstalled || found.created || (isThere && !found.installed);
  return canFollow ? revisions : withoutRevision(revisions, ENABLING_REVISION);
}

/** Whether documents can be served from a database whose revisions have run. */
export async function readVectorSupport(executor: QueryExecutor): Promise<VectorSupport> {
  const found = await look(executor);
  const problem = problemOf(found);
  if (problem !== undefined) return { kind: 'missing', ...problem };
  if (found.installed && found.created) return { kind: 'enabled' };
  if (!found.installed) {
    return {
      kind: 'missing',
      reason: 'the extension vector is not created in the database',
      fix: 'Run `npx plinth upgrade` as the owner, after `CREATE EXTENSION vector SCHEMA public` by a superuser where the owner may not create it, and start the service again.',
    };
  }
  return {
    kind: 'missing',
    reason: 'the revisions that create them have not run',
    fix: 'Run `npx plinth upgrade`, and start the service again.',
  };
}

async function look(executor: QueryExecutor): Promise<Found> {
  const { rows } = await executor.query<Found>(
    `SELECT current_setting('server_version_num')::int / 10000 AS major,
       coalesce(
         (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
         (SELECT default_version FROM pg_available_extensions WHERE name = 'vector')
       ) AS version,
       EXISTS (SELECT FROM pg_extension WHERE extname = 'vector') AS installed,
       (SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'vector') AS schema,
       EXISTS (
         SELECT FROM pg_available_extension_versions AS known
         JOIN pg_roles AS role ON role.rolname = current_user
         WHERE known.name = 'vector' AND (role.rolsuper OR NOT known.superuser
           OR (known.trusted AND has_database_privilege(current_database(), 'CREATE')))
       ) AS creatable,
       to_regclass('public.document_embeddings') IS NOT NULL AS created`,
  );
  const [found] = rows;
  if (found === undefined) throw new Error('a SELECT without a table gave no row');
  return found;
}

function problemOf({ major, version, installed, schema }: Found) {
  const packages = `pgvector, as the package postgresql-${major}-pgvector or in the image pgvector/pgvector`;
  if (version === null) {
    return {
      reason: 'the PostgreSQL server has no pgvector (the extension vector)',
      fix: `Install ${packages}, and start the service again.`,
    };
  }
  if (schema !== null && schema !== SCHEMA) {
    return {
      reason: `the extension vector is in the schema ${schema}, and documents need it in ${SCHEMA}`,
      fix: `Run \`ALTER EXTENSION vector SET SCHEMA ${SCHEMA}\`, and start the service again.`,
    };
  }
  if (isRecent(version)) return undefined;
  const update = installed ? ', run `ALTER EXTENSION vector UPDATE`' : '';
  return {
    reason: `the PostgreSQL server has pgvector ${version}, and ${LEAST_VERSION.join('.')} is the oldest that will do`,
    fix: `Install a newer ${packages}${update}, and start the service again.`,
  };
}

function isRecent(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_VERSION;
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/**
 * One line for the banner.
 *
 * @param served What it says where documents are served.
 */
export function describeVectors(support: VectorSupport, served: string): string {
  return support.kind === 'enabled' ? served : `refused: ${support.reason}`;
}

/** The `onRequest` hook of routes that need vectors. */
export function vectorsServed(support: VectorSupport): onRequestHookHandler {
  return (_request, _reply, done) => {
    if (support.kind === 'enabled') done();
    else done(new ProblemError({ status: 503, detail: refusalOf(support) }));
  };
}

/** What a client, or whoever asks for readiness, is told. */
export function refusalOf({ reason, fix }: Extract<VectorSupport, { kind: 'missing' }>): string {
  return `Documents are not served: ${reason}. ${fix}`;
}
