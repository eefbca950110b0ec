// A transaction from BEGIN to its end, tried again where PostgreSQL says that trying again helps.

import { causesOf, PlinthError } from '../errors/index.js';
import type { Connection } from './connection.js';
import type { Engine } from './engine.js';
import type { Scope } from './tenant-scope.js';
import { DEFAULT_RETRIES, type TransactionOptions } from './transaction-options.js';

const FIRST_BACK_OFF_MS = 10;
const LONGEST_BACK_OFF_MS = 1000;

/**
 * Runs the callback in a transaction: committed when it resolves, rolled back before the error is
 * passed on when it rejects. After a serialization failure or a deadlock the whole callback runs
 * again, on a connection of its own each time.
 *
 * @throws What the callback throws, or PostgreSQL's error of the COMMIT.
 */
export async function runTransaction<Result>(
  engine: Engine,
  options: TransactionOptions,
  scope: Scope | undefined,
  run: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const { retries = DEFAULT_RETRIES, signal } = options;
  const { backOff } = await import('exponential-backoff');
  return await backOff(() => attempt(engine, options, scope, run), {
    numOfAttempts: readRetries(retries) + 1,
    startingDelay: FIRST_BACK_OFF_MS,
    maxDelay: LONGEST_BACK_OFF_MS,
    jitter: 'full',
    retry: (error, number) => {
      if (!isConflict(error) || signal?.aborted === true) return false;
      engine.emit('retry', { attempt: number, error });
      return true;
    },
  });
}

async function attempt<Result>(
  engine: Engine,
  options: TransactionOptions,
  scope: Scope | undefined,
  run: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  return await engine.withConnection(
    async (connection) => {
      await connection.begin(options, scope);
      try {
        const result = await run(connection);
        await commit(connection);
        return result;
      } catch (error) {
        // When it cannot be rolled back, the pool drops the connection, which rolls it back; the
        // first error is the one to tell.
        if (connection.transactionState !== 'idle')
          await connection.rollBack().catch(() => undefined);
        throw error;
      }
    },
    { signal: options.signal },
  );
}

/** PostgreSQL answers COMMIT with ROLLBACK when a statement had failed and nobody noticed. */
async function commit(connection: Connection): Promise<void> {
  const { command } = await connection.query('COMMIT');
  if (command !== 'ROLLBACK') return;
  throw new PlinthError(
    'ENGINE_ROLLED_BACK',
    'the transaction was rolled back: a statement in it failed, and its error was swallowed',
    { hint: 'Let the error pass, or run what may fail in a tx.transaction() of its own.' },
  );
}

function readRetries(retries: number): number {
  if (Number.isInteger(retries) && retries >= 0) return retries;
  throw new PlinthError('ENGINE_OPTION_INVALID', `retries is ${retries}`, {
    hint: 'Give a whole number from 0.',
  });
}

/** serialization_failure and deadlock_detected (PostgreSQL documentation, 13.5). */
function isConflict(error: unknown): boolean {
  return causesOf(error).some(
    (link) => 'code' in link && (link.code === '40001' || link.code === '40P01'),
  );
}
