// Drizzle's SQL as text for DDL: bound values become literals, because DDL takes none. It never
// calls inlineParams(), which would change the expression of the program that wrote it.

import { is, Placeholder, type SQL, sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import { quoteLiteral } from '../sql/index.js';
import { writeLiteral } from './literal.js';
import { invalidModel } from './model-problem.js';

class DdlDialect extends PgDialect {
  // Drizzle hands over the value as a second argument.
  override escapeParam(_index: number, value?: unknown): string {
    if (is(value, Placeholder)) {
      throw invalidModel('a definition holds a placeholder', 'Write the value itself.');
    }
    const literal = writeLiteral(value);
    // `a - -1` must not become a comment.
    return literal.startsWith('-') ? `(${literal})` : literal;
  }

  override escapeString(text: string): string {
    return quoteLiteral(text);
  }
}

// A new one for each text: Drizzle's dialect remembers the columns of a table by its name.
function toText(expression: SQL, source?: 'indexes'): string {
  // Drizzle marks the queries of views to be inlined, which knows fewer values than literals do.
  return new DdlDialect().sqlToQuery(sql.join(expression.queryChunks), source).sql.trim();
}

/** An expression over the columns of one table, which are written without the table's name. */
export function writeExpression(expression: SQL): string {
  return toText(expression, 'indexes');
}

/** A query, or an expression that may hold one: columns are written with their tables. */
export function writeQuery(query: SQL): string {
  return toText(query).replace(/(?:\s*;)+$/, '');
}

/** An expression in parentheses; `undefined` where there is none or an empty one. */
export function writeCondition(condition: SQL | undefined): string | undefined {
  const text = condition === undefined ? '' : writeExpression(condition);
  return text === '' ? undefined : `(${text})`;
}
