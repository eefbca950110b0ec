// Tries a change on real servers, in both directions: the plan is applied, and then both Plinth's
// own reader and, where there is one, pg_dump must find no difference. It knows no kind.

import { expect, TestRunner } from 'vitest';
import { dumpSchema, dumpStatements } from '../../../test/support/pg-dump.js';
import { type Catalog, type CatalogObject, introspect } from '../../src/catalog/index.js';
import { type DiffOptions, diff, type Plan, renderPlan } from '../../src/diff/index.js';
import {
  type DiffServer,
  diffServers,
  dropRoles,
  type SideDatabase,
  withDatabase,
} from './diff-servers.js';

export interface Convergence {
  /** SQL of the one schema; an empty text is an empty database. */
  readonly from: string;
  /** SQL of the other. */
  readonly to: string;
  /** SQL that fills the one schema with rows before it is changed into the other. */
  readonly rows?: string;
  /** A query whose rows must be the same before and after that change. */
  readonly survives?: string;
  /** SQL that fills the other schema with rows before it is changed back. */
  readonly rowsBack?: string;
  /** A query whose rows must be the same before and after the change back. */
  readonly survivesBack?: string;
  /** Whether PostgreSQL checks the bodies of functions while the plan runs. Default: false. */
  readonly checksBodies?: boolean;
  readonly options?: DiffOptions;
  /** The options of the way back, such as the renames the other way round. Default: the same. */
  readonly optionsBack?: DiffOptions;
  /** The oldest major that knows what the case uses. Below it the test is skipped. */
  readonly since?: number;
}

/** The plans of both directions. */
export interface Converged {
  readonly up: Plan;
  readonly down: Plan;
  readonly upSql: string;
  readonly downSql: string;
}

/**
 * Expects that the differ turns either schema into the other. It runs where pg_dump can judge, if
 * that server is new enough for the case, and on the run's own server otherwise;
 * `npm run test:majors` takes it to every major.
 *
 * @example
 * const { upSql } = await expectConvergence({
 *   from: 'CREATE TABLE t (a int)',
 *   to: 'CREATE TABLE t (a int, b text)',
 *   rows: 'INSERT INTO t VALUES (1)',
 *   survives: 'SELECT a FROM t',
 * });
 * expect(upSql).toBe('ALTER TABLE public.t ADD COLUMN b text;\n');
 */
export async function expectConvergence(convergence: Convergence): Promise<Converged> {
  const { since = 0 } = convergence;
  const servers = (await diffServers()).filter(({ major }) => major >= since);
  const server = servers.find(({ pgDump }) => pgDump !== undefined) ?? servers[0];
  if (server === undefined) TestRunner.getCurrentTest()?.context.skip(`needs PostgreSQL ${since}`);
  if (server === undefined) throw new Error('expectConvergence works inside of a test only');
  try {
    return await convergeOn(server, convergence);
  } finally {
    await dropRoles(server);
  }
}

async function convergeOn(server: DiffServer, convergence: Convergence): Promise<Converged> {
  return await withDatabase(server, (a) =>
    withDatabase(server, async (b) => {
      // One after the other: roles belong to both.
      await a.run(convergence.from);
      await b.run(convergence.to);
      const read = async (side: SideDatabase) =>
        withOwnRoles(await side.engine.withConnection(introspect), convergence);
      const [from, to] = [await read(a), await read(b)];
      const { options = {}, optionsBack = options } = convergence;
      const dumps =
        server.pgDump &&
        (await Promise.all([dump(server, a, optionsBack), dump(server, b, options)]));
      const shared = { server, read };
      const there = { ...shared, direction: 'from → to', expected: to, dump: dumps?.[1] } as const;
      const { rows, survives, rowsBack, survivesBack, checksBodies = false } = convergence;
      const up = await change(a, from, { ...there, options, checksBodies, rows, survives });
      const back = { ...shared, direction: 'to → from', expected: from, dump: dumps?.[0] } as const;
      const backRows = { checksBodies, rows: rowsBack, survives: survivesBack };
      const down = await change(b, to, { ...back, options: optionsBack, ...backRows });
      return { up, down, upSql: renderPlan(up), downSql: renderPlan(down) };
    }),
  );
}

/** Roles belong to the server: those of other tests come and go meanwhile. */
export function withOwnRoles(
  catalog: Catalog,
  { from, to }: Pick<Convergence, 'from' | 'to'>,
): Catalog {
  const isOwn = ({ kind, names }: CatalogObject): boolean =>
    (kind !== 'role' && kind !== 'role-membership') ||
    names.every((name) => from.includes(name) || to.includes(name));
  return { ...catalog, objects: catalog.objects.filter(isOwn) };
}

/** What pg_dump says of a database. */
export function dump(
  { pgDump = '' }: DiffServer,
  { url }: SideDatabase,
  { owners = true, privileges = true }: DiffOptions,
): Promise<string> {
  const without = [owners ? '' : '--no-owner', privileges ? '' : '--no-privileges'];
  return dumpSchema(
    pgDump,
    url,
    without.filter((flag) => flag !== ''),
  );
}

interface Expected {
  readonly server: DiffServer;
  readonly direction: 'from → to' | 'to → from';
  readonly read: (database: SideDatabase) => Promise<Catalog>;
  readonly expected: Catalog;
  /** What pg_dump says of the wanted schema, where there is one that can read the server. */
  readonly dump: string | undefined;
  readonly options: DiffOptions;
  readonly checksBodies: boolean;
  readonly rows: string | undefined;
  readonly survives: string | undefined;
}

/** Changes a database into the expected schema, and expects that nothing differs then. */
async function change(database: SideDatabase, own: Catalog, wanted: Expected): Promise<Plan> {
  const { server, expected, options, survives } = wanted;
  await database.run(wanted.rows ?? '');
  const before = await readRows(database, survives);
  const plan = diff(own, expected, options);
  const sql = renderPlan(plan);
  const told = `${wanted.direction} on PostgreSQL ${server.major} with the plan:\n\n${sql}\n`;
  try {
    await database.run(wanted.checksBodies ? `SET check_function_bodies = on;\n${sql}` : sql);
  } catch (error) {
    throw new Error(`${told}\n${error instanceof Error ? error.message : error}`, { cause: error });
  }
  expect(await readRows(database, survives), `rows after ${told}`).toEqual(before);
  const left = diff(await wanted.read(database), expected, leftover(options));
  expect(renderPlan(left), `what is left to do after ${told}`).toBe('');
  expect(left.changes, `what is left to do after ${told}`).toEqual([]);
  if (wanted.dump !== undefined) {
    const dumped = dumpStatements(await dump(server, database, options));
    expect(dumped, `pg_dump after ${told}`).toEqual(dumpStatements(wanted.dump));
  }
  return plan;
}

/** Renames have happened by then. */
function leftover({ renames: _happened, ...options }: DiffOptions): DiffOptions {
  return options;
}

async function readRows(database: SideDatabase, query: string | undefined): Promise<unknown> {
  if (query === undefined) return undefined;
  return (await database.engine.query(query)).rows;
}
