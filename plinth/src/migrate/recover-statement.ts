// Looks what a statement outside a transaction had done when it was interrupted: all of its work,
// none, or a part, which is taken away or finished here.

import type { Connection } from '../engine/index.js';
import type { JsonObject } from './ledger.js';
import type { LoneStatement } from './lone-statement.js';
import { findIndexes, type Recovery, recoverIndex, recoverReindex } from './recover-index.js';

type Lone<Kind extends LoneStatement['kind']> = Extract<LoneStatement, { readonly kind: Kind }>;

/** What has to be known later to tell one's own work from what was there. */
export async function observeBefore(
  connection: Connection,
  lone: LoneStatement,
): Promise<JsonObject> {
  switch (lone.kind) {
    case 'create-index':
      return {
        indexes: (await findIndexes(connection, { table: lone.table })).flatMap(
          ({ oid, isToast }) => (isToast ? [] : [oid]),
        ),
      };
    case 'reindex':
      return {
        indexes: (await findIndexes(connection, { [lone.of]: lone.name })).map(({ oid }) => oid),
      };
    case 'drop-index':
      return { existed: await indexExists(connection, lone.name) };
    case 'create':
    case 'drop':
      return { existed: await globalExists(connection, lone) };
    case 'detach':
      return { existed: (await partitionState(connection, lone)) !== 'detached' };
    case 'other':
      return {};
    default:
      return lone satisfies never;
  }
}

/**
 * @param recovery With what {@link observeBefore} saw.
 * @returns Whether nothing is left to do: the statement must not be run again.
 * @throws PlinthError MIGRATE_INTERRUPTED when somebody is still at work on it.
 */
export async function recover(
  connection: Connection,
  lone: LoneStatement,
  recovery: Recovery,
): Promise<boolean> {
  const { existed } = recovery.observed;
  switch (lone.kind) {
    case 'create-index':
      return await recoverIndex(connection, lone, recovery);
    case 'reindex':
      return await recoverReindex(connection, lone, recovery);
    case 'drop-index':
      return existed === true && !(await indexExists(connection, lone.name));
    case 'create':
      return existed === false && (await globalExists(connection, lone));
    case 'drop':
      return existed === true && !(await globalExists(connection, lone));
    case 'detach':
      return existed === true && (await recoverDetach(connection, lone, recovery));
    case 'other':
      return false;
    default:
      return lone satisfies never;
  }
}

async function indexExists(connection: Connection, name: string): Promise<boolean> {
  const { rows } = await connection.query<{ found: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS found',
    [name],
  );
  return rows[0]?.found === true;
}

const GLOBAL_NAMES = {
  database: 'SELECT datname FROM pg_database',
  tablespace: 'SELECT spcname FROM pg_tablespace',
  subscription: `SELECT subname FROM pg_subscription
                  WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
} as const satisfies Record<Lone<'create' | 'drop'>['object'], string>;

async function globalExists(
  connection: Connection,
  { object, name }: Lone<'create' | 'drop'>,
): Promise<boolean> {
  const { rows } = await connection.query<{ found: boolean }>(
    `SELECT (parse_ident($1))[1]::name IN (${GLOBAL_NAMES[object]}) AS found`,
    [name],
  );
  return rows[0]?.found === true;
}

type PartitionState = 'attached' | 'pending' | 'detached';

async function partitionState(
  connection: Connection,
  { parent, partition }: Lone<'detach'>,
): Promise<PartitionState> {
  const { rows } = await connection.query<{ pending: boolean }>(
    `SELECT inhdetachpending AS pending FROM pg_inherits
      WHERE inhrelid = to_regclass($1) AND inhparent = to_regclass($2)`,
    [partition, parent],
  );
  const [row] = rows;
  if (row === undefined) return 'detached';
  return row.pending ? 'pending' : 'attached';
}

async function recoverDetach(
  connection: Connection,
  lone: Lone<'detach'>,
  { execute, tell }: Recovery,
): Promise<boolean> {
  const { parent, partition } = lone;
  const state = await partitionState(connection, lone);
  if (state === 'pending') {
    // The names are SQL as the revision has it, read from the statement itself.
    await execute(`ALTER TABLE ${parent} DETACH PARTITION ${partition} FINALIZE`);
    tell(`finished the detaching of ${partition} that was interrupted`);
  }
  return state !== 'attached';
}
