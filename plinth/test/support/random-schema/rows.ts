// Rows for the tables of a random schema. One that PostgreSQL refuses is left out.

import type { Relation } from './world.js';

const ROWS = 3;

/** INSERT statements, each of one row; tables before those that may refer to them. */
export function insertsFor(relations: readonly Relation[]): readonly string[] {
  const tables = relations.filter(({ kind }) => kind === 'table');
  return tables.flatMap((table) =>
    Array.from({ length: ROWS }, (_, row) => insertOf(table, row + 1)),
  );
}

function insertOf({ name, columns }: Relation, row: number): string {
  const written = columns.filter(({ isWritable }) => isWritable);
  if (written.length === 0) return `INSERT INTO ${name} DEFAULT VALUES`;
  const values = written.map(({ type, literal = type.literal }) => literal(row));
  const names = written.map((column) => column.name);
  return `INSERT INTO ${name} (${names.join(', ')}) OVERRIDING SYSTEM VALUE VALUES (${values.join(', ')})`;
}
