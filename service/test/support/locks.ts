// Holds what requests need, until all of them wait for it.

import type { Database } from 'plinth';
import { expect } from 'vitest';

/** Runs the work while a transaction holds what the statement takes. */
export async function whileHeld(
  db: Database,
  statement: string,
  work: () => Promise<void>,
): Promise<void> {
  await db.engine.withConnection(async (connection) => {
    await connection.query('BEGIN');
    await connection.query(statement);
    try {
      await work();
    } finally {
      await connection.query('ROLLBACK');
    }
  });
}

/** Waits until so many locks of the database are waited for. */
export async function untilWaiting(db: Database, count: number): Promise<void> {
  const waiting = async () => {
    const { rows } = await db.engine.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE NOT granted AND datname = current_database()`,
    );
    return rows[0]?.count;
  };
  await expect.poll(waiting).toBe(count);
}

/** The statements that the work sends, each by its first word. */
export async function statementsOf(db: Database, work: () => Promise<unknown>) {
  const statements: string[] = [];
  const listen = ({ text }: { readonly text: string }) => {
    statements.push(/[A-Za-z]+/.exec(text)?.[0]?.toUpperCase() ?? '');
  };
  db.engine.on('query', listen);
  try {
    await work();
  } finally {
    db.engine.off('query', listen);
  }
  return statements;
}
