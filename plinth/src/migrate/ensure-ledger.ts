// Creates the ledger ahead of the first upgrade, as somebody who may create a schema.

import { ledgerForm } from './ledger-schema.js';
import type { LedgerOptions, MigrationTarget } from './migration-options.js';
import { engineOf } from './migration-session.js';
import { withLedger } from './with-ledger.js';

/**
 * Creates the ledger where there is none, and brings one of an older Plinth to today's form. With
 * neither to do it takes no lock.
 *
 * @returns Whether there was none.
 * @throws PlinthError MIGRATE_POOLER or MIGRATE_LOCK_TIMEOUT.
 * @example
 * const created = await ensureLedger(db);
 */
export async function ensureLedger(
  target: MigrationTarget,
  options: LedgerOptions = {},
): Promise<boolean> {
  const form = await engineOf(target).withConnection((connection) =>
    ledgerForm(connection, options.ledger),
  );
  if (form === 'today') return false;
  return await withLedger(target, options, async (_connection, isNew) => isNew);
}
