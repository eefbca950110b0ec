// The history that the crash tests interrupt: every sort of step there is, in both directions. Its
// statements count themselves, so that one which ran twice, or beside another, is seen.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type RevisionFolder,
  type RevisionText,
  revisionFolder,
} from '../../support/revision-folder.js';

/**
 * What is there before the first revision. `ran` fails when it is told of a statement a second
 * time, and when two transactions call it at once. `ended` has each command on an object that came
 * to its end: its row is written in the transaction that makes the command's work visible, except
 * that of a REINDEX CONCURRENTLY, which makes it visible before. So `first_indexes` has what was
 * there, to tell an index that was built anew.
 */
export const SET_UP = `
CREATE TABLE runs (step text PRIMARY KEY);
CREATE FUNCTION ran(step text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(1, 1) THEN RAISE EXCEPTION 'two runners are at %', step; END IF;
  INSERT INTO runs VALUES (step);
END $$;
CREATE TABLE counters (name text PRIMARY KEY, value integer NOT NULL);
INSERT INTO counters VALUES ('upgrade', 0), ('downgrade', 0);

CREATE TABLE ended (entry bigint GENERATED ALWAYS AS IDENTITY, command text, object text);
CREATE FUNCTION note_end() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO ended (command, object) SELECT command_tag, object_identity
    FROM pg_event_trigger_ddl_commands() WHERE schema_name = 'public';
END $$;
CREATE EVENT TRIGGER note_end ON ddl_command_end EXECUTE FUNCTION note_end();

CREATE TABLE big AS SELECT n AS id, n % 97 AS a, n % 31 AS b, md5(n::text) AS c
  FROM generate_series(1, 10000) AS n;
CREATE INDEX big_old ON big (b, c);
CREATE INDEX big_kept ON big (c);
CREATE TABLE small (id integer PRIMARY KEY, mail text UNIQUE, marks integer NOT NULL DEFAULT 0);
INSERT INTO small SELECT n, 'm' || n FROM generate_series(1, 500) AS n;

CREATE TABLE parts (id integer, name text) PARTITION BY RANGE (id);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES FROM (100) TO (200);
INSERT INTO parts SELECT n, 'p' || n FROM generate_series(0, 199) AS n;

CREATE TYPE mood AS ENUM ('sad');
CREATE TABLE moods (mood mood);

CREATE TABLE inbox (id integer PRIMARY KEY);
CREATE TABLE outbox (id integer PRIMARY KEY);
INSERT INTO inbox SELECT generate_series(1, 600);
CREATE PROCEDURE move_all(source regclass, target regclass) LANGUAGE plpgsql AS $$
DECLARE moved integer;
BEGIN
  LOOP
    EXECUTE format('WITH gone AS (DELETE FROM %1$s WHERE id IN (SELECT id FROM %1$s ORDER BY id
      LIMIT 60) RETURNING id) INSERT INTO %2$s SELECT id FROM gone', source, target);
    GET DIAGNOSTICS moved = ROW_COUNT;
    EXIT WHEN moved = 0;
    COMMIT;
  END LOOP;
END $$;

CREATE TABLE first_indexes AS SELECT relname AS name, oid::bigint AS oid FROM pg_class
  WHERE relkind = 'i' AND relnamespace = 'public'::regnamespace;`;

/** Tables whose rows say how often something was tried, which no two runs have alike. */
export const UNCOMPARED = ['ended'];

/** Each statement of them runs once in a run that nothing interrupts. */
const REVISIONS: readonly RevisionText[] = [
  {
    id: 'a01tables',
    upgrade: `CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL);
      INSERT INTO people SELECT n, 'n' || n FROM generate_series(1, 300) AS n;
      SELECT ran('a01');
      CREATE TABLE notes (person integer REFERENCES people, note text);`,
    downgrade: `SELECT ran('a01 down'); DROP TABLE notes; DROP TABLE people;`,
  },
  {
    id: 'a02indexes',
    upgrade: `SELECT ran('a02 first');
      CREATE INDEX CONCURRENTLY big_a ON big (a);
      CREATE INDEX CONCURRENTLY ON big (b);
      CREATE INDEX CONCURRENTLY IF NOT EXISTS big_c ON big (c, a);
      SELECT ran('a02 middle');
      CREATE UNIQUE INDEX CONCURRENTLY "big Id" ON public.big (id) INCLUDE (a) WHERE id > 0;
      CREATE INDEX CONCURRENTLY ON big (b);`,
    downgrade: `DROP INDEX CONCURRENTLY big_b_idx1;
      DROP INDEX CONCURRENTLY "big Id";
      SELECT ran('a02 down');
      DROP INDEX CONCURRENTLY IF EXISTS big_c;
      DROP INDEX CONCURRENTLY big_b_idx;
      DROP INDEX CONCURRENTLY public.big_a;`,
  },
  {
    id: 'a03rebuild',
    upgrade: `REINDEX INDEX CONCURRENTLY big_kept;
      SELECT ran('a03');
      REINDEX TABLE CONCURRENTLY small;
      DROP INDEX CONCURRENTLY big_old;`,
    downgrade: `SELECT ran('a03 down');
      CREATE INDEX CONCURRENTLY big_old ON big (b, c);
      REINDEX (CONCURRENTLY) TABLE small;`,
  },
  {
    id: 'a04detach',
    upgrade: `SELECT ran('a04 before');
      ALTER TABLE parts DETACH PARTITION parts_1 CONCURRENTLY;
      SELECT ran('a04 after');`,
    downgrade: `ALTER TABLE parts ATTACH PARTITION parts_1 FOR VALUES FROM (0) TO (100);
      SELECT ran('a04 down');`,
  },
  {
    id: 'a05enum',
    headers: ['no-transaction'],
    upgrade: `ALTER TYPE mood ADD VALUE 'glad';
      INSERT INTO moods VALUES ('glad');
      SELECT ran('a05');`,
    downgrade: `DELETE FROM moods WHERE mood = 'glad'; SELECT ran('a05 down');`,
  },
  {
    id: 'a06vacuum',
    upgrade: `UPDATE big SET a = a + 1 WHERE id % 10 = 0;
      VACUUM (ANALYZE) big;
      SELECT ran('a06');
      VACUUM small;`,
    downgrade: `UPDATE big SET a = a - 1 WHERE id % 10 = 0; VACUUM big;`,
  },
  {
    id: 'a07single',
    headers: ['no-transaction'],
    upgrade: `UPDATE counters SET value = value + 1 WHERE name = 'upgrade';
      CREATE TABLE single (id integer);
      INSERT INTO single SELECT generate_series(1, 100);
      ALTER TABLE single ADD COLUMN note text;
      SELECT ran('a07');`,
    downgrade: `UPDATE counters SET value = value + 1 WHERE name = 'downgrade';
      SELECT ran('a07 down');
      DROP TABLE single;`,
  },
  {
    id: 'a08procedure',
    headers: ['no-transaction'],
    upgrade: `SELECT ran('a08 before');
      CALL move_all('inbox', 'outbox');
      SELECT ran('a08 after');`,
    downgrade: `CALL move_all('outbox', 'inbox'); SELECT ran('a08 down');`,
  },
  {
    id: 'a10views',
    revises: 'a09module',
    upgrade: `CREATE INDEX CONCURRENTLY people_name ON people (name);
      CREATE VIEW open_notes AS SELECT note, name FROM notes JOIN people ON person = id;
      CREATE FUNCTION twice(n integer) RETURNS integer LANGUAGE sql AS $$ SELECT n * 2; $$;
      SELECT ran('a10');
      ALTER TABLE small ADD CONSTRAINT small_positive CHECK (id > 0) NOT VALID;
      ALTER TABLE small VALIDATE CONSTRAINT small_positive;`,
    downgrade: `ALTER TABLE small DROP CONSTRAINT small_positive;
      DROP FUNCTION twice(integer);
      DROP VIEW open_notes;
      SELECT ran('a10 down');
      DROP INDEX CONCURRENTLY people_name;`,
  },
];

const MODULES = {
  a09module: `// plinth:revision a09module
// plinth:revises a08procedure
// plinth:message write notes

import type { RevisionTransaction } from 'plinth/migrate';

export async function upgrade(tx: RevisionTransaction): Promise<void> {
  await tx.query('SELECT ran($1)', ['a09']);
  const { rows } = await tx.query<{ id: number }>('SELECT id FROM people WHERE id <= 20');
  for (const { id } of rows) {
    await tx.query('INSERT INTO notes VALUES ($1, $2)', [id, 'about ' + id]);
  }
}

export async function downgrade(tx: RevisionTransaction): Promise<void> {
  await tx.query('SELECT ran($1)', ['a09 down']);
  await tx.query('DELETE FROM notes');
}
`,
  a11batches: `// plinth:revision a11batches
// plinth:revises a10views
// plinth:message mark in batches
// plinth:no-transaction

import type { BatchWork, RevisionRunner } from 'plinth/migrate';

function mark(by: number): BatchWork {
  return async (tx, after) => {
    const { rows } = await tx.query<{ id: number }>(
      \`WITH batch AS (SELECT id FROM small WHERE id > $1 ORDER BY id LIMIT 100)
       UPDATE small SET marks = marks + $2 FROM batch WHERE small.id = batch.id
       RETURNING small.id\`,
      [after ?? 0, by],
    );
    const key = Math.max(...rows.map(({ id }) => id));
    return rows.length === 0 ? undefined : { key, rows: rows.length };
  };
}

export async function upgrade(run: RevisionRunner): Promise<void> {
  await run.transaction('begin', async (tx) => void (await tx.query('SELECT ran($1)', ['a11'])));
  await run.batches('mark', mark(1), { total: 500 });
  await run.transaction('end', async (tx) => void (await tx.query('SELECT ran($1)', ['a11 end'])));
}

export async function downgrade(run: RevisionRunner): Promise<void> {
  await run.batches('unmark', mark(-2));
  await run.transaction('end', async (tx) => void (await tx.query('SELECT ran($1)', ['a11 down'])));
}
`,
} as const;

/**
 * Writes a history into a folder of its own.
 *
 * @param revisions Default: the one with every sort of step.
 */
export async function writeCrashHistory(
  revisions?: readonly RevisionText[],
): Promise<RevisionFolder> {
  if (revisions !== undefined) return await revisionFolder(revisions);
  const history = await revisionFolder(REVISIONS);
  for (const [id, text] of Object.entries(MODULES)) {
    await writeFile(join(history.folder, `${id}.ts`), text);
  }
  return history;
}
