// Tables whose rows belong to tenants, each of whom sees only its own. The tenant of a statement is
// a matter of the engine; here stands what PostgreSQL enforces.

import { is } from 'drizzle-orm';
import { type AnyPgColumn, type PgColumn, PgTable } from 'drizzle-orm/pg-core';
import { TENANT_SETTING } from '../engine/index.js';
import { automaticName, quoteIdentifier, quoteLiteral } from '../sql/index.js';
import { isSerial, writeType } from './column-type.js';
import { configWith } from './drizzle-internals.js';
import { asExtra, carry, type Extra } from './extras/extra.js';
import { writeForcedRls } from './extras/privileges.js';
import type { Target } from './extras/target.js';
import { invalidModel } from './model-problem.js';
import { qualify } from './names.js';
import type { Part } from './part.js';
import { type RoleName, rolesIn, writeRoles } from './role-name.js';

export interface IsolationOptions {
  /** Name of the column that says whose a row is. Default: `tenant_id`. */
  readonly column?: string;
  /** The role that requests run as, and that is granted what they need. Default: `app_user`. */
  readonly role?: RoleName;
  /** What it is granted of them. Default: all four. */
  readonly privileges?: readonly ('SELECT' | 'INSERT' | 'UPDATE' | 'DELETE')[];
}

const ALL = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;

/**
 * Forces row-level security by `tenant_id`: a row is seen, written and removed only in the scope of
 * its tenant, `db.tenant(id)`. Without a scope there are no rows. A role is granted SELECT, INSERT,
 * UPDATE and DELETE, and what these need besides.
 *
 * Takes a table and returns it, or stands in the third argument of `pgTable`.
 *
 * @example
 * export const notes = isolated(pgTable('notes', { ...base(), tenantId: text('tenant_id').notNull() }));
 * export const notes = pgTable('notes', { … }, (t) => [isolated(t)]);
 */
export function isolated<Table extends PgTable>(table: Table, options?: IsolationOptions): Table;
export function isolated(
  columns: Readonly<Record<string, AnyPgColumn>>,
  options?: IsolationOptions,
): Extra;
export function isolated(
  where: PgTable | Readonly<Record<string, AnyPgColumn>>,
  options: IsolationOptions = {},
): PgTable | Extra {
  const extra = isolation(options);
  return is(where, PgTable) ? carry(where, [extra]) : extra;
}

function isolation(options: IsolationOptions): Extra {
  const { column = 'tenant_id', role = 'app_user', privileges = ALL } = options;
  return asExtra({
    kind: 'attached',
    what: 'isolated',
    roles: rolesIn(role),
    write: (target) => {
      const columns = target.table === undefined ? [] : configWith(target.table, []).columns;
      const owner = columns.find(({ name }) => name === column);
      if (owner === undefined) {
        throw invalidModel(
          `${target.sql} is isolated by ${column} and has no such column`,
          'Add it, or name another one: isolated(table, { column }).',
        );
      }
      return [
        ...writeForcedRls(target),
        writePolicy(target, owner),
        ...writeGrants(target, columns, { to: writeRoles(role), privileges }),
      ];
    },
  });
}

// As a sub-select the setting is read once for a statement, not once for a row. It is NULL before a
// session ever had it and empty after a transaction that did; neither may equal anything.
function writePolicy(target: Target, owner: PgColumn): Part {
  const type = writeType(owner);
  const cast = /^(?:text|varchar|char|citext)\b/.test(type) ? '' : `::${type}`;
  const tenant = `nullif(current_setting(${quoteLiteral(TENANT_SETTING)}, true), '')${cast}`;
  const condition = `(${quoteIdentifier(owner.name)} = (select ${tenant}))`;
  return {
    phase: 'policy',
    sql: `CREATE POLICY tenant_isolation_policy ON ${target.sql}\nUSING ${condition}\nWITH CHECK ${condition}`,
  };
}

// Not TRUNCATE and not REFERENCES: policies do not cover them.
function writeGrants(
  target: Target,
  columns: readonly PgColumn[],
  { to, privileges }: { readonly to: string; readonly privileges: readonly string[] },
): readonly Part[] {
  const { schema, name, sql } = target;
  const sequences = columns
    .filter(isSerial)
    .map((column) => qualify(schema, automaticName(name, column.name, 'seq')));
  const grants = [
    ...(schema === undefined ? [] : [`USAGE ON SCHEMA ${quoteIdentifier(schema)}`]),
    ...sequences.map((sequence) => `USAGE ON SEQUENCE ${sequence}`),
    `${privileges.join(', ')} ON TABLE ${sql}`,
  ];
  return grants.map((grant) => ({
    phase: 'privilege',
    sql: `GRANT ${grant} TO ${to}`,
    shared: true,
  }));
}
