// Policies of row-level security, from one definition to another, and what may widen with them.

import { describe, expect, it } from 'vitest';
import { expectConvergence } from '../support/convergence.js';
import { type Case, sideBySide } from '../support/side-by-side.js';

const ROLES = 'CREATE ROLE plinth_app; CREATE ROLE "Plinth Admin";';
const BASE = `${ROLES}
  CREATE TABLE users (id int PRIMARY KEY, tenant int, name text, email varchar(90));
  CREATE TABLE members (user_id int, tenant int);
  ALTER TABLE users ENABLE ROW LEVEL SECURITY;
`;

function onTables(from: string, to: string): Case {
  return { from: BASE + from, to: BASE + to };
}

describe('a policy', () => {
  const cases: Readonly<Record<string, Case>> = {
    'of every sort comes and goes': onTables(
      '',
      `CREATE POLICY plain ON users;
       CREATE POLICY all_of_it ON users USING (tenant = 1);
       CREATE POLICY reading ON users AS RESTRICTIVE FOR SELECT TO plinth_app, "Plinth Admin"
         USING (tenant BETWEEN 1 AND 2 AND name IS NOT NULL);
       CREATE POLICY "In serting" ON users FOR INSERT TO PUBLIC WITH CHECK (tenant > 0);
       CREATE POLICY changing ON users FOR UPDATE TO CURRENT_USER USING (true) WITH CHECK (false);
       CREATE POLICY deleting ON users FOR DELETE USING (email IN ('a', 'b') OR NOT (tenant = 1));
       CREATE POLICY other ON users USING (EXISTS (SELECT FROM members m WHERE m.user_id = users.id
         AND m.tenant = users.tenant AND m.tenant = (SELECT nullif(current_setting('app.t', true), '')::int)));
       COMMENT ON POLICY other ON users IS 'looks elsewhere'`,
    ),
    'has other roles and expressions': onTables(
      `CREATE POLICY a ON users TO plinth_app USING (tenant = 1);
       CREATE POLICY b ON users FOR UPDATE USING (tenant = 1) WITH CHECK (tenant = 1);
       CREATE POLICY c ON users FOR INSERT TO plinth_app WITH CHECK (tenant = 1)`,
      `CREATE POLICY a ON users TO plinth_app, "Plinth Admin" USING (tenant = 2);
       CREATE POLICY b ON users FOR UPDATE USING (tenant = 1) WITH CHECK (tenant = 2);
       CREATE POLICY c ON users FOR INSERT WITH CHECK (tenant = 1)`,
    ),
    'gets and loses an expression': onTables(
      `CREATE POLICY a ON users USING (tenant = 1);
       CREATE POLICY b ON users WITH CHECK (tenant = 1); COMMENT ON POLICY b ON users IS 'kept'`,
      `CREATE POLICY a ON users USING (tenant = 1) WITH CHECK (tenant = 2);
       CREATE POLICY b ON users USING (tenant = 1); COMMENT ON POLICY b ON users IS 'kept'`,
    ),
    'is for another command': onTables(
      'CREATE POLICY a ON users FOR SELECT USING (tenant = 1)',
      'CREATE POLICY a ON users FOR UPDATE USING (tenant = 1)',
    ),
    'turns restrictive': onTables(
      'CREATE POLICY a ON users USING (tenant = 1)',
      'CREATE POLICY a ON users AS RESTRICTIVE USING (tenant = 1)',
    ),
    'calls a function': onTables(
      'CREATE POLICY a ON users USING (true)',
      `CREATE FUNCTION mine(int) RETURNS boolean LANGUAGE sql AS 'SELECT true';
       CREATE POLICY a ON users USING (mine(tenant))`,
    ),
    'calls a function that is made anew': onTables(
      `CREATE FUNCTION mine(a int) RETURNS boolean LANGUAGE sql AS 'SELECT true';
       CREATE POLICY a ON users USING (mine(tenant))`,
      `CREATE FUNCTION mine(b int) RETURNS boolean LANGUAGE sql AS 'SELECT true';
       CREATE POLICY a ON users USING (mine(tenant))`,
    ),
    'reads a column that is retyped': {
      from: `${BASE} CREATE POLICY a ON users USING (tenant = 1)`,
      to: `${BASE.replaceAll('tenant int', 'tenant bigint')} CREATE POLICY a ON users USING (tenant = 1)`,
    },
    'reads a column of another table that goes': {
      from: `${BASE} CREATE POLICY a ON users USING (id IN (SELECT user_id FROM members WHERE tenant = 1))`,
      to: `${BASE.replace('user_id int, tenant int', 'user_id int')}
        CREATE POLICY a ON users USING (id IN (SELECT user_id FROM members))`,
    },
    'comes with its table': {
      from: '',
      to: `${BASE} CREATE POLICY a ON users USING (id IN (SELECT user_id FROM members));
        CREATE POLICY b ON members USING (user_id IN (SELECT id FROM users))`,
    },
  };
  it('converges in every case', async () => {
    await expectConvergence(sideBySide(cases));
  });

  it('is altered in place, and renamed where only its name differs', async () => {
    const { upSql, downSql } = await expectConvergence(
      onTables(
        `CREATE POLICY a ON users TO plinth_app USING (tenant = 1); CREATE POLICY b ON users USING (id = 1)`,
        `CREATE POLICY a ON users USING (tenant = 2) WITH CHECK (tenant = 3); CREATE POLICY c ON users USING (id = 1)`,
      ),
    );
    expect(upSql).toBe(`ALTER POLICY b ON public.users RENAME TO c;

-- widens-privileges: the policy a of public.users may let everyone see or write other rows
-- widens-privileges: the policy a of public.users grants everyone to see or write rows
-- breaks-code: the policy a of public.users no longer grants plinth_app to see or write rows
ALTER POLICY a ON public.users
    TO PUBLIC
    USING (tenant = 2)
    WITH CHECK (tenant = 3);
`);
    // ALTER POLICY takes no expression away.
    expect(downSql).toContain('DROP POLICY a ON public.users;');
    expect(downSql).toContain('CREATE POLICY a ON public.users TO plinth_app USING (tenant = 1);');
  });

  it('says what may widen, and what may vanish', async () => {
    const { up, down } = await expectConvergence(
      onTables(
        'CREATE POLICY closes ON users AS RESTRICTIVE USING (true)',
        'CREATE POLICY opens ON users FOR SELECT TO plinth_app USING (true)',
      ),
    );
    const told = ({ statements }: typeof up): readonly string[] =>
      statements.flatMap(({ hazards }) =>
        hazards.map(({ kind, message }) => `${kind}: ${message}`),
      );
    expect(told(up)).toEqual([
      'widens-privileges: the policy closes of public.users no longer forbids everyone to see or write rows',
      'widens-privileges: the policy opens of public.users grants plinth_app to select rows',
    ]);
    expect(told(down)).toEqual([
      'breaks-code: the policy opens of public.users no longer grants plinth_app to select rows',
      'breaks-code: the policy closes of public.users forbids everyone to see or write rows',
    ]);
  });

  it('is no hazard of a table that is new', async () => {
    const { up } = await expectConvergence({
      from: ROLES,
      to: `${BASE} CREATE POLICY a ON users USING (true)`,
    });
    const kinds = up.statements.flatMap(({ hazards }) => hazards.map(({ kind }) => kind));
    expect(kinds).not.toContain('widens-privileges');
  });
});
