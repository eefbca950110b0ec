// The testing room: a real PostgreSQL server for a test run and a database for each test.
// It never looks into a database beyond creating and dropping it.

export { type PostgresOptions, type PostgresServer, startPostgres } from './postgres-server.js';
export {
  createDatabase,
  sweepDatabases,
  type TestDatabase,
  type TestDatabaseOptions,
} from './test-database.js';
