// Scripts of runs: what they leave is what Plinth leaves, whoever runs them and how often.

import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isPlinthError, openEngine, type PlinthError } from 'plinth';
import {
  downgrade,
  loadRevisions,
  offlineLedger,
  offlineScript,
  offlineStamp,
  stamp,
  status,
  upgrade,
} from 'plinth/migrate';
import { describe, expect, it } from 'vitest';
import { dumpSchema } from '../../test/support/pg-dump.js';
import { diffServers, type SideDatabase, withDatabase } from './support/diff-servers.js';
import { type RevisionText, revisionFolder } from './support/revision-folder.js';
import { type SqlClient, sqlClients } from './support/sql-clients.js';

const HISTORY: readonly RevisionText[] = [
  {
    id: 'one1',
    upgrade: `CREATE TABLE one (id integer PRIMARY KEY, note text DEFAULT 'a\\b ''$plinth$''');
CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $plinth$ SELECT 'é; $1' $plinth$;`,
    downgrade: 'DROP FUNCTION f();\nDROP TABLE one;',
  },
  {
    id: 'two2',
    upgrade: `ALTER TABLE one ADD COLUMN size integer;
CREATE INDEX CONCURRENTLY "One size" ON one (size);
CREATE UNIQUE INDEX CONCURRENTLY ON one (note);
-- a comment
ALTER TABLE one ADD CHECK (size > 0);`,
    downgrade: `ALTER TABLE one DROP CONSTRAINT one_size_check;
DROP INDEX CONCURRENTLY IF EXISTS "One size";
DROP INDEX CONCURRENTLY one_note_idx;
ALTER TABLE one DROP COLUMN size;`,
  },
  {
    id: 'none3',
    upgrade: '',
    downgrade: '',
  },
  {
    id: 'left4',
    headers: ['no-transaction'],
    upgrade: `SET search_path = pg_catalog;
CREATE TYPE public.mood AS ENUM ('calm');
ALTER TYPE public.mood ADD VALUE 'glad';
CREATE INDEX CONCURRENTLY left_index ON public.one (size) WHERE note <> 'if exists';`,
    downgrade: 'DROP INDEX CONCURRENTLY public.left_index;\nDROP TYPE mood;',
  },
  {
    id: 'right5',
    revises: 'none3',
    upgrade: 'SET ROLE pg_database_owner;\nSET lock_timeout = 1234;\nSELECT 1;',
    downgrade: 'SELECT 2;',
  },
  {
    id: 'merge6',
    revises: 'left4, right5',
    upgrade: 'CREATE VIEW both_of AS SELECT note FROM one;',
    downgrade: 'DROP VIEW both_of;',
  },
  {
    id: 'parts7',
    upgrade: `CREATE TABLE parts (id integer) PARTITION BY LIST (id);
CREATE TABLE "Part" PARTITION OF parts FOR VALUES IN (1);
ALTER TABLE parts DETACH PARTITION "Part" CONCURRENTLY;`,
    downgrade: 'DROP TABLE "Part";\nDROP TABLE parts;',
  },
  {
    id: 'other8',
    revises: '(base)',
    headers: ['depends-on none3'],
    upgrade: 'CREATE TABLE other (id integer REFERENCES one);',
    downgrade: 'DROP TABLE other;',
  },
];

async function withHistory<Result>(
  revisions: readonly RevisionText[],
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const history = await revisionFolder(revisions);
  try {
    return await work(history.folder);
  } finally {
    await history.remove();
  }
}

async function failureOf(work: () => Promise<unknown>): Promise<PlinthError> {
  const error = await work().then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (isPlinthError(error)) return error;
  throw error;
}

/** On the server that has a judge, where there is one. */
async function withJudged<Result>(
  work: (database: SideDatabase, schema: () => Promise<string>) => Promise<Result>,
): Promise<Result> {
  const servers = await diffServers();
  const server = servers.find(({ pgDump }) => pgDump !== undefined) ?? servers[0];
  if (server === undefined) throw new Error('there is no server');
  const { pgDump } = server;
  return await withDatabase(server, (database) =>
    work(database, async () =>
      pgDump === undefined ? '' : await dumpSchema(pgDump, database.url),
    ),
  );
}

/** All that the ledger says, without times and without numbers of objects. */
async function ledgerOf({ engine }: SideDatabase, table = 'ledger'): Promise<readonly unknown[]> {
  const { rows } = await engine.query(
    `SELECT entry, revision, direction, state, step, steps, message, checksum, fingerprint, format,
            plinth_version, recorded_by, tag, stamped,
            CASE WHEN observed ? 'indexes' THEN jsonb_build_object('indexes',
              jsonb_array_length(observed->'indexes')) ELSE observed END AS observed
       FROM plinth.${table} ORDER BY entry`,
  );
  return rows;
}

interface End {
  readonly schema: string;
  readonly ledger: readonly unknown[];
}

const PLAIN = { id: 'one1', upgrade: 'SELECT 1;', downgrade: 'SELECT 2;' };

describe('a script', () => {
  it.each(['REINDEX INDEX CONCURRENTLY i;', 'VACUUM t;', "ALTER SYSTEM SET work_mem = '1MB';"])(
    'cannot hold %s',
    async (statement) => {
      await withHistory([PLAIN, { id: 'two2', upgrade: statement }], async (folder) => {
        const graph = await loadRevisions(folder);
        const write = () => offlineScript(graph, 'upgrade', 'head');
        expect(write).toThrow(
          /^this cannot be written as a script:\n {2}two2 \(about two2\): .*two2\.sql:6 /,
        );
        expect(offlineScript(graph, 'upgrade', 'one1')).toContain('SELECT 1;');
      });
    },
  );

  it('cannot hold what commits, or a module: all are named', async () => {
    const committing = { id: 'two2', headers: ['no-transaction'], upgrade: 'CALL p();' };
    await withHistory([PLAIN, committing], async (folder) => {
      const module = [
        '// plinth:revision three3',
        '// plinth:revises two2',
        '// plinth:message data',
        'export async function upgrade() {}',
        'export async function downgrade() {}',
      ];
      await writeFile(join(folder, 'three3.ts'), module.join('\n'));
      const graph = await loadRevisions(folder);
      const failure = await failureOf(async () => offlineScript(graph, 'upgrade', 'head'));
      expect(failure.code).toBe('MIGRATE_OFFLINE_UNSUPPORTED');
      expect(failure.details).toEqual({ revisions: ['two2', 'three3'] });
      expect(failure.message).toContain('three3.ts is a module');
    });
  });

  it('cannot undo what is irreversible', async () => {
    const kept = { id: 'two2', headers: ['irreversible the rows are gone'], upgrade: 'SELECT 1;' };
    await withHistory([PLAIN, kept], async (folder) => {
      const graph = await loadRevisions(folder);
      const failure = await failureOf(async () => offlineScript(graph, 'downgrade', 'head:base'));
      expect(failure.code).toBe('REVISION_IRREVERSIBLE');
    });
  });

  it.each(['current:head', '-1:head', 'one1:two2:head', 'head:nothing'])(
    'cannot stamp %s',
    async (range) => {
      await withHistory(HISTORY, async (folder) => {
        const graph = await loadRevisions(folder);
        const failure = await failureOf(async () => offlineStamp(graph, range));
        expect(failure.code).toMatch(/^REVISION_/);
      });
    },
  );

  it('says who wrote it, what it does and how to run it', async () => {
    await withHistory([PLAIN], async (folder) => {
      const script = offlineScript(await loadRevisions(folder), 'upgrade', 'head');
      const lines = script.split('\n');
      expect(lines[0]).toMatch(/^-- upgrade head, written by Plinth \d+\.\d+\.\d+$/);
      expect(lines[1]).toBe('--   one1 about one1');
      expect(script).toContain('psql -X -v ON_ERROR_STOP=1');
    });
  });
});

describe('a script in a single message', () => {
  it('does all of it, or what stands before the failure', async () => {
    const failing = { id: 'two2', upgrade: 'CREATE TABLE two ();\nSELECT nothing;' };
    await withHistory([PLAIN, failing], async (folder) => {
      const graph = await loadRevisions(folder);
      await withJudged(async ({ engine }) => {
        await engine.query(offlineScript(graph, 'upgrade', 'one1'));
        await engine.query(offlineScript(graph, 'downgrade', 'one1:base'));
        const both = engine.query(offlineScript(graph, 'upgrade', 'head'));
        await expect(both).rejects.toThrow('column "nothing" does not exist');
        const { applied } = await status(engine, { revisions: graph });
        expect(applied).toEqual(['one1']);
      });
    });
  });
});

describe.each(sqlClients())('scripts run by $name', (client: SqlClient) => {
  it('leave what the same runs leave', async () => {
    await withHistory(HISTORY, async (folder) => {
      const graph = await loadRevisions(folder);
      const options = { revisions: graph, tag: 'release "7"' };
      const runs = [
        { direction: 'upgrade', to: 'two2', range: 'two2' },
        { direction: 'upgrade', to: 'heads', range: 'two2:heads' },
        { direction: 'downgrade', to: 'one1', range: 'heads:one1' },
        { direction: 'upgrade', to: 'heads', range: 'one1:heads' },
        { direction: 'downgrade', to: 'base', range: 'heads:base' },
      ] as const;
      const online = await withJudged(async (database, schema) => {
        const ends: End[] = [];
        for (const { direction, to } of runs) {
          await (direction === 'upgrade' ? upgrade : downgrade)(database.engine, to, options);
          ends.push({ schema: await schema(), ledger: await ledgerOf(database) });
        }
        return ends;
      });
      await withJudged(async (database, schema) => {
        for (const [index, { direction, range }] of runs.entries()) {
          const script = offlineScript(graph, direction, range, options);
          expect(await client.run(database.url, script)).toEqual([]);
          const end = { schema: await schema(), ledger: await ledgerOf(database) };
          expect(end).toEqual(online[index]);
          const { state } = await status(database.engine, options);
          expect(state).toBe(range.endsWith('heads') ? 'current' : 'pending');
        }
      });
    });
  });

  it('change nothing a second time', async () => {
    await withHistory(HISTORY, async (folder) => {
      const graph = await loadRevisions(folder);
      await withJudged(async (database, schema) => {
        const both = async (script: string) => {
          await client.run(database.url, script);
          const before = { schema: await schema(), ledger: await ledgerOf(database) };
          const errors = await client.run(database.url, script);
          expect(
            errors.filter((text) => !text.includes('current transaction is aborted')),
          ).not.toEqual([]);
          expect({ schema: await schema(), ledger: await ledgerOf(database) }).toEqual(before);
          return errors;
        };
        const errors = await both(offlineScript(graph, 'upgrade', 'heads'));
        expect(errors).toContain('upgrade of one1: revision one1 is applied');
        expect(await both(offlineScript(graph, 'downgrade', 'heads:none3'))).toContain(
          'downgrade of merge6: revision merge6 is not applied',
        );
        // The next run by Plinth itself goes on from there.
        const { ran } = await upgrade(database.engine, 'heads', { revisions: graph });
        expect(ran.map(({ id }) => id)).toEqual(['left4', 'right5', 'merge6', 'parts7']);
      });
    });
  });

  it('run nothing behind what failed', async () => {
    const [one, two, ...rest] = HISTORY;
    const failing = { id: 'two2', upgrade: 'CREATE TABLE two (id integer);\nSELECT nothing;' };
    if (one === undefined || two === undefined) throw new Error('the history is too short');
    await withHistory([one, failing, ...rest], async (folder) => {
      const graph = await loadRevisions(folder);
      await withJudged(async (database) => {
        const errors = await client.run(database.url, offlineScript(graph, 'upgrade', 'heads'));
        expect(errors).toContain('column "nothing" does not exist');
        expect(errors).toContain('upgrade of none3: revision two2 is not applied');
        expect(errors).toContain('cannot execute CREATE INDEX in a read-only transaction');
        const { applied } = await status(database.engine, { revisions: graph });
        expect(applied).toEqual(['one1']);
      });
    });
  });

  it('leave a revision half-way where its statement failed, for Plinth to finish', async () => {
    const history = [
      {
        id: 'one1',
        upgrade: 'CREATE TABLE one (id integer);\nINSERT INTO one VALUES (1), (1);',
        downgrade: 'DROP TABLE one;',
      },
      {
        id: 'two2',
        upgrade: 'CREATE UNIQUE INDEX CONCURRENTLY one_id ON one (id);\nCREATE TABLE two ();',
        downgrade: 'DROP TABLE two;\nDROP INDEX CONCURRENTLY one_id;',
      },
      {
        id: 'three3',
        upgrade: 'CREATE INDEX CONCURRENTLY three ON one (id);',
        downgrade: 'DROP INDEX CONCURRENTLY three;',
      },
    ];
    await withHistory(history, async (folder) => {
      const graph = await loadRevisions(folder);
      await withJudged(async (database) => {
        const options = { revisions: graph };
        const errors = await client.run(database.url, offlineScript(graph, 'upgrade', 'head'));
        expect(errors).toContain('could not create unique index "one_id"');
        expect(errors).toContain('upgrade of two2, step 1 of 2: its statement has not ended well');
        expect(errors).toContain(
          'upgrade of two2, step 2 of 2: revision two2 is half-way (upgrade started 1)',
        );
        expect(errors).toContain(
          'upgrade of three3: revision two2 is half-way (upgrade started 1)',
        );
        expect((await status(database.engine, options)).state).toBe('interrupted');
        const indexes = await database.engine.query(
          `SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = 'one'::regclass`,
        );
        expect(indexes.rows).toEqual([{ name: 'one_id' }]);
        await database.engine.query('DELETE FROM one');
        await upgrade(database.engine, 'head', options);
        expect((await status(database.engine, options)).state).toBe('current');
      });
    });
  });

  it('see an index that was there before as none of theirs', async () => {
    const history = [
      { id: 'one1', upgrade: 'CREATE TABLE one (id integer);', downgrade: 'DROP TABLE one;' },
      {
        id: 'two2',
        upgrade: 'CREATE INDEX CONCURRENTLY one_id ON one (id);',
        downgrade: 'DROP INDEX CONCURRENTLY one_id;',
      },
    ];
    await withHistory(history, async (folder) => {
      const graph = await loadRevisions(folder);
      await withJudged(async (database) => {
        await client.run(database.url, offlineScript(graph, 'upgrade', 'one1'));
        await database.engine.query('CREATE INDEX one_id ON one (id)');
        const errors = await client.run(database.url, offlineScript(graph, 'upgrade', 'one1:head'));
        expect(errors).toContain('upgrade of two2: its statement has not ended well');
        expect((await status(database.engine, { revisions: graph })).state).toBe('interrupted');
      });
    });
  });

  it('do nothing while another process holds the migration lock', async () => {
    await withHistory(HISTORY, async (folder) => {
      const graph = await loadRevisions(folder);
      await withJudged(async (database) => {
        await using holder = await openEngine({ url: database.url, poolSize: 1 });
        const script = offlineScript(graph, 'upgrade', 'heads');
        const [lock = ''] = /pg_try_advisory_lock\([^)]*\)/.exec(script) ?? [];
        const errors = await holder.withConnection(async (connection) => {
          await connection.query(`SELECT ${lock}`);
          return await client.run(database.url, script);
        });
        expect(errors).toContain('another process holds the migration lock');
        expect(errors).toContain('upgrade of one1: this session does not hold the migration lock');
        const { rows } = await database.engine.query(`SELECT to_regnamespace('plinth') AS found`);
        expect(rows).toEqual([{ found: null }]);
      });
    });
  });

  it('refuse a file that is not the one that was applied', async () => {
    await withHistory(HISTORY, async (folder) => {
      const graph = await loadRevisions(folder);
      await withJudged(async (database) => {
        await upgrade(database.engine, 'one1', { revisions: graph });
        await database.engine.query(`UPDATE plinth.ledger SET fingerprint = 'x' || fingerprint`);
        for (const [direction, range, of] of [
          ['upgrade', 'one1:two2', 'two2, step 1 of 4'],
          ['downgrade', 'one1:base', 'one1'],
        ] as const) {
          const errors = await client.run(database.url, offlineScript(graph, direction, range));
          expect(errors).toContain(
            `${direction} of ${of}: revision one1 is applied from another file`,
          );
        }
        expect(await ledgerOf(database)).toHaveLength(1);
      });
    });
  });

  it('undo nothing under what stands on it', async () => {
    await withHistory(HISTORY, async (folder) => {
      const graph = await loadRevisions(folder);
      await withJudged(async (database) => {
        await upgrade(database.engine, 'other8', { revisions: graph });
        const before = await ledgerOf(database);
        for (const [range, message] of [
          ['one1:base', 'downgrade of one1: revision two2 is applied'],
          // It depends on it, and revises it not.
          ['none3:two2', 'downgrade of none3: revision other8 is applied'],
        ] as const) {
          const script = offlineScript(graph, 'downgrade', range);
          expect(await client.run(database.url, script)).toContain(message);
        }
        expect(await ledgerOf(database)).toEqual(before);
      });
    });
  });

  it('stamp as Plinth does', async () => {
    await withHistory(HISTORY, async (folder) => {
      const graph = await loadRevisions(folder);
      const options = { revisions: graph, tag: 'by hand', ledger: 'second' };
      const online = await withJudged(async (database) => {
        await stamp(database.engine, ['merge6'], options);
        await stamp(database.engine, ['none3'], options);
        return await ledgerOf(database, 'second');
      });
      await withJudged(async (database) => {
        const first = offlineStamp(graph, 'merge6', options);
        expect(await client.run(database.url, first)).toEqual([]);
        expect(await client.run(database.url, first)).toContain(
          'stamp merge6: revision one1 is applied',
        );
        const second = offlineStamp(graph, 'merge6:none3', options);
        expect(await client.run(database.url, second)).toEqual([]);
        expect(await ledgerOf(database, 'second')).toEqual(online);
      });
    });
  });

  it('create the ledger, once, and bring an older one to its form', async () => {
    await withJudged(async (database, schema) => {
      const script = offlineLedger();
      expect(await client.run(database.url, script)).toEqual([]);
      const made = await schema();
      expect(await client.run(database.url, script)).toEqual([]);
      expect(await schema()).toBe(made);
      await database.engine.query(
        `ALTER TABLE plinth.ledger DROP COLUMN tag, DROP COLUMN stamped, DROP COLUMN observed,
           DROP CONSTRAINT ledger_state_check,
           ADD CONSTRAINT ledger_state_check CHECK (state IN ('started', 'step', 'finished'))`,
      );
      expect(await client.run(database.url, script)).toEqual([]);
      expect(await schema()).toBe(made);
    });
  });

  it('make and drop what belongs to the server', async () => {
    const name = `Plinth ${randomUUID()}`;
    const history = [
      { ...PLAIN, upgrade: `CREATE DATABASE "${name}";`, downgrade: `DROP DATABASE "${name}";` },
    ];
    await withHistory(history, async (folder) => {
      const graph = await loadRevisions(folder);
      await withJudged(async (database) => {
        const options = { revisions: graph };
        const up = offlineScript(graph, 'upgrade', 'head');
        expect(await client.run(database.url, up)).toEqual([]);
        expect((await status(database.engine, options)).state).toBe('current');
        const down = offlineScript(graph, 'downgrade', 'head:base');
        expect(await client.run(database.url, down)).toEqual([]);
        expect((await status(database.engine, options)).state).toBe('pending');
      });
    });
  });

  it('refuse the ledger of a newer Plinth', async () => {
    await withHistory(HISTORY, async (folder) => {
      const graph = await loadRevisions(folder);
      await withJudged(async (database) => {
        await upgrade(database.engine, 'one1', { revisions: graph });
        await database.engine.query(`UPDATE plinth.ledger SET format = 99, plinth_version = '9.9'`);
        const errors = await client.run(database.url, offlineScript(graph, 'upgrade', 'one1:two2'));
        expect(errors[0]).toContain('the ledger was written by Plinth 9.9');
        expect(await ledgerOf(database)).toHaveLength(1);
      });
    });
  });
});
