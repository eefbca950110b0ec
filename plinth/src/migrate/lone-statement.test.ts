import { describe, expect, it } from 'vitest';
import { type LoneStatement, readLoneStatement } from './lone-statement.js';

const INDEX = { kind: 'create-index', name: 'i', table: 't', unique: false, rest: ' (a)' } as const;

const CASES: readonly (readonly [text: string, expected: LoneStatement])[] = [
  ['CREATE INDEX CONCURRENTLY i ON t (a)', INDEX],
  [
    'create unique index concurrently i on only t using btree (a)',
    { ...INDEX, unique: true, rest: ' using btree (a)' },
  ],
  ['CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON t (a)', INDEX],
  ['CREATE INDEX /* why */ CONCURRENTLY i -- here\n ON t (a)', INDEX],
  ['CREATE INDEX CONCURRENTLY ON s . t (a)', { ...INDEX, name: undefined, table: 's.t' }],
  [
    'CREATE INDEX CONCURRENTLY "I ""1" ON "S"."T" (a)',
    { ...INDEX, name: '"I ""1"', table: '"S"."T"' },
  ],
  ['CREATE INDEX i ON t (a)', { kind: 'other' }],
  ['DROP INDEX CONCURRENTLY IF EXISTS s.i CASCADE', { kind: 'drop-index', name: 's.i' }],
  ['REINDEX INDEX CONCURRENTLY i', { kind: 'reindex', of: 'index', name: 'i' }],
  ['REINDEX (VERBOSE, CONCURRENTLY true) TABLE s.t', { kind: 'reindex', of: 'table', name: 's.t' }],
  ['REINDEX SCHEMA CONCURRENTLY s', { kind: 'other' }],
  [
    'ALTER TABLE IF EXISTS s.p DETACH PARTITION s.c CONCURRENTLY',
    { kind: 'detach', parent: 's.p', partition: 's.c' },
  ],
  ['CREATE DATABASE d TEMPLATE t', { kind: 'create', object: 'database', name: 'd' }],
  ['DROP DATABASE IF EXISTS d', { kind: 'drop', object: 'database', name: 'd' }],
  ["CREATE TABLESPACE x LOCATION '/x'", { kind: 'create', object: 'tablespace', name: 'x' }],
  ['DROP SUBSCRIPTION s', { kind: 'drop', object: 'subscription', name: 's' }],
  ['VACUUM t', { kind: 'other' }],
];

describe('a statement that stands alone', () => {
  it.each(CASES)('%s', (text, expected) => {
    expect(readLoneStatement(text)).toEqual(expected);
  });
});
