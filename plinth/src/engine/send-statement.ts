// Hands one statement to node-postgres: as plain text, prepared, or with a prelude before the same
// Sync. It owns no connection and knows no tenant.

import { Query, type ResultBuilder } from 'pg';
import { NamedQuery, type Settle } from './named-query.js';
import type { PooledClient } from './pooled-client.js';
import { type Prelude, ScopedQuery } from './scoped-query.js';
import type { PreparedStatement } from './statement-cache.js';

export interface Statement {
  readonly text: string;
  /** Without values the text is sent as it is, in the simple protocol. */
  readonly values: readonly unknown[] | undefined;
  readonly rowMode: 'object' | 'array';
  readonly prelude: Prelude | undefined;
  /** Parsed anew, and not kept as a prepared statement. */
  readonly once?: true;
}

/**
 * Sends a statement. With values it runs as a prepared statement of its connection, under a name
 * that belongs to its text. It answers through a callback: this is the path of every statement,
 * and a promise at each of its steps would cost a fifth of its speed.
 */
export function sendStatement(client: PooledClient, statement: Statement, settle: Settle): void {
  const { text, values, prelude, once } = statement;
  if (values === undefined && prelude === undefined) {
    client.query(new Query(text, lastResult(settle)));
    return;
  }
  const prepared = once === true ? undefined : client.statements.statementOf(text);
  sendExtended(client, statement, prepared, (error, result) => {
    if (error === undefined || prepared === undefined || !isStalePlan(error)) {
      settle(error, result);
      return;
    }
    client.forgetStatement(text, prepared.name);
    // In a transaction the error has ended it already, and only its owner can run it again.
    if (client.getTransactionStatus() === 'I') sendExtended(client, statement, undefined, settle);
    else settle(error, result);
  });
}

/** Several statements in one text give a list of results, which the driver's types leave out. */
function lastResult(settle: Settle): Settle {
  return (error, result) => {
    const results: readonly ResultBuilder[] = Array.isArray(result) ? result : [result];
    settle(error ?? undefined, results.at(-1) ?? result);
  };
}

function sendExtended(
  client: PooledClient,
  { text, values = [], rowMode, prelude }: Statement,
  prepared: PreparedStatement | undefined,
  settle: Settle,
): void {
  const statement = { text, values, prepared, rowMode };
  if (prelude === undefined) {
    client.query(new NamedQuery(statement, settle));
    return;
  }
  const before = client.statements.isOff ? { ...prelude, name: '' } : prelude;
  client.query(new ScopedQuery(before, statement, settle));
}

/**
 * A prepared statement that the server no longer has (26000: a pooler or a DEALLOCATE took it), or
 * whose result has another shape since a table was changed (0A000).
 */
function isStalePlan(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return (
    error.code === '26000' ||
    (error.code === '0A000' && error.message.includes('cached plan must not change result type'))
  );
}
