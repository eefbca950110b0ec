// The ledger: the append-only record, in the database, of what was run there. It is only ever
// read and appended to; what is applied follows from the last entries of each revision.

import type { Connection } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import type { Revision } from '../revisions/index.js';
import { PLINTH_VERSION } from './plinth-version.js';

export type Direction = 'upgrade' | 'downgrade';

/**
 * `started`: a step outside a transaction is about to run. `step`: a step has ended and others
 * follow. `finished`: the whole revision has ended.
 */
export type EntryState = 'started' | 'step' | 'finished';

/** The last word of the ledger about one revision. */
export interface LedgerEntry {
  readonly revision: string;
  readonly direction: Direction;
  readonly state: EntryState;
  /** Number of the step, from 1; 0 for a revision without statements. */
  readonly step: number;
  readonly message: string;
  readonly checksum: string;
  /** Of the whole revision when it finished, else of the steps that had ended. */
  readonly fingerprint: string;
  /** As PostgreSQL writes a timestamptz. */
  readonly recordedAt: string;
}

/** The format of the ledger this Plinth writes; a database with a higher one is refused. */
const LEDGER_FORMAT = 1;

const CREATE_LEDGER = `
CREATE SCHEMA IF NOT EXISTS plinth;
CREATE TABLE plinth.ledger (
  entry bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  revision text NOT NULL,
  direction text NOT NULL CHECK (direction IN ('upgrade', 'downgrade')),
  state text NOT NULL CHECK (state IN ('started', 'step', 'finished')),
  step integer NOT NULL,
  steps integer NOT NULL,
  message text NOT NULL,
  checksum text NOT NULL,
  fingerprint text NOT NULL,
  duration_ms integer NOT NULL,
  format integer NOT NULL,
  plinth_version text NOT NULL,
  recorded_by text NOT NULL DEFAULT session_user,
  recorded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX ledger_revision_entry ON plinth.ledger (revision, entry DESC);
COMMENT ON TABLE plinth.ledger IS 'What Plinth ran on this database. Append-only.';`;

/** Creates the ledger where there is none. Call it under the migration lock. */
export async function createLedger(connection: Connection): Promise<void> {
  // IF NOT EXISTS would still ask for the right to create, which a deployer may not have.
  if (!(await ledgerExists(connection))) await connection.query(CREATE_LEDGER);
}

async function ledgerExists(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ exists: boolean }>(
    `SELECT to_regclass('plinth.ledger') IS NOT NULL AS exists`,
  );
  return rows[0]?.exists === true;
}

/**
 * The last entry of every revision, oldest first; empty when there is no ledger yet.
 *
 * @throws PlinthError MIGRATE_LEDGER_NEWER when a newer Plinth wrote it.
 */
export async function readLedger(connection: Connection): Promise<readonly LedgerEntry[]> {
  if (!(await ledgerExists(connection))) return [];
  const { rows } = await connection.query<{ [Field in keyof LedgerRow]: LedgerRow[Field] }>(
    `SELECT revision, direction, state, step, message, checksum, fingerprint,
            recorded_at AS "recordedAt", format, plinth_version AS "plinthVersion"
       FROM (SELECT DISTINCT ON (revision) * FROM plinth.ledger
              ORDER BY revision, entry DESC) AS last
      ORDER BY entry`,
  );
  const newer = rows.find((row) => row.format > LEDGER_FORMAT);
  if (newer !== undefined) {
    throw new PlinthError(
      'MIGRATE_LEDGER_NEWER',
      `the ledger was written by Plinth ${newer.plinthVersion}, in a newer form than ` +
        `Plinth ${PLINTH_VERSION} knows`,
      { hint: 'Upgrade plinth in this project.' },
    );
  }
  return rows;
}

interface LedgerRow extends LedgerEntry {
  readonly format: number;
  readonly plinthVersion: string;
}

export interface NewEntry {
  readonly revision: Revision;
  readonly direction: Direction;
  readonly state: EntryState;
  readonly step: number;
  readonly steps: number;
  readonly durationMs: number;
  readonly fingerprint: string;
}

export async function appendEntry(connection: Connection, entry: NewEntry): Promise<void> {
  const { revision } = entry;
  await connection.query(
    `INSERT INTO plinth.ledger (revision, direction, state, step, steps, message, checksum,
                                fingerprint, duration_ms, format, plinth_version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      revision.id,
      entry.direction,
      entry.state,
      entry.step,
      entry.steps,
      revision.message,
      revision.checksum,
      entry.fingerprint,
      Math.round(entry.durationMs),
      LEDGER_FORMAT,
      PLINTH_VERSION,
    ],
  );
}
