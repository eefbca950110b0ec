// Extensions: their versions and schemas, and what stands on them.

import { describe, expect, it } from 'vitest';
import { expectConvergence } from '../support/convergence.js';

describe('an extension', () => {
  it('comes and goes with its schema and what stands on it', async () => {
    const { upSql } = await expectConvergence({
      from: '',
      to: `CREATE SCHEMA extensions; CREATE EXTENSION hstore SCHEMA extensions;
        CREATE EXTENSION cube; CREATE EXTENSION earthdistance; CREATE EXTENSION pg_trgm;
        CREATE TABLE t (a extensions.hstore, b text, c earth);
        CREATE INDEX i ON t USING gin (b gin_trgm_ops);
        CREATE FUNCTION f(a extensions.hstore) RETURNS int LANGUAGE sql AS 'SELECT 1'`,
    });
    expect(upSql).toContain(`CREATE SCHEMA extensions;

CREATE EXTENSION cube SCHEMA public;

CREATE EXTENSION earthdistance SCHEMA public;

CREATE EXTENSION hstore SCHEMA extensions;
`);
  });

  it('names a version that is not the standard one', async () => {
    const { upSql } = await expectConvergence({
      from: '',
      to: `CREATE EXTENSION pg_trgm VERSION '1.3'`,
    });
    expect(upSql).toBe(`CREATE EXTENSION pg_trgm SCHEMA public VERSION '1.3';\n`);
  });

  it('is updated in place, and built anew for an older version', async () => {
    const rest = 'CREATE TABLE t (a text); CREATE INDEX i ON t USING gin (a gin_trgm_ops);';
    const { up, downSql } = await expectConvergence({
      from: `CREATE EXTENSION pg_trgm VERSION '1.3'; ${rest}`,
      to: `CREATE EXTENSION pg_trgm VERSION '1.4'; ${rest}`,
      rows: `INSERT INTO t VALUES ('kept')`,
      survives: 'SELECT a FROM t',
    });
    expect(up.statements.map(({ sql }) => sql)).toEqual([
      `ALTER EXTENSION pg_trgm UPDATE TO '1.4'`,
    ]);
    expect(downSql).toContain('DROP EXTENSION pg_trgm;');
    expect(downSql).toContain(`CREATE EXTENSION pg_trgm SCHEMA public VERSION '1.3';`);
  });

  it('is updated to the standard version without naming it', async () => {
    const { up } = await expectConvergence({
      from: `CREATE EXTENSION pg_trgm VERSION '1.3'`,
      to: 'CREATE EXTENSION pg_trgm',
    });
    expect(up.statements.map(({ sql }) => sql)).toEqual(['ALTER EXTENSION pg_trgm UPDATE']);
  });

  it('moves to another schema with what stands on it', async () => {
    const { upSql } = await expectConvergence({
      from: 'CREATE SCHEMA x; CREATE EXTENSION citext; CREATE TABLE t (a citext)',
      to: 'CREATE SCHEMA x; CREATE EXTENSION citext SCHEMA x; CREATE TABLE t (a x.citext)',
      rows: `INSERT INTO t VALUES ('kept')`,
      survives: 'SELECT a::text FROM t',
    });
    expect(upSql).toContain('ALTER EXTENSION citext SET SCHEMA x;');
  });

  it('goes once no column is of its types', async () => {
    const { up } = await expectConvergence({
      from: 'CREATE EXTENSION citext; CREATE TABLE t (a int, b citext)',
      to: 'CREATE TABLE t (a int, b text)',
      rows: `INSERT INTO t VALUES (1, 'kept')`,
      survives: 'SELECT a, b::text FROM t',
    });
    expect(up.statements.at(-1)?.hazards.map(({ kind }) => kind)).toEqual(['breaks-code']);
  });

  it('is not built anew where rows are kept in its types', async () => {
    await expect(
      expectConvergence({
        from: `CREATE EXTENSION hstore VERSION '1.4'; CREATE TABLE t (a hstore)`,
        to: `CREATE EXTENSION hstore; CREATE TABLE t (a hstore)`,
      }),
    ).rejects.toMatchObject({ code: 'DIFF_REFUSED' });
  });
});
