import { describe, expect, it } from 'vitest';
import { transactionRule } from './transaction-rules.js';

describe('transactionRule', () => {
  it.each([
    'CREATE INDEX CONCURRENTLY i ON t (a)',
    'create unique index concurrently if not exists i on t (a)',
    'CREATE /* now */ INDEX -- so\n CONCURRENTLY i ON t (a)',
    'DROP INDEX CONCURRENTLY IF EXISTS i',
    'REINDEX TABLE CONCURRENTLY t',
    'REINDEX (VERBOSE) INDEX CONCURRENTLY i',
    'REINDEX (VERBOSE, CONCURRENTLY) TABLE t',
    'REINDEX (CONCURRENTLY on) TABLE t',
    'REINDEX DATABASE d',
    'REINDEX SYSTEM',
    'REINDEX (VERBOSE) SCHEMA public',
    'VACUUM',
    'VACUUM (ANALYZE) t',
    'CREATE DATABASE d',
    'DROP DATABASE IF EXISTS d',
    "CREATE TABLESPACE s LOCATION '/x'",
    'DROP TABLESPACE s',
    "ALTER SYSTEM SET work_mem = '1MB'",
    'ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY;',
    'ALTER DATABASE "d e" SET TABLESPACE s',
    "CREATE SUBSCRIPTION s CONNECTION 'connect = false' PUBLICATION p",
    'ALTER SUBSCRIPTION s SET PUBLICATION p',
    'ALTER SUBSCRIPTION s REFRESH PUBLICATION',
    'ALTER SUBSCRIPTION s SET (failover = true)',
    'DROP SUBSCRIPTION s',
    'CLUSTER',
    'CLUSTER VERBOSE;',
    'CLUSTER (VERBOSE)',
    'DISCARD ALL',
  ])('%s: non-transactional', (statement) => {
    expect(transactionRule(statement)).toBe('non-transactional');
  });

  it.each([
    'CREATE INDEX i ON t (a)',
    'CREATE INDEX "CONCURRENTLY" ON t (a)',
    'DROP INDEX i',
    'REINDEX TABLE t',
    'REINDEX (VERBOSE) TABLE t',
    'REINDEX (CONCURRENTLY false) TABLE t',
    'ANALYZE t',
    'CHECKPOINT',
    'ALTER TABLE p DETACH PARTITION p1',
    'ALTER DATABASE d SET work_mem = 1',
    "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = false)",
    "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot=off)",
    'ALTER SUBSCRIPTION s ADD PUBLICATION p WITH (refresh = false)',
    'ALTER SUBSCRIPTION s DISABLE',
    'CLUSTER t USING i',
    'CLUSTER VERBOSE t',
    "ALTER TYPE mood ADD VALUE 'glad'",
    'DISCARD PLANS',
    "SELECT 'VACUUM'",
    "INSERT INTO t VALUES ('CREATE INDEX CONCURRENTLY')",
    'SET TRANSACTION ISOLATION LEVEL SERIALIZABLE',
    'SET LOCAL lock_timeout = 1000',
    'PREPARE p AS SELECT 1',
    '"begin"',
    'DO $$ BEGIN PERFORM 1; END $$',
    '',
  ])('%s: transactional', (statement) => {
    expect(transactionRule(statement)).toBe('transactional');
  });

  it.each([
    'BEGIN',
    'begin isolation level serializable',
    'START TRANSACTION',
    '/* so */ COMMIT;',
    'COMMIT AND CHAIN',
    'END WORK',
    'ROLLBACK',
    'ROLLBACK TO SAVEPOINT a',
    'ABORT',
    'SAVEPOINT a',
    'RELEASE a',
    "PREPARE TRANSACTION 'x'",
    "COMMIT PREPARED 'x'",
    "ROLLBACK PREPARED 'x'",
  ])('%s: transaction-control', (statement) => {
    expect(transactionRule(statement)).toBe('transaction-control');
  });
});
