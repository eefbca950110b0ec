// Sends one statement through node-postgres and reports how long it took. It owns no connection.

import type { ClientBase, QueryResult as DriverResult, QueryArrayResult } from 'pg';
import type { ArrayQuery, QueryEvent, QueryResult, QueryRow } from './query.js';

type Report = (event: QueryEvent) => void;

export async function runQuery<Row extends QueryRow>(
  client: ClientBase,
  text: string,
  values: readonly unknown[] | undefined,
  report: Report,
): Promise<QueryResult<Row>> {
  const result: DriverResult<Row> | DriverResult<Row>[] = await timed(text, report, () =>
    values === undefined ? client.query<Row>(text) : client.query<Row>(text, [...values]),
  );
  // Several statements in one text give a list of results, which the driver's types leave out.
  const last = Array.isArray(result) ? result.at(-1) : result;
  return last ?? { rows: [], rowCount: null, command: '', fields: [] };
}

export async function runArrayQuery(
  client: ClientBase,
  query: ArrayQuery,
  report: Report,
): Promise<QueryResult<unknown[]>> {
  const { text, values = [], name } = query;
  return await timed(
    text,
    report,
    (): Promise<QueryArrayResult<unknown[]>> =>
      client.query({
        text,
        values: [...values],
        rowMode: 'array',
        ...(name === undefined ? {} : { name }),
      }),
  );
}

async function timed<Result>(
  text: string,
  report: Report,
  send: () => Promise<Result>,
): Promise<Result> {
  const start = performance.now();
  try {
    const result = await send();
    report({ text, durationMs: performance.now() - start, error: undefined });
    return result;
  } catch (error) {
    report({ text, durationMs: performance.now() - start, error });
    throw error;
  }
}
