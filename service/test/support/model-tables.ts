// Creates the tables of the models as Drizzle describes them, beside those that the revisions made,
// and reads from the catalogs what either of them is.

import { is, SQL } from 'drizzle-orm';
import {
  getTableConfig,
  IndexedColumn,
  type PgColumn,
  PgDialect,
  type PgTable,
} from 'drizzle-orm/pg-core';
import type { Engine } from 'plinth';

const dialect = new PgDialect();

/** The statements for one table in a schema; it refuses what it does not know how to write. */
export function createTableStatements(schema: string, table: PgTable): readonly string[] {
  const { name, columns, checks, indexes, ...others } = getTableConfig(table);
  const { foreignKeys, primaryKeys, uniqueConstraints, policies, enableRLS } = others;
  const unwritten = [...foreignKeys, ...primaryKeys, ...uniqueConstraints, ...policies];
  if (unwritten.length > 0 || enableRLS) throw new Error(`${name} has more than can be written`);
  const parts = [
    ...columns.map(columnText),
    ...checks.map((check) => `CONSTRAINT "${check.name}" CHECK (${text(check.value)})`),
  ];
  return [
    `CREATE TABLE "${schema}"."${name}" (${parts.join(', ')})`,
    ...indexes.map(({ config }) => {
      const { columns: indexed, unique, where, method = 'btree' } = config;
      const what = `${unique ? 'UNIQUE ' : ''}INDEX "${config.name}"`;
      const keys = indexed.map(indexedText).join(', ');
      const condition = where === undefined ? '' : ` WHERE ${text(where)}`;
      return `CREATE ${what} ON "${schema}"."${name}" USING ${method} (${keys})${condition}`;
    }),
  ];
}

/** What the catalogs say of a table's columns, constraints and indexes, one line each. */
export async function describeTable(
  engine: Engine,
  schema: string,
  table: string,
): Promise<readonly string[]> {
  const { rows } = await engine.query<{ line: string }>(
    `WITH this AS (
       SELECT pg_class.oid FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE nspname = $1 AND relname = $2
     )
     SELECT concat_ws(' ', 'column', attname, format_type(atttypid, atttypmod),
                      CASE WHEN attnotnull THEN 'NOT NULL' END,
                      attidentity::text || attgenerated::text, pg_get_expr(adbin, adrelid)) AS line
       FROM this JOIN pg_attribute ON attrelid = this.oid
       LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE attnum > 0 AND NOT attisdropped
     UNION ALL
     SELECT concat_ws(' ', 'constraint', conname, pg_get_constraintdef(pg_constraint.oid))
       FROM this JOIN pg_constraint ON conrelid = this.oid
     UNION ALL
     SELECT replace(pg_get_indexdef(indexrelid), ' ON ' || quote_ident($1) || '.', ' ON ')
       FROM this JOIN pg_index ON indrelid = this.oid
     ORDER BY line`,
    [schema, table],
  );
  return rows.map(({ line }) => line);
}

function columnText(column: PgColumn): string {
  const { name, notNull, primary, isUnique, generated, generatedIdentity, default: value } = column;
  if (isUnique || generated !== undefined) throw new Error(`${name} has more than can be written`);
  return [
    `"${name}" ${column.getSQLType()}`,
    notNull ? 'NOT NULL' : '',
    primary ? 'PRIMARY KEY' : '',
    generatedIdentity === undefined
      ? ''
      : `GENERATED ${identityText(generatedIdentity.type)} AS IDENTITY`,
    value === undefined ? '' : `DEFAULT ${defaultText(value)}`,
  ].join(' ');
}

function identityText(type: 'always' | 'byDefault'): string {
  return type === 'always' ? 'ALWAYS' : 'BY DEFAULT';
}

function defaultText(value: unknown): string {
  if (is(value, SQL)) return text(value);
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  throw new Error(`the default ${String(value)} cannot be written`);
}

function indexedText(column: Partial<IndexedColumn | SQL>): string {
  if (is(column, SQL)) return `(${text(column)})`;
  if (!is(column, IndexedColumn)) throw new Error('an index on what is neither column nor SQL');
  const { name, indexConfig } = column;
  const { order = 'asc', nulls = 'last', opClass = '' } = indexConfig ?? {};
  return `"${name}" ${opClass} ${order} NULLS ${nulls}`;
}

function text(expression: SQL): string {
  const { sql, params } = dialect.sqlToQuery(expression);
  if (params.length > 0) throw new Error(`a definition cannot hold bound values: ${sql}`);
  return sql;
}
