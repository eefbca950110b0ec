// Ends a session in the middle of a statement, for sure: the statement waits for a table that is held.

import { sql } from 'drizzle-orm';
import type { Database } from 'plinth';
import { expect } from 'vitest';

/**
 * Ends the session that is the first to wait for the table, and then gives the table free.
 *
 * @param all A superuser's, with two connections.
 * @param work May go on, or fail.
 */
export async function endSessionsAt<Result>(
  all: Database,
  table: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const { outcome } = await all.transaction(async (tx) => {
    await tx.execute(sql`LOCK TABLE ${sql.identifier(table)} IN ACCESS EXCLUSIVE MODE`);
    const outcome = work();
    // Whoever awaits it below is told of a failure.
    void outcome.catch(() => undefined);
    // Beside the transaction: within one the view of activity stays what it was at first.
    const endWaiting = async () => {
      const { rows } = await all.engine.query(
        `SELECT pg_terminate_backend(pid) FROM pg_locks
          WHERE NOT granted AND relation = to_regclass($1)`,
        [table],
      );
      return rows.length;
    };
    await expect.poll(endWaiting, { interval: 5 }).toBeGreaterThan(0);
    return { outcome };
  });
  return await outcome;
}
