// A session that holds the migration lock, with a ledger that is there. For what writes the ledger
// without running revisions.

import type { Connection } from '../engine/index.js';
import { orLost } from './connection-lost.js';
import { createLedger } from './ledger-schema.js';
import { withMigrationLock } from './migration-lock.js';
import type { LedgerOptions, MigrationTarget } from './migration-options.js';
import { DEFAULT_LOCK_TIMEOUT, engineOf } from './migration-session.js';
import { ownSession } from './own-session.js';

export interface WithLedgerOptions extends LedgerOptions {
  readonly onWait?: ((holder: string) => void) | undefined;
}

/**
 * @param work Told whether the ledger was created for it.
 * @throws PlinthError MIGRATE_POOLER or MIGRATE_LOCK_TIMEOUT.
 */
export async function withLedger<Result>(
  target: MigrationTarget,
  { ledger, lockTimeout = DEFAULT_LOCK_TIMEOUT, onWait }: WithLedgerOptions,
  work: (connection: Connection, isNew: boolean) => Promise<Result>,
): Promise<Result> {
  const engine = engineOf(target);
  const run = async (connection: Connection) => {
    await ownSession(engine, connection);
    const lock = { ledger, timeout: lockTimeout, onWait };
    return await withMigrationLock(connection, lock, async () => {
      return await work(connection, await createLedger(connection, ledger));
    });
  };
  return await engine.withConnection((connection) => orLost(connection, () => run(connection)));
}
