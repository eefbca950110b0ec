// The ledger: the append-only record, in the database, of what was run there. It is only ever
// read and appended to; what is applied follows from the last entries of each revision.

import type { Connection, ScriptStatement } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import type { Revision } from '../revisions/index.js';
import { LEDGER_FORMAT, ledgerForm, ledgerTable } from './ledger-schema.js';
import { PLINTH_VERSION } from './plinth-version.js';

export type Direction = 'upgrade' | 'downgrade';

/**
 * `started`: a step outside a transaction is about to run. `batch`: a part of a step of a data
 * revision has ended. `step`: a step has ended and others follow. `finished`: the whole revision
 * has ended.
 */
export type EntryState = 'started' | 'batch' | 'step' | 'finished';

/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

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
  /** What was looked at before a step, or where its last batch ended. */
  readonly observed: JsonObject | null;
}

/**
 * The last entry of every revision, oldest first; empty when there is no ledger yet.
 *
 * @throws PlinthError MIGRATE_LEDGER_NEWER when a newer Plinth wrote it.
 */
export async function readLedger(
  connection: Connection,
  ledger?: string,
): Promise<readonly LedgerEntry[]> {
  const form = await ledgerForm(connection, ledger);
  if (form === 'none') return [];
  const { rows } = await connection.query<{ [Field in keyof LedgerRow]: LedgerRow[Field] }>(
    `SELECT revision, direction, state, step, message, checksum, fingerprint,
            recorded_at AS "recordedAt", format, plinth_version AS "plinthVersion",
            ${form === 'today' ? 'observed' : 'NULL AS observed'}
       FROM (SELECT DISTINCT ON (revision) * FROM ${ledgerTable(ledger)}
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
  /** One that is in no file has only what the ledger says of it. */
  readonly revision: Pick<Revision, 'message' | 'checksum'> & { readonly id: string };
  readonly direction: Direction;
  readonly state: EntryState;
  readonly step: number;
  readonly steps: number;
  /** Before the transaction that the entry is written in. */
  readonly durationMs: number;
  readonly fingerprint: string;
  readonly tag: string | undefined;
  /** Written without running anything. */
  readonly stamped?: boolean;
  readonly observed?: JsonObject;
}

/**
 * What the runner sets, for a transaction, to the time a step of a revision began at: seconds since
 * 1970, which no setting of the revision reads otherwise.
 */
export const STEP_STARTED = 'plinth.step_started';

/** Adds to the duration what has passed since the step began, if the transaction says when. */
const DURATION = `$10::integer + coalesce((extract(epoch FROM clock_timestamp()) -
  nullif(current_setting('${STEP_STARTED}', true), '')::numeric) * 1000, 0)::integer`;

/** The statement that appends an entry, for a script. */
export function entryStatement(entry: NewEntry, ledger?: string): ScriptStatement {
  const { revision, observed } = entry;
  return {
    text: `INSERT INTO ${ledgerTable(ledger)} (revision, direction, state, step, steps, message,
         checksum, fingerprint, format, duration_ms, plinth_version, tag, stamped, observed)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, ${DURATION}, $11, $12, $13, $14)`,
    values: [
      revision.id,
      entry.direction,
      entry.state,
      String(entry.step),
      String(entry.steps),
      revision.message,
      revision.checksum,
      entry.fingerprint,
      String(LEDGER_FORMAT),
      String(Math.round(entry.durationMs)),
      PLINTH_VERSION,
      entry.tag ?? null,
      String(entry.stamped ?? false),
      observed === undefined ? null : JSON.stringify(observed),
    ],
  };
}

export async function appendEntry(
  connection: Connection,
  entry: NewEntry,
  ledger?: string,
): Promise<void> {
  const { text, values = [] } = entryStatement(entry, ledger);
  await connection.query(text, values);
}
