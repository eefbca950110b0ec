// Says in Plinth's words that the session of a run has ended, wherever in the run that was.

import type { Connection } from '../engine/index.js';
import { isPlinthError, PlinthError } from '../errors/index.js';

/**
 * @throws What the work throws; where the session was lost and no other error says so, PlinthError
 *   MIGRATE_CONNECTION_LOST.
 */
export async function orLost<Result>(
  connection: Connection,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isPlinthError(error) || !connection.isLost) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new PlinthError('MIGRATE_CONNECTION_LOST', `the run lost its connection: ${reason}`, {
      hint: 'Run the command again: it goes on where the ledger says.',
      cause: error,
    });
  }
}
