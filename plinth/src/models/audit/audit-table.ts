// The table of audit rows with all that belongs to it: the table of its chains, and the functions that
// write and prune it. What writes rows are the triggers of audited tables.

import { sql } from 'drizzle-orm';
import {
  type AnyPgColumn,
  bigint,
  customType,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  varchar,
} from 'drizzle-orm/pg-core';
import { TENANT_ID_MAX } from '../../engine/index.js';
import { asExtra, type Extra } from '../extras/extra.js';
import { grant } from '../extras/privileges.js';
import { writeFunction } from '../extras/sql-function.js';
import type { Target } from '../extras/target.js';
import { writeTrigger } from '../extras/trigger.js';
import { isolated } from '../isolated.js';
import { invalidModel } from '../model-problem.js';
import { checkLength, NameRegister } from '../names.js';
import type { Part } from '../part.js';
import { readTable } from '../read-table.js';
import { type RoleName, type RoleNames, rolesIn, writeRoles } from '../role-name.js';
import { writeTable } from '../write-table.js';
import { APPEND_ARGS, writeAdvanceBody, writeAppendBody } from './append-function.js';
import { HASH_ARGS, HASH_BODY } from './audit-hash.js';
import { withKeep } from './audit-keep.js';
import { type AuditNames, auditNames, chainsName, DEFAULT_AUDIT_LOG } from './audit-names.js';
import {
  PRUNE_ARGS,
  RECORD_READ_ARGS,
  REFUSE_TRUNCATE_BODY,
  writePruneBody,
  writeRecordReadBody,
} from './log-functions.js';

/** How long audit rows are kept at least, where nothing else is said. */
const DEFAULT_KEEP = '6 years';

export interface AuditTableOptions {
  /** Default: `audit_log`. Its chains are in a table of their own, `audit_chains`. */
  readonly name?: string;
  /** The role that requests run as: it reads the rows of its scope. Default: `app_user`. */
  readonly role?: RoleName;
  /** Other roles that may read, each in the scope of a tenant. Default: none. */
  readonly readers?: RoleNames;
  /** No row can be pruned that is younger, such as `6 years`, `90 days`. Default: `6 years`. */
  readonly keep?: string;
}

/** A table of audit rows, as `auditTable` makes it. */
export type AuditTable = ReturnType<typeof auditTable>;

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => 'bytea' });
const transactionId = customType<{ data: string }>({ dataType: () => 'xid8' });

/**
 * The table of audit rows, isolated by tenant: what `audited()` tables append to. Export it with your
 * models. The rows of a tenant are its chain: numbered without holes, each with the hash of the one
 * before. Nobody is granted INSERT, UPDATE, DELETE or TRUNCATE; functions that run as the owner write.
 *
 * @throws PlinthError MODELS_INVALID, when it is written, for a `keep` that is no time.
 * @example
 * export const auditLog = auditTable();
 * export const notes = audited(isolated(pgTable('notes', { … })), { log: auditLog });
 */
export function auditTable(options: AuditTableOptions = {}) {
  const { name = DEFAULT_AUDIT_LOG, keep = DEFAULT_KEEP } = options;
  const table = pgTable(
    name,
    {
      tenantId: tenantId(),
      /** 1, 2, 3 …, in each chain. */
      seq: bigint('seq', { mode: 'number' }).notNull(),
      occurredAt: timestamp('occurred_at', { withTimezone: true, mode: 'string' }).notNull(),
      /** 1 for the first row that its transaction wrote to the chain. */
      transactionRow: integer('transaction_row').notNull(),
      actor: text('actor'),
      requestId: text('request_id'),
      /** The role that logged in. */
      role: text('role').notNull(),
      action: text('action', { enum: ['insert', 'update', 'delete', 'read'] }).notNull(),
      /** With its schema where that is not `public`. */
      tableName: text('table_name').notNull(),
      /** The primary key, without the tenant. */
      rowKey: jsonb('row_key').notNull(),
      /** Those that were given a value, that changed, or that were read. */
      columns: text('columns').array().notNull(),
      /** Of the columns whose values are recorded: `{ "status": { "old": …, "new": … } }`. */
      changes: jsonb('changes'),
      previousHash: bytes('previous_hash').notNull(),
      hash: bytes('hash').notNull(),
    },
    (table) => [
      primaryKey({ name: `${name}_pkey`, columns: [table.tenantId, table.seq] }),
      ...readable(table, options),
      audit(options),
    ],
  );
  return withKeep(table, keep);
}

/** One row for each chain: what is left of it, and its last row. */
function chainsTable(log: string, options: AuditTableOptions) {
  const name = chainsName(log);
  return pgTable(
    name,
    {
      tenantId: tenantId().primaryKey(),
      firstSeq: bigint('first_seq', { mode: 'number' }).notNull().default(1),
      /** Hash of the row before the first one that was not pruned. */
      firstPreviousHash: bytes('first_previous_hash').notNull().default(sql`''`),
      /** All rows that were pruned are older than this. */
      prunedBefore: timestamp('pruned_before', { withTimezone: true, mode: 'string' }),
      lastSeq: bigint('last_seq', { mode: 'number' }).notNull(),
      previousHash: bytes('previous_hash').notNull(),
      lastHash: bytes('last_hash').notNull(),
      transactionId: transactionId('transaction_id').notNull(),
    },
    (table) => readable(table, options),
  );
}

function tenantId() {
  return varchar('tenant_id', { length: TENANT_ID_MAX }).notNull();
}

function readable(
  table: Readonly<Record<string, AnyPgColumn>>,
  { role, readers = [] }: AuditTableOptions,
): Extra[] {
  const others = Array.isArray(readers) ? readers : [readers];
  return [
    isolated(table, { privileges: ['SELECT'], ...(role === undefined ? {} : { role }) }),
    ...(others.length === 0 ? [] : [grant('SELECT', { to: others })]),
  ];
}

/** The table of chains, the functions and their privileges, written with the log. */
function audit(options: AuditTableOptions): Extra {
  const { role = 'app_user', keep = DEFAULT_KEEP } = options;
  return asExtra({
    kind: 'attached',
    what: 'auditTable',
    roles: [...rolesIn(role), ...rolesIn(options.readers)],
    write: (target) => {
      checkKeep(keep);
      checkLength(`${target.name}_refuse_truncate`, 'function');
      const names = auditNames(target.name, target.schema);
      return [
        ...writeChains(target, options),
        ...writeFunctions(names, keep),
        ...writePrivileges(names, writeRoles(role)),
        ...writeTriggers(names, target),
      ];
    },
  });
}

function checkKeep(keep: string): void {
  if (/^[1-9]\d{0,4} (?:second|minute|hour|day|week|month|year)s?$/.test(keep)) return;
  throw invalidModel(
    `audit rows cannot be kept for ${JSON.stringify(keep)}`,
    'Write a whole number and a unit, such as 6 years.',
  );
}

// It is no model of its own: whoever forgets to export it would have a log that nobody can write.
function writeChains({ name }: Target, options: AuditTableOptions): readonly Part[] {
  const model = readTable(chainsTable(name, options), []);
  return writeTable({ model, origin: { file: '', name } }, new NameRegister());
}

const SAFE = { search_path: ['pg_catalog', 'pg_temp'] } as const;

function writeFunctions(names: AuditNames, keep: string): readonly Part[] {
  const functions = [
    [
      names.hash,
      { args: HASH_ARGS, returns: 'bytea', language: 'sql', body: HASH_BODY, volatility: 'STABLE' },
    ],
    // Only functions that run as the owner call it, with their search_path.
    [names.append, { args: APPEND_ARGS, returns: 'bigint', body: writeAppendBody(names) }],
    [names.advance, { returns: 'trigger', body: writeAdvanceBody(names), ...DEFINER }],
    [
      names.recordRead,
      {
        args: RECORD_READ_ARGS,
        returns: 'bigint',
        body: writeRecordReadBody(names),
        ...DEFINER,
      },
    ],
    [
      names.prune,
      { args: PRUNE_ARGS, returns: 'integer', body: writePruneBody(names, keep), ...DEFINER },
    ],
    [names.refuseTruncate, { returns: 'trigger', body: REFUSE_TRUNCATE_BODY, set: SAFE }],
  ] as const;
  return functions.map(([name, options]) => ({
    phase: 'function',
    sql: writeFunction(name, { language: 'plpgsql', ...options }),
  }));
}

const DEFINER = { security: 'DEFINER', set: SAFE } as const;

// PostgreSQL lets everybody call a new function.
function writePrivileges(names: AuditNames, role: string): readonly Part[] {
  const { hash, append, advance, recordRead, prune, refuseTruncate } = names;
  const own = [
    `${hash}(${typesOf(HASH_ARGS)})`,
    `${append}(${typesOf(APPEND_ARGS)})`,
    `${advance}()`,
    `${refuseTruncate}()`,
  ];
  const lent = [`${recordRead}(${typesOf(RECORD_READ_ARGS)})`, `${prune}(${typesOf(PRUNE_ARGS)})`];
  return [
    ...[...own, ...lent].map((name) => `REVOKE ALL ON FUNCTION ${name} FROM PUBLIC`),
    ...lent.map((name) => `GRANT EXECUTE ON FUNCTION ${name} TO ${role}`),
  ].map((sql) => ({ phase: 'privilege', sql }));
}

function typesOf(args: string): string {
  return args
    .split(', ')
    .map((arg) => arg.slice(arg.indexOf(' ') + 1))
    .join(', ');
}

function writeTriggers({ advance, refuseTruncate }: AuditNames, log: Target): readonly Part[] {
  return [
    {
      phase: 'trigger',
      sql: writeTrigger(`${log.name}_advance`, log, {
        fires: 'AFTER INSERT',
        forEach: 'ROW',
        constraint: 'INITIALLY DEFERRED',
        when: sql`NEW.transaction_row > 1`,
        execute: advance,
      }),
    },
    {
      phase: 'trigger',
      sql: writeTrigger(`${log.name}_refuse_truncate`, log, {
        fires: 'BEFORE TRUNCATE',
        forEach: 'STATEMENT',
        execute: refuseTruncate,
      }),
    },
  ];
}
