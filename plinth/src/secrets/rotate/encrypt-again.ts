// Encrypts the values of a table that are under older data keys with the current one: batch by batch,
// each a transaction in the scope of its tenant. What is done is what the envelopes say, so it may
// stop anywhere.

import { isPlinthError } from '../../errors/index.js';
import { ENVELOPE_PREFIX, readEnvelope, type SecretBinding } from '../../models/index.js';
import type { DataKey } from '../data-key.js';
import type { DataKeys } from '../data-keys.js';
import { indexValue, openValue, type Place, sealValue } from '../seal-value.js';
import type { SecretDatabase, SecretExecutor } from '../secret-database.js';
import {
  type BatchRequest,
  type Change,
  type LockedRow,
  lockRows,
  writeChanges,
} from './batch-rows.js';
import type { SecretTable } from './secret-table.js';

/** A value that could not be encrypted again, and stays as it is. */
export interface SecretProblem {
  readonly column: string;
  readonly tenant: string;
  /** The key of its row. */
  readonly row: readonly string[];
  readonly reason: string;
}

export interface BatchResult {
  /** Values and blind indexes that were written. */
  readonly encrypted: number;
  readonly problems: readonly SecretProblem[];
  /** The key of the last row; `undefined` where no row was left. */
  readonly last: readonly string[] | undefined;
}

/** @throws PlinthError one of SECRET_KEY_*, or PostgreSQL's error; then the batch is undone. */
export async function encryptBatch(
  db: SecretDatabase,
  keys: DataKeys,
  table: SecretTable,
  request: BatchRequest,
): Promise<BatchResult> {
  const { tenant } = request;
  // Before the transaction: a key service may take its time.
  const current = await keys.current({ tenant });
  return await db.tenant(tenant).transaction(async (tx) => {
    const rows = await lockRows(tx, table, request, current.id);
    const problems: SecretProblem[] = [];
    const changes: Change[] = [];
    for (const row of rows) {
      const change = await encryptRow({ keys, tx, tenant, current, table }, row, problems);
      if (change.written > 0) changes.push(change);
    }
    await writeChanges(tx, table, tenant, changes);
    const encrypted = changes.reduce((sum, { written }) => sum + written, 0);
    return { encrypted, problems, last: rows.at(-1)?.key };
  });
}

interface RowWork {
  readonly keys: DataKeys;
  readonly tx: SecretExecutor;
  readonly tenant: string;
  readonly current: DataKey;
  readonly table: SecretTable;
}

async function encryptRow(
  work: RowWork,
  { key, cells }: LockedRow,
  problems: SecretProblem[],
): Promise<Change> {
  const { tenant, table } = work;
  const texts: (string | null)[] = [];
  let written = 0;
  for (const [index, binding] of table.bindings.entries()) {
    const text = cells[index]?.text ?? null;
    const outcome = await encryptCell(work, cells, binding, text);
    if (outcome.problem !== undefined) {
      problems.push({ column: binding.place, tenant, row: key, reason: outcome.problem });
    }
    texts.push(outcome.text);
    if (outcome.text !== text) written++;
  }
  return { key, texts, written };
}

interface CellOutcome {
  readonly text: string | null;
  readonly problem: string | undefined;
}

/** The text that a column is to hold: the same where it cannot be read. */
async function encryptCell(
  work: RowWork,
  cells: LockedRow['cells'],
  binding: SecretBinding,
  text: string | null,
): Promise<CellOutcome> {
  const { tenant, current } = work;
  if (text === null || text.startsWith(`${ENVELOPE_PREFIX[binding.kind]}${current.id}:`)) {
    return { text, problem: undefined };
  }
  const source = await openSource(work, cells, binding);
  if ('problem' in source) return { text, problem: source.problem };
  const { place, plaintext } = source;
  const fresh =
    binding.kind === 'encrypted'
      ? sealValue(current, place, plaintext)
      : indexValue(current, { binding, tenant }, plaintext);
  return { text: fresh, problem: undefined };
}

type Source = { readonly place: Place; readonly plaintext: string } | { readonly problem: string };

/** The plaintext of a cell; for a blind index that of the value it stands for. */
async function openSource(
  { keys, tx, tenant, table }: RowWork,
  cells: LockedRow['cells'],
  { column, kind, of = column }: SecretBinding,
): Promise<Source> {
  const at = table.bindings.findIndex((each) => each.column.name === of.name);
  const binding = table.bindings[at];
  const cell = cells[at];
  const envelope = readEnvelope('encrypted', cell?.text);
  if (binding === undefined || cell === undefined || envelope === undefined) {
    return { problem: kind === 'encrypted' ? 'it is not encrypted' : 'it stands for nothing' };
  }
  const place = { binding, tenant, row: cell.row };
  try {
    const key = await keys.byId({ tenant, tx }, envelope.dataKeyId);
    return { place, plaintext: openValue(key, place, envelope) };
  } catch (error) {
    if (!isPlinthError(error) || !OF_ONE_VALUE.has(error.code)) throw error;
    return { problem: error.message };
  }
}

/** Wrong is the key of a data key that is damaged: rotation begins with none that is wrong itself. */
const OF_ONE_VALUE: ReadonlySet<string> = new Set([
  'SECRET_NOT_AUTHENTIC',
  'SECRET_KEY_UNKNOWN',
  'SECRET_KEY_WRONG',
]);
