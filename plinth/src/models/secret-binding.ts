// What the values of an encrypted column are bound to: a name for the column, and the columns that
// tell tenant and row. It reads models, and no row.

import { is } from 'drizzle-orm';
import { PgArray, type PgColumn, type PgTable, PgUUID } from 'drizzle-orm/pg-core';
import { PlinthError } from '../errors/index.js';
import { quoteIdentifier } from '../sql/index.js';
import { collectModels } from './collect-models.js';
import { type DataKeyTable, isDataKeyTable } from './data-key-table.js';
import { configWith, isAlias } from './drizzle-internals.js';
import type { SecretKind } from './envelope.js';
import type { ModelFile } from './model-file.js';
import { DEFAULT_SCHEMA } from './names.js';
import { type ReadTable, readTable } from './read-table.js';
import { SecretColumn } from './secret-column.js';

/** A column for secrets, and what its values are bound to. */
export interface SecretBinding extends TenantTable {
  readonly kind: SecretKind;
  readonly column: PgColumn;
  /** `table.column`, as messages say it. */
  readonly place: string;
  /** `table.column`, or what was given in its place. */
  readonly context: string;
  readonly row: readonly RowColumn[];
  /** What tells the row from others of its tenant: the primary key, or else `row`. */
  readonly key: readonly PgColumn[];
  /** Of a blind index: the encrypted column it stands for. */
  readonly of: PgColumn | undefined;
  readonly normalize: (plaintext: string) => string;
}

export interface RowColumn {
  readonly column: PgColumn;
  /** Whether PostgreSQL writes its values in lower case. */
  readonly isUuid: boolean;
}

const bindings = new WeakMap<PgColumn, SecretBinding>();

/**
 * What the values of a column are bound to.
 *
 * @throws PlinthError SECRET_COLUMN_INVALID for a column that is not for secrets, or whose table has
 *   no tenant or no primary key.
 */
export function bindSecret(column: PgColumn): SecretBinding {
  const known = bindings.get(column);
  if (known !== undefined) return known;
  if (isAlias(column.table)) {
    throw invalidColumn(
      `the column ${column.name} is given by an alias of its table`,
      'Give the column of the table itself: an alias has another name, and no value is bound to that.',
    );
  }
  const binding = readBinding(column, readTable(column.table, []));
  bindings.set(column, binding);
  return binding;
}

/** The secrets of a project: its columns for them, and its table of data keys. */
export interface SecretModels {
  readonly bindings: readonly SecretBinding[];
  readonly dataKeys: readonly DataKeyTable[];
}

/**
 * Finds the columns for secrets in files of models, and the tables of data keys.
 *
 * @throws PlinthError SECRET_COLUMN_INVALID, or one of MODELS_*.
 */
export function collectSecrets(files: readonly ModelFile[]): SecretModels {
  const tables = collectModels(files).tables.map(({ model }) => model);
  return {
    bindings: tables.flatMap((table) => {
      const read = readTable(table, []);
      return read.columns
        .filter((column) => isSecret(column) || isListOfSecrets(column))
        .map((column) => readBinding(column, read));
    }),
    dataKeys: tables.filter(isDataKeyTable),
  };
}

function isSecret(column: PgColumn): column is SecretColumn {
  return is(column, SecretColumn);
}

function isListOfSecrets(column: PgColumn): boolean {
  return is(column, PgArray) && isSecret(column.baseColumn);
}

function readBinding(column: PgColumn, table: ReadTable): SecretBinding {
  const place = `${nameTable(column.table)}.${quoteIdentifier(column.name)}`;
  if (isListOfSecrets(column)) {
    throw invalidColumn(
      `${place} is an array of encrypted values`,
      'Encrypt the list as one value, or give its entries a table of their own.',
    );
  }
  if (!isSecret(column)) {
    throw invalidColumn(
      `${place} is neither encrypted() nor blindIndex()`,
      'Make it encrypted(name) in the model.',
    );
  }
  const { kind, context = place, normalize = same } = column.rule;
  const tenant = findColumn(table, place, column.rule.tenant ?? 'tenant_id');
  const of = column.rule.of === undefined ? undefined : findSource(table, place, column.rule.of);
  const key = findKey(table, tenant);
  const row = kind === 'encrypted' ? findRow(table, place, key, column.rule.row) : [];
  return {
    kind,
    table: column.table,
    column,
    place,
    context,
    tenant,
    row: row.map((each) => ({ column: each, isUuid: is(each, PgUUID) })),
    key: key.length > 0 ? key : row,
    of,
    normalize,
  };
}

/** A table whose rows belong to tenants. */
export interface TenantTable {
  readonly table: PgTable;
  readonly tenant: PgColumn;
}

/** A table's name as SQL writes it, with its schema where that is not `public`. */
export function nameTable(table: PgTable): string {
  const { schema = DEFAULT_SCHEMA, name } = configWith(table, []);
  const own = quoteIdentifier(name);
  return schema === DEFAULT_SCHEMA ? own : `${quoteIdentifier(schema)}.${own}`;
}

function same(plaintext: string): string {
  return plaintext;
}

function findColumn({ columns }: ReadTable, place: string, name: string): PgColumn {
  const found = columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  throw invalidColumn(
    `${place} is bound to the column ${name}, which its table does not have`,
    'Add it, or name another one in the options of the column.',
  );
}

function findSource(table: ReadTable, place: string, name: string): PgColumn {
  const found = findColumn(table, place, name);
  if (isSecret(found) && found.rule.kind === 'encrypted') return found;
  throw invalidColumn(
    `${place} stands for ${name}, which is not encrypted`,
    'Name a column of encrypted() in of.',
  );
}

function findRow(
  table: ReadTable,
  place: string,
  key: readonly PgColumn[],
  names: readonly string[] | undefined,
): readonly PgColumn[] {
  if (names !== undefined && names.length > 0) {
    return names.map((name) => findColumn(table, place, name));
  }
  if (key.length > 0) return key;
  throw invalidColumn(
    `${place} is bound to its row, and the table has no primary key`,
    'Add one, or name the columns: encrypted(name, { row: […] }).',
  );
}

/** The primary key, without the tenant where that leaves anything. */
function findKey({ columns, primaryKeys }: ReadTable, tenant: PgColumn): readonly PgColumn[] {
  const key = [
    ...columns.filter(({ primary }) => primary),
    ...primaryKeys.flatMap(({ item }) => item.columns),
  ];
  const beside = key.filter(({ name }) => name !== tenant.name);
  // A table with one row for each tenant has the tenant alone as its key.
  return beside.length > 0 ? beside : key;
}

function invalidColumn(message: string, hint: string): PlinthError {
  return new PlinthError('SECRET_COLUMN_INVALID', message, { hint });
}
