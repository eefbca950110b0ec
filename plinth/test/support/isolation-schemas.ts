// Schemas for the prover: a sound one to start from, holes to put into it, and sound ones that look
// unusual. `app` in them is the tenant role.

import type { AttackName, ResultStatus } from '../../src/isolation/index.js';

const SETTING = `(SELECT nullif(current_setting('app.current_tenant_id', true), ''))`;

/** Forces row-level security with the policy of the documentation, and grants what requests need. */
export function isolate(table: string, condition = `tenant_id = ${SETTING}`): string {
  return `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY;
    ALTER TABLE ${table} FORCE ROW LEVEL SECURITY;
    CREATE POLICY own ON ${table} USING (${condition}) WITH CHECK (${condition});
    GRANT SELECT, INSERT, UPDATE, DELETE ON ${table} TO app;`;
}

const NOTES = `CREATE TABLE notes (
  id bigint GENERATED ALWAYS AS IDENTITY, tenant_id text NOT NULL, slug text NOT NULL, body text,
  is_public boolean NOT NULL DEFAULT false, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, slug));`;

/** Tables without a hole. */
export const SOUND = `${NOTES} ${isolate('notes')}`;

export interface Hole {
  readonly name: string;
  readonly sql: string;
  /** What has to find it. */
  readonly found: readonly [object: string, attack: AttackName];
  /** Default: `leak`. */
  readonly status?: ResultStatus;
}

const hole = (
  name: string,
  found: readonly [object: string, attack: AttackName],
  sql: string,
  status?: ResultStatus,
): Hole => ({ name, sql, found, ...(status === undefined ? {} : { status }) });

/** The sound table with another condition. */
const withCondition = (condition: string, columns = NOTES): string =>
  `${columns} ${isolate('notes', condition)}`;

const OWN = `tenant_id = ${SETTING}`;
const RAW = `current_setting('app.current_tenant_id', true)`;

const IN_POLICIES: readonly Hole[] = [
  hole(
    'no row-level security',
    ['public.notes', 'isolation'],
    `${NOTES} GRANT ALL ON notes TO app;`,
  ),
  hole(
    'row-level security switched off again',
    ['public.notes', 'read'],
    `${SOUND} ALTER TABLE notes DISABLE ROW LEVEL SECURITY;`,
  ),
  hole(
    'not forced on the owner',
    ['public.notes', 'isolation'],
    `${SOUND} ALTER TABLE notes NO FORCE ROW LEVEL SECURITY;`,
    'weak',
  ),
  hole(
    'a second policy for every row',
    ['public.notes', 'isolation'],
    `${SOUND} CREATE POLICY all_rows ON notes USING (true);`,
  ),
  hole(
    'a second policy for reading that is wider',
    ['public.notes', 'read'],
    `${SOUND} CREATE POLICY short ON notes FOR SELECT USING (length(slug) < 100);`,
  ),
  hole(
    'no condition on new rows',
    ['public.notes', 'insert'],
    `${NOTES} ${isolate('notes')} ALTER POLICY own ON notes WITH CHECK (slug IS NOT NULL);`,
  ),
  hole(
    'a wider condition on changed rows',
    ['public.notes', 'move'],
    `${SOUND} CREATE POLICY changed ON notes FOR UPDATE USING (${OWN}) WITH CHECK (slug <> '');`,
  ),
  hole(
    'updates that name no row',
    ['public.notes', 'update'],
    `${SOUND} CREATE POLICY any_row ON notes FOR UPDATE USING (slug <> '') WITH CHECK (${OWN});`,
  ),
  hole(
    'deletes that name no row',
    ['public.notes', 'delete'],
    `${SOUND} CREATE POLICY any_row ON notes FOR DELETE USING (slug <> '');`,
  ),
  hole('rows that are public', ['public.notes', 'read'], withCondition(`${OWN} OR is_public`)),
  hole(
    'rows that are not public',
    ['public.notes', 'read'],
    withCondition(`${OWN} OR NOT is_public`),
  ),
  hole('rows without a body', ['public.notes', 'read'], withCondition(`${OWN} OR body IS NULL`)),
  hole(
    'rows with one value in a column',
    ['public.notes', 'read'],
    withCondition(`${OWN} OR body = 'published'`),
  ),
  hole(
    'a policy for a group that the role is in',
    ['public.notes', 'read'],
    `${SOUND} CREATE ROLE app_readers; GRANT app_readers TO app;
     CREATE POLICY readers ON notes FOR SELECT TO app_readers USING (slug <> '');`,
  ),
  hole(
    'upserts into every row',
    ['public.notes', 'upsert'],
    withCondition(`slug <> ''`, NOTES.replace('UNIQUE (tenant_id, slug)', 'UNIQUE (slug)')),
  ),
  hole('merges into every row', ['public.notes', 'merge'], withCondition(`slug <> ''`)),
  hole('rows that are given back', ['public.notes', 'returning'], withCondition(`slug <> ''`)),
  hole('rows that are copied out', ['public.notes', 'copy out'], withCondition(`slug <> ''`)),
  hole(
    'rows that are copied in',
    ['public.notes', 'copy in'],
    `${NOTES} GRANT ALL ON notes TO app;`,
  ),
  hole(
    'row-level security that a session switches off',
    ['public.notes', 'row_security off'],
    `${NOTES} GRANT ALL ON notes TO app;`,
  ),
];

const IN_SETTINGS: readonly Hole[] = [
  hole(
    'all rows before the setting is set',
    ['public.notes', 'no tenant'],
    withCondition(`${RAW} IS NULL OR ${OWN}`),
  ),
  hole(
    'all rows where it is empty',
    ['public.notes', 'no tenant'],
    withCondition(`${RAW} = '' OR ${OWN}`),
  ),
  hole(
    'all rows where there is no tenant',
    ['public.notes', 'no tenant'],
    withCondition(`tenant_id = coalesce(nullif(${RAW}, ''), tenant_id)`),
  ),
  hole(
    'new rows where there is no tenant',
    ['public.notes', 'no tenant'],
    `${SOUND} ALTER POLICY own ON notes WITH CHECK (${OWN} OR ${RAW} = '');`,
  ),
  hole('a pattern', ['public.notes', 'hostile settings'], withCondition(`tenant_id LIKE ${RAW}`)),
  hole(
    'a regular expression',
    ['public.notes', 'hostile settings'],
    withCondition(`tenant_id ~ ('^' || ${RAW} || '$')`),
  ),
  hole(
    'a list',
    ['public.notes', 'hostile settings'],
    withCondition(`tenant_id = ANY (string_to_array(${RAW}, ','))`),
  ),
  hole(
    'another case',
    ['public.notes', 'hostile settings'],
    withCondition(`tenant_id = lower(${RAW})`),
  ),
  hole(
    'white space',
    ['public.notes', 'hostile settings'],
    withCondition(`tenant_id = trim(${RAW})`),
  ),
  hole(
    'a word for everything',
    ['public.notes', 'hostile settings'],
    withCondition(`tenant_id = ${RAW} OR ${RAW} = '*'`),
  ),
  hole(
    'a tenant who looks after all',
    ['public.notes', 'hostile settings'],
    withCondition(`tenant_id = ${RAW} OR ${RAW} = 'admin'`),
  ),
  hole(
    'a setting of another name',
    ['public.notes', 'read'],
    withCondition(`tenant_id = current_setting('app.other', true) OR ${RAW} = 'x'`),
    'unproved',
  ),
];

const BESIDE_TABLES: readonly Hole[] = [
  hole(
    'a view that runs as its owner',
    ['public.all_notes', 'view'],
    `${SOUND} CREATE VIEW all_notes AS SELECT * FROM notes; GRANT SELECT ON all_notes TO app;`,
  ),
  hole(
    'a view that only counts',
    ['public.totals', 'view'],
    `${SOUND} CREATE VIEW totals AS SELECT count(*) AS n FROM notes; GRANT SELECT ON totals TO app;`,
  ),
  hole(
    'a view over a view',
    ['public.outer_notes', 'view'],
    `${SOUND} CREATE VIEW inner_notes AS SELECT * FROM notes;
     CREATE VIEW outer_notes WITH (security_invoker = true) AS SELECT slug FROM inner_notes;
     GRANT SELECT ON outer_notes, inner_notes TO app;`,
  ),
  hole(
    'a view that filters and is no barrier',
    ['public.own_notes', 'view'],
    `${SOUND} CREATE VIEW own_notes AS SELECT * FROM notes WHERE ${OWN}; GRANT SELECT ON own_notes TO app;`,
    'weak',
  ),
  hole(
    'a view that is written through',
    ['public.written', 'view'],
    `${SOUND} CREATE VIEW written WITH (security_barrier = true) AS SELECT * FROM notes WHERE ${OWN};
     GRANT SELECT, INSERT ON written TO app;`,
  ),
  hole(
    'a materialized view',
    ['public.kept', 'view'],
    `${SOUND} CREATE MATERIALIZED VIEW kept AS SELECT * FROM notes; GRANT SELECT ON kept TO app;`,
  ),
  hole(
    'a function that reads as its owner',
    ['find_note(text)', 'function'],
    `${SOUND} CREATE FUNCTION find_note(p_slug text) RETURNS SETOF notes LANGUAGE sql SECURITY DEFINER
     AS 'SELECT * FROM public.notes WHERE slug = p_slug';`,
  ),
  hole(
    'a function that only counts',
    ['count_notes()', 'function'],
    `${SOUND} CREATE FUNCTION count_notes() RETURNS bigint LANGUAGE sql SECURITY DEFINER
     AS 'SELECT count(*) FROM public.notes';`,
  ),
  hole(
    'a function that writes as its owner',
    ['drop_note(text)', 'function'],
    `${SOUND} CREATE FUNCTION drop_note(wanted text) RETURNS void LANGUAGE sql SECURITY DEFINER
     AS 'DELETE FROM public.notes WHERE slug = wanted';`,
  ),
  hole(
    'a procedure that writes as its owner',
    ['rename_all(text)', 'function'],
    `${SOUND} CREATE PROCEDURE rename_all(body text) LANGUAGE plpgsql SECURITY DEFINER
     AS 'BEGIN UPDATE public.notes n SET body = rename_all.body; END';`,
  ),
  hole(
    'a function that nobody could call',
    ['secret_notes(text)', 'function'],
    `${SOUND} CREATE FUNCTION secret_notes(word text) RETURNS SETOF notes LANGUAGE plpgsql SECURITY DEFINER
     AS 'BEGIN IF word <> ''sesame'' THEN RAISE ''no''; END IF; RETURN QUERY SELECT * FROM public.notes; END';`,
    'unproved',
  ),
  hole(
    'a trigger that copies rows',
    ['public.audit', 'triggers'],
    `${SOUND} CREATE TABLE audit (row_text text); GRANT SELECT ON audit TO app;
     CREATE FUNCTION note_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
     AS 'BEGIN INSERT INTO public.audit VALUES (NEW::text); RETURN NULL; END';
     CREATE TRIGGER notes_audit AFTER INSERT ON notes FOR EACH ROW EXECUTE FUNCTION note_audit();`,
  ),
  hole(
    'a trigger that says too much',
    ['public.notes', 'messages'],
    `${SOUND} CREATE FUNCTION one_slug() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
     DECLARE other text;
     BEGIN
       SELECT body INTO other FROM public.notes n
       WHERE n.tenant_id <> current_setting('app.current_tenant_id', true) AND body IS NOT NULL LIMIT 1;
       IF other IS NOT NULL AND TG_OP = 'UPDATE' THEN RAISE 'already there: %', other; END IF;
       RETURN NEW;
     END $$;
     CREATE TRIGGER notes_slug BEFORE UPDATE ON notes FOR EACH ROW EXECUTE FUNCTION one_slug();`,
  ),
  hole(
    'a partition that is reached past its table',
    ['public.events_a', 'read'],
    `CREATE TABLE events (tenant_id text NOT NULL, day date NOT NULL, body text) PARTITION BY RANGE (day);
     CREATE TABLE events_a PARTITION OF events FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
     ${isolate('events')} GRANT SELECT ON events_a TO app;`,
  ),
  hole(
    'a child that is reached past its parent',
    ['public.old_notes', 'isolation'],
    `${SOUND} CREATE TABLE old_notes () INHERITS (notes); GRANT SELECT ON old_notes TO app;`,
  ),
  hole(
    'a table that was forgotten',
    ['public.drafts', 'isolation'],
    `${SOUND} CREATE TABLE drafts (id uuid PRIMARY KEY, tenant_id text NOT NULL);`,
  ),
  hole(
    'lines of an order whose policy looks at no order',
    ['public.lines', 'read'],
    `${SOUND.replace('notes (', 'notes (')} CREATE TABLE lines (id uuid PRIMARY KEY, note_tenant text NOT NULL, note_id bigint NOT NULL,
       text text, FOREIGN KEY (note_tenant, note_id) REFERENCES notes);
     ${isolate('lines', `text <> ''`)}`,
  ),
];

const IN_KEYS: readonly Hole[] = [
  hole(
    'a foreign key without the tenant',
    ['public.comments', 'foreign keys'],
    `CREATE TABLE posts (id uuid PRIMARY KEY, tenant_id text NOT NULL); ${isolate('posts')}
     CREATE TABLE comments (id uuid PRIMARY KEY, tenant_id text NOT NULL, post_id uuid NOT NULL REFERENCES posts ON DELETE CASCADE);
     ${isolate('comments')}`,
  ),
  hole(
    'a common row that takes rows along',
    ['public.items', 'foreign keys'],
    `CREATE TABLE kinds (id uuid PRIMARY KEY, name text); GRANT SELECT, DELETE ON kinds TO app;
     CREATE TABLE items (id uuid PRIMARY KEY, tenant_id text NOT NULL, kind uuid REFERENCES kinds ON DELETE CASCADE);
     ${isolate('items')}`,
  ),
  hole(
    'a unique key without the tenant',
    ['public.notes', 'unique keys'],
    withCondition(OWN, NOTES.replace('UNIQUE (tenant_id, slug)', 'UNIQUE (slug)')),
  ),
  hole(
    'a unique index over an expression',
    ['public.notes', 'unique keys'],
    `${SOUND} CREATE UNIQUE INDEX notes_lower ON notes (lower(body));`,
  ),
  hole(
    'a unique index over some rows',
    ['public.notes', 'unique keys'],
    `${SOUND} CREATE UNIQUE INDEX notes_public ON notes (slug) WHERE is_public;`,
  ),
  hole(
    'an exclusion without the tenant',
    ['public.bookings', 'unique keys'],
    `CREATE TABLE bookings (id uuid PRIMARY KEY, tenant_id text NOT NULL, during daterange NOT NULL,
       EXCLUDE USING gist (during WITH &&)); ${isolate('bookings')}`,
  ),
  hole(
    'a tenant that may be NULL',
    ['public.notes', 'isolation'],
    `CREATE TABLE notes (id uuid PRIMARY KEY, tenant_id text); ${isolate('notes')}`,
    'weak',
  ),
];

const IN_PRIVILEGES: readonly Hole[] = [
  hole('TRUNCATE', ['public.notes', 'truncate'], `${SOUND} GRANT TRUNCATE ON notes TO app;`),
  hole(
    'REFERENCES',
    ['public.notes', 'grants'],
    `${SOUND} GRANT REFERENCES (slug) ON notes TO app;`,
    'weak',
  ),
  hole('TRIGGER', ['public.notes', 'grants'], `${SOUND} GRANT TRIGGER ON notes TO app;`, 'weak'),
  hole(
    'everybody',
    ['public.notes', 'grants'],
    `${SOUND} GRANT SELECT ON notes TO PUBLIC;`,
    'weak',
  ),
  hole('BYPASSRLS', ['app', 'role'], `${SOUND} ALTER ROLE app BYPASSRLS;`),
  hole(
    'a role that becomes one with BYPASSRLS',
    ['app', 'role'],
    `${SOUND} CREATE ROLE app_boss BYPASSRLS NOLOGIN; GRANT app_boss TO app;`,
  ),
  hole('a role that owns a table', ['app', 'role'], `${SOUND} ALTER TABLE notes OWNER TO app;`),
  hole(
    'a role that reads files of the server',
    ['app', 'role'],
    `${SOUND} GRANT pg_read_server_files TO app;`,
  ),
  hole('a role that creates roles', ['app', 'role'], `${SOUND} ALTER ROLE app CREATEROLE;`),
  hole(
    'tables to come',
    ['app', 'role'],
    `${SOUND} ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT ALL ON TABLES TO app;`,
    'weak',
  ),
];

const HARDER: readonly Hole[] = [
  hole(
    'a view whose condition is asked late',
    ['public.late', 'view'],
    `${SOUND} CREATE FUNCTION is_own(id text) RETURNS boolean LANGUAGE plpgsql STABLE COST 100000
     AS $$ BEGIN RETURN id = current_setting('app.current_tenant_id', true); END $$;
     CREATE VIEW late AS SELECT * FROM notes WHERE is_own(tenant_id); GRANT SELECT ON late TO app;`,
  ),
  hole(
    'rows that are recent',
    ['public.notes', 'read'],
    withCondition(
      `${OWN} OR made > now() - interval '1 day'`,
      NOTES.replace('body text,', `body text, made timestamptz NOT NULL DEFAULT now(),`),
    ),
  ),
  hole(
    'rows with one of several values',
    ['public.notes', 'read'],
    withCondition(`${OWN} OR body IN ('draft', 'shared')`),
  ),
  hole(
    'rows above a number',
    ['public.notes', 'read'],
    withCondition(
      `${OWN} OR level >= 7 AND level < 9`,
      NOTES.replace('body text,', 'body text, level int NOT NULL,'),
    ),
  ),
  hole(
    'rows by a field of JSON',
    ['public.notes', 'read'],
    withCondition(
      `${OWN} OR (doc ->> 'public')::boolean`,
      NOTES.replace('body text,', 'body text, doc jsonb,'),
    ),
  ),
  hole(
    'a plan that keeps the tenant',
    ['public.notes', 'prepared'],
    `CREATE FUNCTION tenant() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT current_setting('app.current_tenant_id', true) $$;
     ${withCondition('tenant_id = tenant()')}`,
  ),
  hole(
    'a setting that opens all',
    ['public.notes', 'hostile settings'],
    withCondition(`${OWN} OR current_setting('my.bypass', true) = 'yes'`),
    'weak',
  ),
  hole(
    'a function that says whether a value is taken',
    ['is_taken(text)', 'function'],
    `${SOUND} CREATE FUNCTION is_taken(wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
     AS 'SELECT EXISTS (SELECT FROM public.notes WHERE slug = wanted)';`,
  ),
  hole(
    'a table that belongs to an isolated one',
    ['public.files', 'isolation'],
    `CREATE TABLE posts (id uuid PRIMARY KEY, tenant_id text NOT NULL); ${isolate('posts')}
     CREATE TABLE files (id uuid PRIMARY KEY, post_id uuid NOT NULL REFERENCES posts, path text);
     GRANT SELECT ON files TO app;`,
  ),
  hole(
    'a row of nobody that all see',
    ['public.notes', 'insert'],
    `CREATE TABLE notes (id uuid PRIMARY KEY, tenant_id text, body text);
     ${isolate('notes', `${OWN} OR tenant_id IS NULL`)}`,
  ),
  hole(
    'a common key that changes rows',
    ['public.items', 'foreign keys'],
    `CREATE TABLE kinds (name text PRIMARY KEY); GRANT SELECT, UPDATE ON kinds TO app;
     CREATE TABLE items (id uuid PRIMARY KEY, tenant_id text NOT NULL, kind text REFERENCES kinds ON UPDATE CASCADE);
     ${isolate('items')}`,
  ),
  hole(
    'a trigger that writes rows of all',
    ['public.notes', 'triggers'],
    `${SOUND} CREATE FUNCTION mark_all() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
     AS 'BEGIN UPDATE public.notes SET body = NEW.body WHERE slug <> NEW.slug; RETURN NULL; END';
     CREATE TRIGGER notes_mark AFTER UPDATE ON notes FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION mark_all();`,
  ),
  hole(
    'a rule that copies rows',
    ['public.copies', 'triggers'],
    `${SOUND} CREATE TABLE copies (slug text); GRANT SELECT ON copies TO app;
     CREATE RULE copy AS ON INSERT TO notes DO ALSO INSERT INTO copies VALUES (NEW.slug);`,
  ),
  hole(
    'a key that can only be changed',
    ['public.notes', 'unique keys'],
    `${NOTES} ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY;
     CREATE POLICY own ON notes USING (${OWN}); GRANT SELECT, UPDATE ON notes TO app;
     CREATE UNIQUE INDEX notes_slug ON notes (slug);`,
  ),
];

const definer = (signature: string, body: string): string =>
  `${SOUND} CREATE FUNCTION ${signature} STABLE SECURITY DEFINER AS $$ ${body} $$;`;

const IN_ARGUMENTS: readonly Hole[] = [
  hole(
    'a function that takes a key and a tenant',
    ['getp(bigint,text)', 'function'],
    definer(
      'getp(pid bigint, ten text) RETURNS text LANGUAGE sql',
      'SELECT body FROM public.notes WHERE id = pid AND tenant_id = ten',
    ),
  ),
  hole(
    'a function that takes a tenant and a key of text',
    ['gets(text,text)', 'function'],
    definer(
      'gets(ten text, what text) RETURNS text LANGUAGE sql',
      'SELECT body FROM public.notes WHERE slug = what AND tenant_id = ten',
    ),
  ),
  hole(
    'a function over the last of many tables',
    ['last(text)', 'function'],
    `${[...'abcdef'].map((name) => `CREATE TABLE ${name} (tenant_id text NOT NULL, id int GENERATED ALWAYS AS IDENTITY, slug text NOT NULL, PRIMARY KEY (tenant_id, id)); ${isolate(name)}`).join(' ')}
     CREATE FUNCTION last(q text) RETURNS int LANGUAGE sql STABLE SECURITY DEFINER
     AS 'SELECT id FROM public.f WHERE slug = q';`,
  ),
  hole(
    'a function that takes a document',
    ['getj(jsonb)', 'function'],
    definer(
      'getj(q jsonb) RETURNS text LANGUAGE sql',
      `SELECT body FROM public.notes WHERE id = (q ->> 'key')::bigint AND tenant_id = q ->> 'tenant'`,
    ),
  ),
  hole(
    'a function that takes a row',
    ['getc(notes)', 'function'],
    definer(
      'getc(n notes) RETURNS text LANGUAGE sql',
      'SELECT body FROM public.notes WHERE id = n.id AND tenant_id = n.tenant_id',
    ),
  ),
  hole(
    'a function that takes a row of its own kind',
    ['gett(pair)', 'function'],
    `CREATE TYPE pair AS (a text, b bigint); ${definer(
      'gett(p pair) RETURNS text LANGUAGE sql',
      'SELECT body FROM public.notes WHERE id = p.b AND tenant_id = p.a',
    )}`,
  ),
  hole(
    'a function that takes any number of tenants',
    ['getv(text[])', 'function'],
    definer(
      'getv(VARIADIC t text[]) RETURNS bigint LANGUAGE sql',
      'SELECT count(*) FROM public.notes WHERE tenant_id = ANY (t)',
    ),
  ),
  hole(
    'a function that runs what it is given',
    ['run(text)', 'function'],
    `${SOUND} CREATE FUNCTION run(q text) RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER
     AS 'BEGIN RETURN QUERY EXECUTE q; END';`,
  ),
  hole(
    'a function that runs what it is given and returns nothing',
    ['run(text)', 'function'],
    `${SOUND} CREATE FUNCTION run(q text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
     AS 'BEGIN EXECUTE q; END';`,
  ),
  hole(
    'a function that answers no call',
    ['run(text)', 'function'],
    `${SOUND} CREATE FUNCTION run(q text) RETURNS TABLE (a point, b int, c box) LANGUAGE plpgsql SECURITY DEFINER
     AS 'BEGIN RETURN QUERY EXECUTE q; END';`,
    'unproved',
  ),
];

const IN_CONSTANTS: readonly Hole[] = [
  hole(
    'a tenant whose id begins like another',
    ['public.notes', 'hostile settings'],
    withCondition(`starts_with(tenant_id, ${SETTING})`),
  ),
  hole(
    'rows from before a day',
    ['public.notes', 'read'],
    withCondition(
      `${OWN} OR due < '1900-01-01'`,
      NOTES.replace('body text', 'body text, due date'),
    ),
  ),
  hole(
    'a tenant where none is set',
    ['public.notes', 'no tenant'],
    withCondition(`tenant_id = coalesce(nullif(${RAW}, ''), 'acme')`),
  ),
  hole(
    'a tenant whose rows all see, and all write',
    ['public.notes', 'insert'],
    withCondition(`${OWN} OR tenant_id = 'public'`),
  ),
];

export const HOLES: readonly Hole[] = [
  ...IN_POLICIES,
  ...IN_SETTINGS,
  ...BESIDE_TABLES,
  ...IN_KEYS,
  ...IN_PRIVILEGES,
  ...HARDER,
  ...IN_ARGUMENTS,
  ...IN_CONSTANTS,
];

export interface SoundSchema {
  readonly name: string;
  readonly sql: string;
}

const typed = (type: string): string =>
  `tenant_id = (SELECT nullif(current_setting('app.current_tenant_id', true), '')::${type})`;

export const SOUND_SCHEMAS: readonly SoundSchema[] = [
  { name: 'the table of the documentation', sql: SOUND },
  {
    name: 'tenants that are uuids, with a registry',
    sql: `CREATE TABLE tenants (id uuid PRIMARY KEY, name text NOT NULL UNIQUE);
      GRANT SELECT ON tenants TO app;
      CREATE TABLE notes (id uuid PRIMARY KEY, tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE, body text);
      ${isolate('notes', typed('uuid'))}`,
  },
  {
    name: 'a registry that is isolated itself',
    sql: `CREATE TABLE tenants (id varchar(40) PRIMARY KEY, name text NOT NULL);
      ${isolate('tenants', `id = ${SETTING}`)}
      CREATE TABLE notes (id uuid PRIMARY KEY, tenant_id varchar(40) NOT NULL REFERENCES tenants, body text);
      ${isolate('notes')}`,
  },
  {
    name: 'tenants that are numbers, and policies for each command',
    sql: `CREATE TABLE notes (id serial PRIMARY KEY, tenant_id int NOT NULL, body text);
      ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY;
      CREATE POLICY r ON notes FOR SELECT USING (${typed('int')});
      CREATE POLICY a ON notes FOR INSERT WITH CHECK (${typed('int')});
      CREATE POLICY w ON notes FOR UPDATE USING (${typed('int')});
      CREATE POLICY d ON notes FOR DELETE USING (${typed('int')});
      GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app; GRANT USAGE ON SEQUENCE notes_id_seq TO app;`,
  },
  {
    name: 'foreign keys with the tenant, one to itself',
    sql: `${SOUND} CREATE TABLE comments (id uuid, tenant_id text NOT NULL, note_id bigint NOT NULL, answers uuid, text text,
        PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, note_id) REFERENCES notes ON DELETE CASCADE,
        FOREIGN KEY (tenant_id, answers) REFERENCES comments); ${isolate('comments')}`,
  },
  {
    name: 'two tables that refer to each other',
    sql: `CREATE TABLE a (tenant_id text NOT NULL, id uuid, b uuid, PRIMARY KEY (tenant_id, id));
      CREATE TABLE b (tenant_id text NOT NULL, id uuid, a uuid NOT NULL, PRIMARY KEY (tenant_id, id),
        FOREIGN KEY (tenant_id, a) REFERENCES a);
      ALTER TABLE a ADD FOREIGN KEY (tenant_id, b) REFERENCES b; ${isolate('a')} ${isolate('b')}`,
  },
  {
    name: 'partitions, by list, range and hash',
    sql: `CREATE TABLE events (tenant_id text NOT NULL, kind text NOT NULL, day date NOT NULL, body text) PARTITION BY LIST (kind);
      CREATE TABLE events_a PARTITION OF events FOR VALUES IN ('a', 'b') PARTITION BY RANGE (day);
      CREATE TABLE events_a_20 PARTITION OF events_a FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
      CREATE TABLE events_c PARTITION OF events FOR VALUES IN ('c');
      CREATE TABLE hashed (tenant_id text NOT NULL, id uuid NOT NULL, PRIMARY KEY (tenant_id, id)) PARTITION BY HASH (tenant_id);
      CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
      CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
      ${isolate('events')} ${isolate('hashed')}`,
  },
  {
    name: 'a partition for each tenant',
    sql: `CREATE TABLE notes (tenant_id text NOT NULL, body text) PARTITION BY LIST (tenant_id);
      CREATE TABLE notes_acme PARTITION OF notes FOR VALUES IN ('acme');
      CREATE TABLE notes_globex PARTITION OF notes FOR VALUES IN ('globex');
      ${isolate('notes')}`,
  },
  {
    name: 'views that run as whoever asks, and one that is a barrier',
    sql: `${SOUND}
      CREATE VIEW public_notes WITH (security_invoker = true) AS SELECT * FROM notes WHERE is_public;
      CREATE VIEW totals WITH (security_invoker = true) AS SELECT count(*) AS n FROM notes;
      CREATE VIEW own_notes WITH (security_barrier = true) AS SELECT * FROM notes WHERE ${OWN};
      GRANT SELECT, INSERT, UPDATE, DELETE ON public_notes TO app; GRANT SELECT ON totals, own_notes TO app;`,
  },
  {
    name: 'a function that runs as its owner and looks at the setting',
    sql: `${SOUND} CREATE FUNCTION find_note(p_slug text) RETURNS SETOF notes LANGUAGE sql STABLE SECURITY DEFINER
      AS $$ SELECT * FROM public.notes WHERE slug = p_slug AND ${OWN} $$;
      CREATE FUNCTION hidden() RETURNS SETOF notes LANGUAGE sql SECURITY DEFINER AS 'SELECT * FROM public.notes';
      REVOKE EXECUTE ON FUNCTION hidden() FROM PUBLIC;`,
  },
  {
    name: 'a list that all share, with policies of its own',
    sql: `CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL);
      ALTER TABLE countries ENABLE ROW LEVEL SECURITY;
      CREATE POLICY everybody ON countries FOR SELECT USING (true); GRANT SELECT ON countries TO app;
      CREATE TABLE notes (id uuid PRIMARY KEY, tenant_id text NOT NULL, country text REFERENCES countries);
      ${isolate('notes')}`,
  },
  {
    name: 'rows that belong to a tenant through another table',
    sql: `CREATE TABLE orders (id uuid PRIMARY KEY, tenant_id text NOT NULL); ${isolate('orders')}
      CREATE TABLE lines (id uuid PRIMARY KEY, order_id uuid NOT NULL REFERENCES orders, text text NOT NULL);
      ${isolate('lines', 'EXISTS (SELECT FROM orders o WHERE o.id = order_id)')}`,
  },
  {
    name: 'rows of which every column is in a key',
    sql: `CREATE TABLE orders (id uuid PRIMARY KEY, tenant_id text NOT NULL); ${isolate('orders')}
      CREATE TABLE parts (id uuid PRIMARY KEY, order_id uuid NOT NULL REFERENCES orders, name text NOT NULL UNIQUE);
      ${isolate('parts', 'EXISTS (SELECT FROM orders o WHERE o.id = order_id)')} ALTER TABLE parts DROP CONSTRAINT parts_name_key;
      ALTER TABLE parts ADD UNIQUE (id, name);`,
  },
  {
    name: 'a trigger that says whose a new row is',
    sql: `${SOUND} CREATE FUNCTION own_it() RETURNS trigger LANGUAGE plpgsql
      AS $$ BEGIN NEW.tenant_id := current_setting('app.current_tenant_id', true); RETURN NEW; END $$;
      CREATE TRIGGER notes_own BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION own_it();`,
  },
  {
    name: 'a trigger that keeps a registry of ids, and one that writes an isolated log',
    sql: `${SOUND} CREATE TABLE registry (id text PRIMARY KEY); GRANT SELECT, INSERT ON registry TO app;
      CREATE TABLE log (id uuid DEFAULT gen_random_uuid(), tenant_id text NOT NULL, entry text); ${isolate('log')}
      CREATE FUNCTION note_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO public.registry VALUES (NEW.tenant_id) ON CONFLICT DO NOTHING;
        INSERT INTO public.log (tenant_id, entry) VALUES (NEW.tenant_id, NEW::text); RETURN NULL; END $$;
      CREATE TRIGGER notes_noted AFTER INSERT ON notes FOR EACH ROW EXECUTE FUNCTION note_it();`,
  },
  {
    name: 'a policy for every row that another one narrows',
    sql: `${NOTES} ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY;
      CREATE POLICY everybody ON notes USING (true) WITH CHECK (true);
      CREATE POLICY own ON notes AS RESTRICTIVE USING (${OWN}) WITH CHECK (${OWN});
      GRANT SELECT, INSERT, UPDATE, DELETE ON notes TO app;`,
  },
  {
    name: 'a tenant whose rows all see and nobody else writes',
    sql: `${NOTES} ${isolate('notes')} ALTER POLICY own ON notes USING (${OWN} OR tenant_id = 'public');
      CREATE POLICY kept ON notes AS RESTRICTIVE FOR UPDATE USING (${OWN});
      CREATE POLICY left_alone ON notes AS RESTRICTIVE FOR DELETE USING (${OWN});`,
  },
  {
    name: 'functions that take much, and look at the setting',
    sql: `${definer(
      'getp(pid bigint, ten text) RETURNS text LANGUAGE sql',
      `SELECT body FROM public.notes WHERE id = pid AND tenant_id = ten AND ${OWN}`,
    )}
      CREATE FUNCTION getj(q jsonb) RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
        AS $$ SELECT body FROM public.notes WHERE id = (q ->> 'id')::bigint AND ${OWN} $$;
      CREATE FUNCTION getv(VARIADIC t text[]) RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
        AS $$ SELECT count(*) FROM public.notes WHERE tenant_id = ANY (t) AND ${OWN} $$;
      CREATE FUNCTION number_of(name text) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
        AS $$ DECLARE n bigint; BEGIN EXECUTE 'SELECT count(*) FROM public.notes WHERE slug = $1
          AND tenant_id = current_setting(''app.current_tenant_id'', true)' INTO n USING name; RETURN n; END $$;`,
  },
  {
    name: 'columns of many types and conditions',
    sql: `CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TYPE place AS (street text, number int);
      CREATE DOMAIN mail AS text CHECK (VALUE ~ '^[^@]+@[^@]+$'); CREATE DOMAIN positive AS int CHECK (VALUE > 0);
      CREATE TABLE zoo (id smallint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, tenant_id varchar(12) NOT NULL,
        mood mood NOT NULL, place place NOT NULL, mail mail NOT NULL, size positive NOT NULL, tags text[] NOT NULL,
        price numeric(6,2) NOT NULL, during tstzrange NOT NULL, ip inet NOT NULL, doc jsonb NOT NULL, raw bytea NOT NULL,
        flags bit(4) NOT NULL, code char(3) NOT NULL CHECK (code = upper(code)), percent int NOT NULL CHECK (percent BETWEEN 0 AND 100),
        status text NOT NULL CHECK (status IN ('pending', 'completed')), starts date NOT NULL, ends date NOT NULL,
        span interval NOT NULL, price_twice numeric GENERATED ALWAYS AS (price * 2) STORED, moods mood[] NOT NULL,
        at time NOT NULL, search tsvector NOT NULL, area box NOT NULL, kind "char" NOT NULL, CHECK (ends > starts));
      ${isolate('zoo')} GRANT USAGE ON SEQUENCE zoo_id_seq TO app;`,
  },
  {
    name: 'a role that may only read some columns',
    sql: `${NOTES} ALTER TABLE notes ENABLE ROW LEVEL SECURITY; ALTER TABLE notes FORCE ROW LEVEL SECURITY;
      CREATE POLICY own ON notes USING (${OWN}); GRANT SELECT (slug, tenant_id) ON notes TO app;`,
  },
];
