// The public subpath `plinth/testing`. It names what is public and holds no code of its own.

export {
  createDatabase,
  type PostgresOptions,
  type PostgresServer,
  startPostgres,
  sweepDatabases,
  type TestDatabase,
  type TestDatabaseOptions,
} from './testing/index.js';
