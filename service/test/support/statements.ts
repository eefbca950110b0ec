// The statement that some work sends, to look at its plan.

import { type SQL, sql } from 'drizzle-orm';
import type { Database } from 'plinth';
import { expect } from 'vitest';

/** The text of the one statement that some work sends. */
export async function statementOf(db: Database, work: () => Promise<unknown>): Promise<string> {
  const texts: string[] = [];
  const listen = ({ text }: { readonly text: string }) => texts.push(text);
  db.engine.on('query', listen);
  try {
    await work();
  } finally {
    db.engine.off('query', listen);
  }
  expect(texts).toHaveLength(1);
  return texts[0] ?? '';
}

/** A statement with its values bound again. */
export function bindStatement(statement: string, values: readonly unknown[]): SQL {
  const parts = statement.split(/\$(\d+)/);
  return sql.join(
    parts.map((part, index) =>
      index % 2 === 0 ? sql.raw(part) : sql`${values[Number(part) - 1]}`,
    ),
  );
}
