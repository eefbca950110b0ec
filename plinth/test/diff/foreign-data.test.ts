// Foreign-data wrappers, servers and user mappings, with their options and their secrets.

import { describe, expect, it } from 'vitest';
import { introspect } from '../../src/catalog/index.js';
import { diff, renderPlan } from '../../src/diff/index.js';
import { expectConvergence } from '../support/convergence.js';
import { diffServers, withDatabase } from '../support/diff-servers.js';

const ROLE = 'CREATE ROLE plinth_remote;';
const WRAPPER = `${ROLE} CREATE FOREIGN DATA WRAPPER w OPTIONS (debug 'true');`;
const SERVER = `${WRAPPER} CREATE SERVER "My server" FOREIGN DATA WRAPPER w;`;

describe('a foreign-data wrapper', () => {
  it.each([
    [
      'CREATE FOREIGN DATA WRAPPER w',
      `CREATE FOREIGN DATA WRAPPER w OPTIONS (a '1', "B c" 'it''s')`,
    ],
    [
      `CREATE FOREIGN DATA WRAPPER w OPTIONS (a '1', b '2')`,
      `CREATE FOREIGN DATA WRAPPER w OPTIONS (b '3', c '4')`,
    ],
    [
      'CREATE FOREIGN DATA WRAPPER w',
      'CREATE FOREIGN DATA WRAPPER w VALIDATOR postgresql_fdw_validator',
    ],
  ])('changes in place: %s, %s', async (from, to) => {
    const { up } = await expectConvergence({ from, to });
    expect(up.statements.map(({ sql }) => sql.split('w', 1)[0])).toEqual([
      'ALTER FOREIGN DATA WRAPPER ',
    ]);
  });

  it('comes and goes with what stands on it', async () => {
    await expectConvergence({
      from: ROLE,
      to: `${SERVER} CREATE USER MAPPING FOR plinth_remote SERVER "My server";
        CREATE FOREIGN TABLE t (a int) SERVER "My server"`,
    });
  });
});

describe('a foreign server', () => {
  const make = (words: string, options = ''): string =>
    `${WRAPPER} CREATE SERVER s ${words} FOREIGN DATA WRAPPER w ${options};`;

  it.each([
    [make(''), make(`VERSION '1'`)],
    [make(`TYPE 'x' VERSION '1'`), make(`TYPE 'x' VERSION '2'`, `OPTIONS (host 'a')`)],
    [make('', `OPTIONS (host 'a', port '1')`), make('', `OPTIONS (host 'b', dbname 'c')`)],
  ])('changes in place: %s', async (from, to) => {
    const { up, down } = await expectConvergence({ from, to });
    for (const { sql } of [...up.statements, ...down.statements]) {
      expect(sql).toMatch(/^ALTER SERVER s /);
    }
  });

  it('is built anew with everything on it where its type or wrapper changes', async () => {
    const rest = `CREATE FOREIGN TABLE t (a int) SERVER s; GRANT SELECT ON t TO plinth_remote;
      CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'x'); CREATE VIEW v AS SELECT a FROM t`;
    await expectConvergence({
      from: `${make(`TYPE 'x'`)} ${rest}`,
      to: `${make(`TYPE 'y'`)} ${rest}`,
    });
    await expectConvergence({
      from: `${make('')} CREATE FOREIGN DATA WRAPPER w2; ${rest}`,
      to: `${WRAPPER} CREATE FOREIGN DATA WRAPPER w2; CREATE SERVER s FOREIGN DATA WRAPPER w2; ${rest}`,
    });
  });

  it('of an extension goes and comes with it', async () => {
    const { upSql } = await expectConvergence({
      from: '',
      to: `CREATE EXTENSION postgres_fdw;
        CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db')`,
    });
    expect(upSql).toBe(`CREATE EXTENSION postgres_fdw SCHEMA public;

CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'db');
`);
  });
});

describe('a user mapping', () => {
  const mapping = `${SERVER} CREATE USER MAPPING FOR`;

  it.each([
    [`${mapping} plinth_remote SERVER "My server"`, `${mapping} PUBLIC SERVER "My server"`],
    [
      `${mapping} plinth_remote SERVER "My server" OPTIONS (user 'a', x '1')`,
      `${mapping} plinth_remote SERVER "My server" OPTIONS (user 'b', y '2')`,
    ],
    [SERVER, `${mapping} CURRENT_USER SERVER "My server" OPTIONS (user 'a')`],
  ])('changes: %s', async (from, to) => {
    await expectConvergence({ from, to });
  });

  it('never shows a password', async () => {
    const secret = 'never-to-be-shown';
    const sql = `${WRAPPER}
      CREATE SERVER s FOREIGN DATA WRAPPER w OPTIONS (host 'db', api_key '${secret}');
      CREATE USER MAPPING FOR plinth_remote SERVER s OPTIONS (user 'a', password '${secret}')`;
    const [server] = await diffServers();
    if (server === undefined) throw new Error('there is always a server');
    await withDatabase(server, async ({ engine, run }) => {
      const empty = await engine.withConnection(introspect);
      await run(sql);
      const catalog = await engine.withConnection(introspect);
      const plan = diff(empty, catalog);
      expect(JSON.stringify(catalog)).not.toContain(secret);
      expect(JSON.stringify(plan)).not.toContain(secret);
      expect(catalog.unmodelled).toEqual([
        { kind: 'secret option', name: 'api_key of server s' },
        { kind: 'secret option', name: 'password of user mapping for plinth_remote on server s' },
      ]);
      expect(renderPlan(plan)).toContain(
        `-- breaks-code: secret options are never written; set them afterwards: ALTER USER MAPPING FOR plinth_remote SERVER s OPTIONS (ADD password '…')
CREATE USER MAPPING FOR plinth_remote SERVER s OPTIONS ("user" 'a');`,
      );
    });
  });

  it('is told as hidden to whoever may not see its options', async () => {
    const [server] = await diffServers();
    if (server === undefined) throw new Error('there is always a server');
    await withDatabase(server, async ({ engine, run }) => {
      await run(`${mapping} plinth_remote SERVER "My server" OPTIONS (user 'a')`);
      const [seen, hidden] = await engine.withConnection(async (connection) => {
        const all = await introspect(connection);
        await connection.query('SET ROLE plinth_remote');
        const some = await introspect(connection);
        await connection.query('RESET ROLE');
        return [all, some];
      });
      const optionsIn = (catalog: typeof seen): unknown =>
        catalog.objects.find(({ kind }) => kind === 'user-mapping')?.definition;
      expect(optionsIn(seen)).toMatchObject({ options: { user: 'a' } });
      expect(optionsIn(hidden)).toMatchObject({ options: null });
      const changed = [...diff(hidden, seen).changes, ...diff(seen, hidden).changes];
      expect(changed.filter(({ object }) => object.startsWith('user-mapping'))).toEqual([]);
    });
  });
});
