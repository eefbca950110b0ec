// Tables whose changes are recorded: each row that is inserted, updated or deleted leaves an audit row,
// in the same transaction. Here stands what is attached to such a table.

import { is } from 'drizzle-orm';
import { type AnyPgColumn, type PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { automaticName } from '../../sql/index.js';
import { asExtra, carry, type Extra } from '../extras/extra.js';
import { writeFunction } from '../extras/sql-function.js';
import type { Target } from '../extras/target.js';
import { writeTrigger } from '../extras/trigger.js';
import { invalidModel } from '../model-problem.js';
import { qualify } from '../names.js';
import type { Part } from '../part.js';
import { readTable } from '../read-table.js';
import { SecretColumn } from '../secret-column.js';
import { type AuditNames, auditNames, DEFAULT_AUDIT_LOG } from './audit-names.js';
import { isAuditLog, nameInLog, namesOfLog } from './find-audit-tables.js';
import { type AuditedTable, settingsFor, writeRecordBody } from './record-function.js';

export interface AuditedOptions {
  /** What `auditTable` made. Default: the table `audit_log`. */
  readonly log?: PgTable;
  /** Name of the column that says whose a row is. Default: `tenant_id`. */
  readonly column?: string;
  /**
   * Columns whose old and new values are recorded, beside the names of all that changed. An audit row
   * lives for years, and nobody can take a value out of it. Default: none.
   */
  readonly values?: readonly AnyPgColumn[];
  /** Names of columns that are not looked at. Default: `updated_at`. */
  readonly ignore?: readonly string[];
}

/**
 * Records every row that is inserted, updated or deleted: who did it, in which request, in which row
 * and columns. Values stay out of it, unless they are asked for. TRUNCATE is refused.
 *
 * Takes a table and returns it, or stands in the third argument of `pgTable`.
 *
 * @throws PlinthError MODELS_INVALID, when it is written, for a table without a tenant or a primary
 *   key, for an audit log, and for values of a column that is encrypted or of another table.
 * @example
 * export const notes = pgTable('notes', { … }, (t) => [isolated(t), audited(t, { log: auditLog })]);
 */
export function audited<Table extends PgTable>(table: Table, options?: AuditedOptions): Table;
export function audited(
  columns: Readonly<Record<string, AnyPgColumn>>,
  options?: AuditedOptions,
): Extra;
export function audited(
  where: PgTable | Readonly<Record<string, AnyPgColumn>>,
  options: AuditedOptions = {},
): PgTable | Extra {
  const extra = asExtra({
    kind: 'attached',
    what: 'audited',
    write: (target) => writeAudited(target, options),
  });
  return is(where, PgTable) ? carry(where, [extra]) : extra;
}

function writeAudited(target: Target, options: AuditedOptions): readonly Part[] {
  const record = qualify(target.schema, automaticName(target.name, undefined, 'audit'));
  const log = options.log === undefined ? auditNames(DEFAULT_AUDIT_LOG) : namesOfLog(options.log);
  refuseLog(target, log);
  const audited = readAudited(target, options);
  return [
    {
      phase: 'function',
      demands: [
        {
          kind: 'table',
          name: log.log,
          message: `${target.sql} is audited in ${log.log}, which no file exports`,
          hint: 'Export what auditTable() makes, and name it: audited(table, { log }).',
        },
        {
          kind: 'alone',
          name: record,
          message: `${target.sql} is audited twice`,
          hint: 'Take one audited() away, around the table or in its third argument.',
        },
      ],
      sql: writeFunction(record, {
        returns: 'trigger',
        language: 'plpgsql',
        body: writeRecordBody(log, audited),
        security: 'DEFINER',
        set: { search_path: ['pg_catalog', 'pg_temp'], ...settingsFor(audited) },
      }),
    },
    { phase: 'privilege', sql: `REVOKE ALL ON FUNCTION ${record}() FROM PUBLIC` },
    {
      phase: 'trigger',
      // At the end of the transaction, so that nobody holds the lock of a chain while waiting for rows.
      sql: writeTrigger(automaticName(target.name, undefined, 'audit'), target, {
        fires: 'AFTER INSERT OR UPDATE OR DELETE',
        forEach: 'ROW',
        constraint: 'INITIALLY DEFERRED',
        execute: record,
      }),
    },
    {
      ...writeRefusal(target, log),
      onPartitions: { of: target.sql, write: (partition) => writeRefusal(partition, log) },
    },
  ];
}

/** Triggers of statements are not passed on to partitions, which can be emptied by themselves. */
function writeRefusal(target: Target, log: AuditNames): Part {
  const name = automaticName(target.name, undefined, 'audit_truncate');
  const execute = log.refuseTruncate;
  const sql = writeTrigger(name, target, {
    fires: 'BEFORE TRUNCATE',
    forEach: 'STATEMENT',
    execute,
  });
  return { phase: 'trigger', sql };
}

/** What the trigger has to know of a table. */
function readAudited({ table, sql }: Target, options: AuditedOptions): AuditedTable {
  if (table === undefined) {
    throw invalidModel(`${sql} is audited and no table`, 'Audit the tables that it reads.');
  }
  const { column = 'tenant_id', ignore = ['updated_at'], values = [] } = options;
  const { columns, primaryKeys } = readTable(table, []);
  const tenant = columns.find((each) => each.name === column);
  if (tenant === undefined) {
    throw invalidModel(
      `${sql} is audited by ${column} and has no such column`,
      'Add it, or name another one: audited(table, { column }).',
    );
  }
  // The third argument of a table is given stand-ins of its columns.
  const named = new Set(primaryKeys.flatMap(({ item }) => item.columns.map((each) => each.name)));
  const key = columns.filter((each) => each.primary || named.has(each.name));
  if (key.length === 0) {
    throw invalidModel(
      `${sql} is audited and has no primary key`,
      'Add one: an audit row says which row it is about.',
    );
  }
  const beside = key.filter((each) => each.name !== column);
  const names = namesOf(values, table, sql);
  const isWatched = (each: PgColumn) => each.generated === undefined && !ignore.includes(each.name);
  const audited: AuditedTable = {
    name: nameInLog(table),
    tenant,
    key: beside.length > 0 ? beside : key,
    columns: columns.filter(isWatched),
    values: columns.filter((each) => names.includes(each.name)),
  };
  refuseSecrets(audited, sql);
  return audited;
}

/** Each row of it would make one more, without end. */
function refuseLog({ table, sql }: Target, { log, chains }: AuditNames): void {
  if (sql !== log && sql !== chains && !isAuditLog(table)) return;
  throw invalidModel(
    `${sql} is audited and belongs to an audit log, whose every row would make another one`,
    'Take audited() away from it: the chain of hashes says whether it was changed.',
  );
}

/** The names of columns that have to be of the table. */
function namesOf(values: readonly AnyPgColumn[], table: PgTable, sql: string): readonly string[] {
  const own = nameInLog(table);
  const foreign = values.find((each) => nameInLog(each.table) !== own);
  if (foreign === undefined) return values.map((each) => each.name);
  throw invalidModel(
    `${sql} is audited with values of ${foreign.name}, a column of ${nameInLog(foreign.table)}`,
    'Name columns of the table itself.',
  );
}

function refuseSecrets({ key, values }: AuditedTable, table: string): void {
  const secret = [...values, ...key].find((column) => is(column, SecretColumn));
  if (secret === undefined) return;
  throw invalidModel(
    `${table} is audited with values of ${secret.name}, which is for secrets`,
    'Take it out of the values, or of the primary key.',
  );
}
