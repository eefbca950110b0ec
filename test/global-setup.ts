// Runs once for a whole test run: one PostgreSQL server, whose URL every test file can ask for.

import { startPostgres, sweepDatabases } from 'plinth/testing';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The server of this run; its user may create databases and roles. */
    readonly serverUrl: string;
  }
}

/** Starts the run's server, or uses the one PLINTH_TEST_DATABASE_URL names. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const url = process.env.PLINTH_TEST_DATABASE_URL;
  if (url) {
    await sweepDatabases(url);
    project.provide('serverUrl', url);
    return async () => undefined;
  }
  const server = await startPostgres();
  project.provide('serverUrl', server.url);
  return () => server.remove();
}
