// Finds out whether a pooler hands the transactions of a connection to changing sessions: the
// migration lock would be left in one of them.

import type { Connection, Engine } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';

/**
 * The server's process of a connection that has it for itself.
 *
 * @throws PlinthError MIGRATE_POOLER
 */
export async function ownSession(engine: Engine, connection: Connection): Promise<number> {
  assertDirect(engine);
  const pid = await backendPid(connection);
  // A pooler makes up the number that a connection is told at its start.
  if (engine.kind === 'embedded' || pid === connection.processId) return pid;
  // Where transactions share sessions, another connection gets the one that has just become free.
  const { size, maxOverflow } = engine.pool;
  const other = size + maxOverflow > 1 ? await engine.withConnection(backendPid) : undefined;
  const again = await backendPid(connection);
  if (other === pid || again !== pid) throw poolerError(engine);
  return pid;
}

/** @throws PlinthError MIGRATE_POOLER where the engine was told of a pooler. */
export function assertDirect(engine: Engine): void {
  if (engine.pooler === 'transaction') throw poolerError(engine);
}

async function backendPid(connection: Connection): Promise<number> {
  const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

function poolerError({ description }: Engine): PlinthError {
  return new PlinthError(
    'MIGRATE_POOLER',
    `revisions cannot run through the transaction pooler at ${description}`,
    { hint: 'Set MIGRATION_DATABASE_URL to the server itself, without the pooler.' },
  );
}
