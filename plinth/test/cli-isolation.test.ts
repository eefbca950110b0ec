// `plinth isolation`: a line for each attack, from revisions, from models and on a database.

import { openEngine } from 'plinth';
import { createDatabase } from 'plinth/testing';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { CliProject } from './support/cli-project.js';
import { withTenantRole } from './support/isolation-role.js';
import { SOUND } from './support/isolation-schemas.js';

const UNFORCED = `${SOUND} ALTER TABLE notes NO FORCE ROW LEVEL SECURITY;`;

let project: CliProject;

beforeEach(async () => {
  project = await CliProject.create({ scratchUrl: inject('serverUrl') });
});

afterEach(async () => {
  await project[Symbol.asyncDispose]();
});

const revision = (sql: string) =>
  project.write(
    'revisions/aaa.sql',
    `-- plinth:revision aaa\n-- plinth:revises (base)\n-- plinth:message notes\n\n-- plinth:upgrade\n${sql}\n\n-- plinth:downgrade\n`,
  );

async function withRole(work: (role: string, named: (sql: string) => string) => Promise<void>) {
  await withTenantRole(inject('serverUrl'), 'app', async ({ role }) => {
    await work(role, (sql) => sql.replaceAll(/\bapp\b(?!\.)/g, role));
  });
}

describe('plinth isolation', () => {
  it('proves what the revisions make, a line for each attack', async () => {
    await withRole(async (role, named) => {
      await revision(named(SOUND));
      const { status, out, error } = await project.plinth(['isolation', '--role', role]);
      expect({ status, error }).toEqual({ status: 0, error: '' });
      expect(out).toMatch(/^✓ public\.notes +read +sees its own 3 and no others$/m);
      const lines = out.split('\n');
      expect(lines.filter((line) => line.startsWith('✓ public.notes')).length).toBeGreaterThan(18);
      expect(lines.at(-1)).toMatch(/^1 table, \d+ attacks as app_\w+: none succeeded$/);
    });
  });

  it('says what did not hold, and the statement that mends it', async () => {
    await withRole(async (role, named) => {
      await revision(named(UNFORCED));
      const { status, out } = await project.plinth(['isolation', '--role', role, '--failed']);
      expect(status).toBe(1);
      expect(out.split('\n')).toEqual([
        '! public.notes  isolation  row-level security is not forced: its owner sees every row',
        '                           → ALTER TABLE public.notes FORCE ROW LEVEL SECURITY;',
        '',
        expect.stringMatching(/^1 table, \d+ attacks as app_\w+: 1 weakness$/),
      ]);
    });
  });

  it('prints a statement that mends several lines once', async () => {
    await withRole(async (role, named) => {
      await revision(named(`${SOUND} ALTER TABLE notes DISABLE ROW LEVEL SECURITY;`));
      const { out } = await project.plinth(['isolation', '--role', role, '--failed']);
      expect(out.match(/ENABLE ROW LEVEL SECURITY/g)).toHaveLength(1);
      expect(out.match(/^ +→ as above \(isolation\)$/gm)?.length).toBeGreaterThan(5);
    });
  });

  it('proves the models where they are asked for, and where there is no revision', async () => {
    await withRole(async (role, named) => {
      await project.write('schema/notes.sql', named(UNFORCED));
      expect((await project.plinth(['isolation', '--role', role])).status).toBe(1);
      await revision(named(SOUND));
      expect((await project.plinth(['isolation', '--role', role])).status).toBe(0);
      expect((await project.plinth(['isolation', '--role', role, '--models'])).status).toBe(1);
    });
  });

  it('proves a database, and tells it as JSON', async () => {
    await withRole(async (role, named) => {
      const { url, drop } = await createDatabase(inject('serverUrl'));
      try {
        await using engine = await openEngine({ url, poolSize: 1 });
        await engine.query(named(UNFORCED));
        const { status, out } = await project.plinth([
          ...['isolation', '--json', '--database', url, '--role', role],
        ]);
        expect(status).toBe(1);
        const { results, ...proof } = JSON.parse(out);
        expect(proof).toEqual({ status: 'failed', role, notes: [] });
        expect(results).toContainEqual({
          object: 'public.notes',
          attack: 'isolation',
          status: 'weak',
          message: 'row-level security is not forced: its owner sees every row',
          hint: 'ALTER TABLE public.notes FORCE ROW LEVEL SECURITY;',
        });
      } finally {
        await drop();
      }
    });
  });

  it('takes another column and another setting', async () => {
    await withRole(async (role, named) => {
      const other = named(SOUND)
        .replaceAll('tenant_id', 'org')
        .replaceAll('app.current_org', 'my.org');
      await revision(other);
      const options = ['--role', role, '--column', 'org', '--setting', 'my.org'];
      expect((await project.plinth(['isolation', ...options])).status).toBe(0);
      const { out } = await project.plinth([
        'isolation',
        '--role',
        role,
        '--column',
        'org',
        '--failed',
      ]);
      expect(out).toContain('a tenant does not see its own rows');
    });
  });

  it('refuses where there is no such role', async () => {
    await revision('CREATE TABLE t (id int);');
    const { status, error } = await project.plinth(['isolation', '--role', 'nobody_at_all']);
    expect(status).toBe(1);
    expect(error).toContain('there is no role nobody_at_all');
    expect(error).toContain('code: ISOLATION_ROLE_UNUSABLE');
  });
});
