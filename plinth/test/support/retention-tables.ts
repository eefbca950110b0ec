// Tables whose rows go when their time is up, on a database, and classes for them.

import { type Database, type Engine, openEngine } from 'plinth';
import type { RetentionClass, RetentionOptions } from 'plinth/retention';
import { uniqueRole } from './tenant-table.js';

/** The role that everything is granted to; of the cluster, so a test file has its own. */
export const RETENTION_ROLE = uniqueRole();

export const TENANTS_QUERY = 'SELECT id FROM tenants';

export const EVENTS = {
  name: 'events',
  table: 'events',
  column: 'created_at',
  keep: '90 days',
  tenant: 'tenant_id',
} as const satisfies RetentionClass;

export const JOBS = {
  name: 'jobs',
  table: 'jobs',
  column: 'ended_at',
  keep: '30 days',
} as const satisfies RetentionClass;

/** A run of both, without rests. */
export const BOTH: RetentionOptions = {
  classes: [EVENTS, JOBS],
  tenants: TENANTS_QUERY,
  share: 1,
};

/** Events of tenants, jobs of nobody with their lines, and who removed what. */
export async function createRetentionTables(engine: Engine): Promise<void> {
  const tenant = "(select nullif(current_setting('app.current_tenant_id', true), ''))";
  await engine.query(`
    CREATE ROLE ${RETENTION_ROLE} LOGIN NOSUPERUSER NOBYPASSRLS;
    CREATE TABLE tenants (id text PRIMARY KEY);
    INSERT INTO tenants VALUES ('acme'), ('globex'), ('initech');
    CREATE TABLE events (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      tenant_id text NOT NULL,
      body text NOT NULL,
      created_at timestamptz DEFAULT now()
    );
    CREATE INDEX events_tenant ON events (tenant_id, created_at DESC);
    ALTER TABLE events ENABLE ROW LEVEL SECURITY;
    ALTER TABLE events FORCE ROW LEVEL SECURITY;
    CREATE POLICY tenant_isolation_policy ON events
      USING (tenant_id = ${tenant}) WITH CHECK (tenant_id = ${tenant});
    CREATE TABLE jobs (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      state text NOT NULL DEFAULT 'ended',
      ended_at timestamptz
    );
    CREATE INDEX jobs_ended_at ON jobs (ended_at) WHERE ended_at IS NOT NULL;
    CREATE TABLE job_lines (
      job_id integer NOT NULL REFERENCES jobs ON DELETE CASCADE,
      line integer NOT NULL,
      PRIMARY KEY (job_id, line)
    );
    CREATE TABLE removals (tenant text, actor text, body text);
    CREATE FUNCTION record_removal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN
        INSERT INTO removals VALUES
          (current_setting('app.current_tenant_id', true), current_setting('app.actor', true), old.body);
        RETURN old;
      END $$;
    CREATE TRIGGER record_removal AFTER DELETE ON events FOR EACH ROW EXECUTE FUNCTION record_removal();
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${RETENTION_ROLE}`);
}

/** The same on a server, as its owner. */
export async function createRetentionTablesAt(url: string): Promise<void> {
  await using owner = await openEngine({ url, poolSize: 1 });
  await createRetentionTables(owner);
}

/** Drops the role again, for it belongs to the cluster. */
export async function dropRetentionRole(url: string): Promise<void> {
  await using owner = await openEngine({ url, poolSize: 1 });
  await owner.query(`DROP OWNED BY ${RETENTION_ROLE}; DROP ROLE ${RETENTION_ROLE}`);
}

/** A superuser's or an embedded database: rows of any age, past all policies. */
export class RetentionRows {
  readonly #engine: Engine;

  constructor({ engine }: Pick<Database, 'engine'>) {
    this.#engine = engine;
  }

  async clear(): Promise<void> {
    await this.#engine.query('TRUNCATE events, jobs, job_lines, removals RESTART IDENTITY');
  }

  /** Events of an age as PostgreSQL writes it, such as `91 days`, a second apart from each other. */
  async addEvents(tenant: string, age: string, count = 1): Promise<void> {
    await this.#engine.query(
      `INSERT INTO events (tenant_id, body, created_at)
       SELECT $1, $2::text, now() - $2::text::interval - n * interval '1 second' FROM generate_series(1, $3::integer) n`,
      [tenant, age, count],
    );
  }

  async addJobs(age: string, count = 1, state = 'ended'): Promise<void> {
    await this.#engine.query(
      `INSERT INTO jobs (state, ended_at)
       SELECT $2, now() - $1::interval FROM generate_series(1, $3::integer)`,
      [age, state, count],
    );
  }

  /** How many events are left: `acme 10 days` and its number. */
  async events(): Promise<Readonly<Record<string, number>>> {
    const { rows } = await this.#engine.query<{ what: string; count: number }>(
      `SELECT tenant_id || ' ' || body AS what, count(*)::integer AS count
         FROM events GROUP BY 1 ORDER BY 1`,
    );
    return Object.fromEntries(rows.map(({ what, count }) => [what, count]));
  }

  async count(table: 'events' | 'jobs' | 'job_lines'): Promise<number> {
    const { rows } = await this.#engine.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM ${table}`,
    );
    return rows[0]?.count ?? Number.NaN;
  }
}
