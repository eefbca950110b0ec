// The prover on a database as it is: it finds what is wrong there, and leaves it as it was.

import { openEngine } from 'plinth';
import { createDatabase } from 'plinth/testing';
import { describe, expect, inject, it } from 'vitest';
import { proveDatabase, proveInScratch } from '../src/isolation/index.js';
import { openScratch } from '../src/scratch/index.js';
import { failuresOf, type RoleCase, withTenantRole } from './support/isolation-role.js';
import { isolate, SOUND } from './support/isolation-schemas.js';

const ROWS = `INSERT INTO notes (tenant_id, slug, body) SELECT 't' || n % 3, 's' || n, 'b' FROM generate_series(1, 50) n;`;

interface Database extends RoleCase {
  readonly url: string;
}

async function withDatabase<Result>(
  sql: string,
  work: (database: Database) => Promise<Result>,
): Promise<Result> {
  return await withTenantRole(inject('serverUrl'), sql, async (found) => {
    const { url, drop } = await createDatabase(inject('serverUrl'));
    try {
      await using engine = await openEngine({ url, poolSize: 1 });
      await engine.query(found.sql);
      return await work({ ...found, url });
    } finally {
      await drop();
    }
  });
}

const source = (url: string) => ({ url, variable: 'url' });

/** All that is in it but what sequences count. */
async function contents(url: string): Promise<unknown> {
  await using engine = await openEngine({ url, poolSize: 1 });
  const notes = await engine.query('SELECT xmin::text, ctid::text, n.* FROM notes n ORDER BY id');
  const objects = await engine.query('SELECT oid::text, relname FROM pg_class ORDER BY oid');
  return { notes: notes.rows, objects: objects.rows };
}

/** The same database for a login that is a member of the role and no more. */
async function asLogin(url: string, role: string): Promise<string> {
  await using engine = await openEngine({ url, poolSize: 1 });
  await engine.query(`CREATE ROLE ${role}_login LOGIN PASSWORD 'x' IN ROLE ${role}`);
  const login = new URL(url);
  login.username = `${role}_login`;
  login.password = 'x';
  return login.href;
}

describe('a database with rows', () => {
  it('is proved and left as it was', async () => {
    await withDatabase(SOUND + ROWS, async ({ url, role, told }) => {
      const before = await contents(url);
      const proof = told(await proveDatabase(source(url), { role }));
      expect(failuresOf(proof)).toEqual([]);
      expect(proof.results.length).toBeGreaterThan(15);
      expect(await contents(url)).toEqual(before);
    });
  });

  it('is proved by a login that may do no more than requests do', async () => {
    await withDatabase(SOUND + ROWS, async ({ url, role, told }) => {
      const proof = told(await proveDatabase(source(await asLogin(url, role)), { role }));
      expect(failuresOf(proof)).toEqual([]);
    });
  });

  it('is left as it was where there are holes, too', async () => {
    const schema = `${SOUND} ${ROWS} ALTER TABLE notes DISABLE ROW LEVEL SECURITY; GRANT ALL ON notes TO app;`;
    await withDatabase(schema, async ({ url, role }) => {
      const before = await contents(url);
      const proof = await proveDatabase(source(url), { role });
      const leaks = failuresOf(proof).map(({ attack }) => attack);
      expect(leaks).toEqual(
        expect.arrayContaining(['read', 'insert', 'update', 'delete', 'truncate']),
      );
      expect(await contents(url)).toEqual(before);
    });
  });

  it('shows rows that are seen before the setting was ever set, to a role that cannot fill it so', async () => {
    const schema = `${SOUND} ${ROWS} ALTER POLICY own ON notes
      USING (tenant_id = current_setting('app.current_tenant_id', true)
        OR current_setting('app.current_tenant_id', true) IS NULL);`;
    await withDatabase(schema, async ({ url, role, told }) => {
      const proof = told(await proveDatabase(source(await asLogin(url, role)), { role }));
      expect(failuresOf(proof)).toContainEqual(
        expect.objectContaining({ object: 'public.notes', attack: 'no tenant', status: 'leak' }),
      );
    });
  });

  it('is not emptied by a function, unless that is asked for', async () => {
    const schema = `${SOUND} ${ROWS} CREATE FUNCTION purge() RETURNS void LANGUAGE sql SECURITY DEFINER
      AS 'DELETE FROM public.notes';`;
    await withDatabase(schema, async ({ url, role, told }) => {
      const before = await contents(url);
      const careful = told(await proveDatabase(source(url), { role }));
      expect(failuresOf(careful)).toMatchObject([{ object: 'purge()', status: 'unproved' }]);
      const bold = told(await proveDatabase(source(url), { role, functions: true }));
      expect(failuresOf(bold)).toMatchObject([{ object: 'purge()', status: 'leak' }]);
      expect(await contents(url)).toEqual(before);
    });
  });
});

describe('what cannot be tried is said', () => {
  it('a role that is not there', async () => {
    await withDatabase(SOUND, async ({ url }) => {
      await expect(proveDatabase(source(url), { role: 'nobody_at_all' })).rejects.toMatchObject({
        code: 'ISOLATION_ROLE_UNUSABLE',
        message: 'there is no role nobody_at_all',
      });
    });
  });

  it('a role that the connection may not become', async () => {
    await withDatabase(SOUND, async ({ url, role }) => {
      const login = await asLogin(url, role);
      await expect(proveDatabase(source(login), { role: 'pg_monitor' })).rejects.toMatchObject({
        code: 'ISOLATION_ROLE_UNUSABLE',
        message: `this connection, ${role}_login, may not become pg_monitor`,
        hint: `As a superuser, or as a role with ADMIN OPTION on pg_monitor, run GRANT pg_monitor TO ${role}_login; or connect as a member of it.`,
      });
    });
  });

  it('a table that cannot be filled', async () => {
    const schema = `CREATE TABLE odd (id uuid PRIMARY KEY, tenant_id text NOT NULL,
      word text NOT NULL CHECK (md5(word) = '0123456789abcdef0123456789abcdef')); ${isolate('odd')}`;
    await withDatabase(schema, async ({ url, role }) => {
      const proof = await proveDatabase(source(url), { role });
      expect(failuresOf(proof)).toMatchObject([
        { object: 'public.odd', attack: 'fill', status: 'unproved', hint: expect.any(String) },
      ]);
    });
  });

  it('tenants of two kinds', async () => {
    const schema = `CREATE TABLE a (tenant_id uuid NOT NULL); ${isolate('a', 'true')}
      CREATE TABLE b (tenant_id int NOT NULL); ${isolate('b', 'true')}`;
    await withDatabase(schema, async ({ url, role }) => {
      const proof = await proveDatabase(source(url), { role });
      expect(proof.status).toBe('failed');
      const unfilled = proof.results.filter(({ attack }) => attack === 'fill');
      expect(unfilled).toMatchObject([
        { object: 'public.a', status: 'unproved' },
        { object: 'public.b', status: 'unproved' },
      ]);
      // What the catalogs say is said all the same.
      expect(failuresOf(proof)).toContainEqual(
        expect.objectContaining({ object: 'public.a', attack: 'isolation', status: 'leak' }),
      );
    });
  });
});

describe('what was taken away by hand is named, with what gives it back', () => {
  const OTHERS = `${SOUND} CREATE TABLE marks (id uuid PRIMARY KEY, tenant_id text NOT NULL, body text); ${isolate('marks')}
    CREATE TABLE seen (tenant_id text PRIMARY KEY); GRANT SELECT, INSERT ON seen TO app;
    CREATE TABLE keys (id uuid PRIMARY KEY, tenant_id text NOT NULL); ${isolate('keys')}
    ALTER TABLE seen ADD CHECK (tenant_id <> '');
    ALTER TABLE seen RENAME COLUMN tenant_id TO id;
    CREATE FUNCTION register() RETURNS trigger LANGUAGE plpgsql
      AS 'BEGIN INSERT INTO public.seen VALUES (NEW.tenant_id) ON CONFLICT DO NOTHING; RETURN NULL; END';
    CREATE TRIGGER keys_register AFTER INSERT ON keys FOR EACH ROW EXECUTE FUNCTION register();`;

  const failuresAsLogin = async (sql: string) =>
    await withDatabase(sql, async ({ url, role, told }) =>
      failuresOf(told(await proveDatabase(source(await asLogin(url, role)), { role }))),
    );

  it('a policy', async () => {
    const failures = await failuresAsLogin(`${OTHERS} DROP POLICY own ON marks;`);
    expect(failures).toEqual([
      {
        object: 'public.marks',
        attack: 'fill',
        status: 'unproved',
        message:
          'it has no permissive policy for SELECT, INSERT, UPDATE, DELETE that holds for app: nobody sees or writes a row',
        hint: expect.stringMatching(
          /^CREATE POLICY tenant_isolation_policy ON public\.marks USING/,
        ),
      },
    ]);
  });

  it('the policy of one command', async () => {
    const failures = await failuresAsLogin(`${OTHERS} DROP POLICY own ON marks;
      CREATE POLICY reads ON marks FOR SELECT USING (tenant_id = current_setting('app.current_tenant_id', true));`);
    expect(failures).toMatchObject([
      {
        object: 'public.marks',
        attack: 'fill',
        message: expect.stringMatching(/^it has no permissive policy for INSERT/),
        hint: expect.stringMatching(
          /^CREATE POLICY tenant_isolation_policy_insert ON public\.marks FOR INSERT WITH CHECK \(tenant_id = /,
        ),
      },
    ]);
  });

  it('privileges, without a leak in tables beside', async () => {
    const failures = await failuresAsLogin(`${OTHERS} REVOKE ALL ON notes, marks FROM app;`);
    const [notes, marks, ...others] = [...failures].sort((a, b) =>
      b.object.localeCompare(a.object),
    );
    expect(others).toEqual([]);
    expect(marks).toMatchObject({ object: 'public.marks', attack: 'fill', status: 'unproved' });
    expect(notes).toMatchObject({
      object: 'public.notes',
      attack: 'fill',
      status: 'unproved',
      message: 'neither this connection nor app has SELECT and INSERT on it: no row could be made',
      hint: expect.stringMatching(
        /^GRANT SELECT, INSERT ON public\.notes TO app; or connect as its owner\.$/,
      ),
    });
  });

  it('row-level security', async () => {
    const failures = await failuresAsLogin(
      `${OTHERS} DROP POLICY own ON marks; ALTER TABLE marks DISABLE ROW LEVEL SECURITY;`,
    );
    expect(failures.length).toBeGreaterThan(5);
    for (const { hint } of failures.filter(({ attack }) => attack !== 'triggers')) {
      expect(hint).toMatch(/^ALTER TABLE public\.marks ENABLE ROW LEVEL SECURITY/);
    }
  });

  it.each([
    [
      'the policy that lets rows through, not the sound one beside it',
      `CREATE POLICY also ON marks FOR SELECT USING (body <> '');`,
      'read',
      'DROP POLICY also ON public.marks;',
    ],
    [
      'the half of a policy that is wrong',
      `ALTER POLICY own ON marks WITH CHECK (true);`,
      'isolation',
      /^ALTER POLICY own ON public\.marks WITH CHECK \(tenant_id = /,
    ],
    [
      'a view that runs as whoever asks: what is below it',
      `CREATE POLICY also ON marks FOR SELECT USING (body <> '');
       CREATE VIEW all_marks WITH (security_invoker = true) AS SELECT * FROM marks; GRANT SELECT ON all_marks TO app;`,
      'view',
      'DROP POLICY also ON public.marks;',
    ],
  ])('%s', async (_, sql, attack, hint) => {
    const tenant = `CREATE FUNCTION me() RETURNS text LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('app.current_tenant_id', true), '') $$;`;
    const schema = `${OTHERS} ${tenant} ALTER POLICY own ON marks USING (tenant_id = (SELECT me())); ${sql}`;
    const failures = await failuresAsLogin(schema);
    const found = failures.find((one) => one.attack === attack);
    if (typeof hint === 'string') expect(found?.hint).toBe(hint);
    else expect(found?.hint).toMatch(hint);
  });
});

describe('a scratch of a role that policies hold for', () => {
  /** The URL of the server for a login that may create databases and no more. */
  const asOwner = async (role: string): Promise<string> => {
    await using server = await openEngine({ url: inject('serverUrl'), poolSize: 1 });
    await server.query(`CREATE ROLE ${role}_login LOGIN PASSWORD 'x' CREATEDB`);
    await server.query(`GRANT ${role} TO ${role}_login`);
    const url = new URL(inject('serverUrl'));
    url.username = `${role}_login`;
    url.password = 'x';
    return url.href;
  };

  it.each([
    ['has no hole', SOUND, []],
    [
      'shows its rows before the setting is set',
      `${SOUND} ALTER POLICY own ON notes USING (tenant_id = current_setting('app.current_tenant_id', true)
         OR current_setting('app.current_tenant_id', true) IS NULL);`,
      [{ object: 'public.notes', attack: 'no tenant', status: 'leak' }],
    ],
  ])('%s', async (_, schema, failures) => {
    await withTenantRole(inject('serverUrl'), schema, async ({ sql, role, told }) => {
      await using scratch = openScratch({ scratchUrl: await asOwner(role) });
      const sources = [{ file: 'schema.sql', text: sql }];
      const proof = told(await proveInScratch(scratch, { kind: 'models', sources }, { role }));
      expect(failuresOf(proof)).toMatchObject(failures);
      expect(proof.notes).toEqual([]);
    });
  });
});
