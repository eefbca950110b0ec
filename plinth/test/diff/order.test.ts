// Changes of several objects that stand on each other, where only one order serves.

import { describe, it } from 'vitest';
import { type Convergence, expectConvergence } from '../support/convergence.js';

type Case = Pick<Convergence, 'from' | 'to' | 'since' | 'rows' | 'survives'>;

const CASES: Readonly<Record<string, Case>> = {
  'a column is no longer computed, and the one it was computed from goes': {
    from: `CREATE TABLE t (a int, b bigint GENERATED ALWAYS AS (a * 2) STORED);
      ALTER TABLE t ENABLE ROW LEVEL SECURITY`,
    to: 'CREATE TABLE t (c int, b bigint DEFAULT 0)',
    rows: 'INSERT INTO t (a) VALUES (1)',
    survives: 'SELECT b FROM t',
  },
  'a column is no longer computed, and has another type': {
    from: 'CREATE TABLE t (a text, b text GENERATED ALWAYS AS (a || a) STORED)',
    to: 'CREATE TABLE t (a text, b int)',
    rows: `INSERT INTO t (a) VALUES ('1')`,
    survives: 'SELECT a, b::text FROM t',
  },
  'a check is about another column, and its old one goes': {
    from: `CREATE TABLE t (a numeric, b date, CONSTRAINT c CHECK (a > 0));
      GRANT UPDATE ON t TO PUBLIC`,
    to: `CREATE TABLE t (b float8 DEFAULT 0 NOT NULL);
      ALTER TABLE t ADD CONSTRAINT c CHECK (b > 0) NOT VALID`,
  },
  'a key moves to a new column, and its old one goes': {
    from: 'CREATE TABLE t (a int, b int, CONSTRAINT k PRIMARY KEY (a))',
    to: `CREATE TABLE t (b int, c int DEFAULT 7, CONSTRAINT k PRIMARY KEY (c)) WITH (fillfactor = 50);
      ALTER TABLE t ENABLE ROW LEVEL SECURITY`,
  },
  'a policy lets go of a function whose type changes': {
    from: `CREATE TYPE e AS ENUM ('x'); CREATE TABLE t (a e);
      CREATE FUNCTION f(e) RETURNS boolean LANGUAGE sql AS 'SELECT true';
      CREATE POLICY p ON t USING (f(a))`,
    to: `CREATE TYPE e AS ENUM ('w', 'x'); CREATE TABLE t (a e);
      CREATE POLICY p ON t USING (a = 'x')`,
  },
  'a function reads a view where it read the table': {
    from: `CREATE TABLE t (a bigint, b date); CREATE VIEW v AS SELECT b FROM t;
      CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM t; END`,
    to: `CREATE TABLE t (a date, b int); ALTER TABLE t FORCE ROW LEVEL SECURITY;
      CREATE VIEW v AS SELECT 1 AS n FROM t;
      CREATE FUNCTION f() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM v; END`,
  },
};

describe('the order', () => {
  it.each(Object.entries(CASES))('where %s', async (_name, convergence) => {
    await expectConvergence(convergence);
  });
});
