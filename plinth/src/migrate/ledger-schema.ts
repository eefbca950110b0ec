// The ledger as a table: its name, the SQL that makes it, and how one of an older Plinth is brought
// to today's form. It reads and writes no entry.

import type { Connection } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import { quoteIdentifier, quoteLiteral } from '../sql/index.js';

/** The format this Plinth writes; a database with a higher one is refused. */
export const LEDGER_FORMAT = 2;

export const DEFAULT_LEDGER = 'ledger';

/** The table's index has a longer name, and PostgreSQL would cut both off alike. */
const LONGEST_NAME = 40;

/**
 * The ledger's table, qualified and quoted.
 *
 * @throws PlinthError CONFIG_INVALID
 */
export function ledgerTable(ledger = DEFAULT_LEDGER): string {
  assertLedgerName(ledger);
  return `plinth.${quoteIdentifier(ledger)}`;
}

/** @throws PlinthError CONFIG_INVALID */
function assertLedgerName(ledger: string): void {
  if (/^[a-z_][a-z0-9_]*$/.test(ledger) && ledger.length <= LONGEST_NAME) return;
  throw new PlinthError('CONFIG_INVALID', `the ledger cannot be called "${ledger}"`, {
    hint: `Use lower case letters, digits and "_", at most ${LONGEST_NAME} of them.`,
  });
}

/** Advisory: these two numbers spell "plin" and "schm". */
const SCHEMA_LOCK = [0x70_6c_69_6e, 0x73_63_68_6d] as const;

/** One statement each. The first may need a right that a deployer has not: run it only for none. */
export function createLedgerSql(ledger = DEFAULT_LEDGER): readonly string[] {
  const table = ledgerTable(ledger);
  return [
    // IF NOT EXISTS would still ask for the right to create, and two ledgers may come at once.
    `DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(${SCHEMA_LOCK.join(', ')});
  IF to_regnamespace('plinth') IS NULL THEN CREATE SCHEMA plinth; END IF;
END $$`,
    `CREATE TABLE ${table} (
  entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  revision text NOT NULL,
  direction text NOT NULL CHECK (direction IN ('upgrade', 'downgrade')),
  state text NOT NULL CHECK (state IN ('started', 'batch', 'step', 'finished')),
  step integer NOT NULL,
  steps integer NOT NULL,
  message text NOT NULL,
  checksum text NOT NULL,
  fingerprint text NOT NULL,
  duration_ms integer NOT NULL,
  format integer NOT NULL,
  plinth_version text NOT NULL,
  recorded_by text NOT NULL DEFAULT session_user,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  tag text,
  stamped boolean NOT NULL DEFAULT false,
  observed jsonb
)`,
    `CREATE INDEX ${quoteIdentifier(`${ledger}_revision_entry`)} ON ${table} (revision, entry DESC)`,
    `COMMENT ON TABLE ${table} IS ${quoteLiteral('What Plinth ran on this database. Append-only.')}`,
  ];
}

/** From format 1, which has no tag, no stamps and no batches. */
export function modernizeLedgerSql(ledger: string): readonly string[] {
  const table = ledgerTable(ledger);
  const check = quoteIdentifier(`${ledger}_state_check`);
  return [
    `ALTER TABLE ${table} ADD COLUMN tag text,
  ADD COLUMN stamped boolean NOT NULL DEFAULT false, ADD COLUMN observed jsonb,
  DROP CONSTRAINT ${check},
  ADD CONSTRAINT ${check} CHECK (state IN ('started', 'batch', 'step', 'finished'))`,
  ];
}

/**
 * Creates the ledger where there is none, and brings an older one to today's form. Call it under
 * the migration lock.
 *
 * @returns Whether there was none.
 */
export async function createLedger(
  connection: Connection,
  ledger = DEFAULT_LEDGER,
): Promise<boolean> {
  const form = await ledgerForm(connection, ledger);
  if (form === 'today') return false;
  const statements = form === 'none' ? createLedgerSql(ledger) : modernizeLedgerSql(ledger);
  await connection.query(statements.join(';\n'));
  return form === 'none';
}

/** `older`: without what format 2 brought. Entries say whether it is newer. */
export type LedgerForm = 'none' | 'older' | 'today';

export async function ledgerForm(
  connection: Connection,
  ledger = DEFAULT_LEDGER,
): Promise<LedgerForm> {
  const { rows } = await connection.query<{ form: LedgerForm }>(
    `SELECT CASE WHEN table_oid IS NULL THEN 'none'
                 WHEN EXISTS (SELECT FROM pg_catalog.pg_attribute
                               WHERE attrelid = table_oid AND attname = 'observed') THEN 'today'
                 ELSE 'older' END AS form
       FROM (SELECT (SELECT oid FROM pg_catalog.pg_class
                      WHERE oid = to_regclass($1) AND relkind IN ('r', 'p')) AS table_oid) AS ledger`,
    [ledgerTable(ledger)],
  );
  return rows[0]?.form ?? 'none';
}
