// Where a history is run: the server, the program that judges, and a connection to either.

import { type Engine, type EngineOptions, openEngine } from 'plinth';
import type { PostgresServer, TestDatabase } from 'plinth/testing';

export interface CrashStage {
  readonly server: PostgresServer;
  /** None where Plinth's own reader has to judge. */
  readonly pgDump: string | undefined;
  /** With everything that is there before the first revision. */
  readonly base: TestDatabase;
}

/** Opens an engine of one connection, and closes it whatever happens. */
export async function withEngine<Result>(
  url: string,
  work: (engine: Engine) => Promise<Result>,
  options: Partial<EngineOptions> = {},
): Promise<Result> {
  await using engine = await openEngine({ url, poolSize: 1, ...options });
  return await work(engine);
}
