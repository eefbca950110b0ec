// Tries a change from one random schema to another and back on a real server, with rows in the
// tables, and says how it went. Plinth's own reader and, where there is one, pg_dump judge.

import { dumpStatements } from '../../../../test/support/pg-dump.js';
import { type Catalog, introspect } from '../../../src/catalog/index.js';
import { diff, type Plan, type PlannedStatement, renderPlan } from '../../../src/diff/index.js';
import { PlinthError } from '../../../src/errors/index.js';
import { dump, withOwnRoles } from '../convergence.js';
import { type DiffServer, type SideDatabase, withDatabase } from '../diff-servers.js';
import { type RandomSchema, ROLES } from './random-schema.js';
import { insertsFor } from './rows.js';

export interface Trial {
  readonly server: DiffServer;
  readonly from: RandomSchema;
  readonly to: RandomSchema;
}

export interface Tally {
  /** Statements of the random schemas, and those that PostgreSQL took. */
  readonly statements: number;
  readonly taken: number;
  readonly tables: number;
  readonly filled: number;
  /** Directions that were tried anew without rows, because the rows did not fit. */
  readonly unfit: number;
}

export type Outcome =
  | { readonly verdict: 'converged'; readonly tally: Tally }
  | { readonly verdict: 'refused'; readonly told: string }
  /** `problem` is the same for failures of one sort. */
  | { readonly verdict: 'failed'; readonly problem: string; readonly told: string };

class Failure extends Error {
  readonly problem: string;

  constructor(problem: string, told: string) {
    super(told);
    this.problem = problem;
  }
}

export async function tryChange(trial: Trial): Promise<Outcome> {
  try {
    return { verdict: 'converged', tally: await converge(trial) };
  } catch (error) {
    if (error instanceof Refusal) return { verdict: 'refused', told: error.message };
    if (error instanceof Failure) {
      return { verdict: 'failed', problem: error.problem, told: error.message };
    }
    const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { verdict: 'failed', problem: 'thrown', told };
  }
}

async function converge({ server, from, to }: Trial): Promise<Tally> {
  return await withDatabase(server, (a) =>
    withDatabase(server, async (b) => {
      const [left, right] = [await load(server, a, from), await load(server, b, to)];
      expectEmpty(left.catalog, left.catalog, 'a schema and itself');
      const up = await change(server, a, left, right);
      const down = await change(server, b, right, left);
      return {
        statements: left.statements + right.statements,
        taken: left.taken.length + right.taken.length,
        tables: up.tables + down.tables,
        filled: up.filled + down.filled,
        unfit: up.unfit + down.unfit,
      };
    }),
  );
}

interface Loaded {
  readonly schema: RandomSchema;
  readonly catalog: Catalog;
  readonly dump: string | undefined;
  readonly statements: number;
  /** What PostgreSQL did not refuse. */
  readonly taken: readonly string[];
}

async function load(
  server: DiffServer,
  database: SideDatabase,
  schema: RandomSchema,
): Promise<Loaded> {
  await makeRoles(database);
  const all = schema.objects.flatMap(({ statements }) => statements);
  const taken = await runEach(database, all);
  return {
    schema,
    taken,
    statements: all.length,
    catalog: await read(database),
    dump: server.pgDump && (await dump(server, database, {})),
  };
}

async function makeRoles(database: SideDatabase): Promise<void> {
  await database.run(ROLES.map((role) => `CREATE ROLE ${role};`).join('\n'));
}

async function read({ engine }: SideDatabase): Promise<Catalog> {
  const roles = ROLES.join(' ');
  return withOwnRoles(await engine.withConnection(introspect), { from: roles, to: roles });
}

/** Runs statements, and returns those that were not refused. */
async function runEach({ engine }: SideDatabase, statements: readonly string[]): Promise<string[]> {
  return await engine.withConnection(async (connection) => {
    const taken: string[] = [];
    for (const statement of statements) {
      const refused = await connection.query(statement).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refused === undefined) taken.push(statement);
    }
    return taken;
  });
}

interface Changed {
  readonly tables: number;
  readonly filled: number;
  readonly unfit: number;
}

async function change(
  server: DiffServer,
  database: SideDatabase,
  from: Loaded,
  to: Loaded,
): Promise<Changed> {
  const plan = planned(from, to);
  const again = diff(from.catalog, to.catalog);
  const text = renderPlan(plan);
  if (renderPlan(again) !== text || JSON.stringify(again) !== JSON.stringify(plan)) {
    throw new Failure('unsteady', 'The same input gave two plans.');
  }
  await runEach(database, insertsFor(from.schema.world.relations));
  const tables = tablesOf(from.catalog);
  const before = await countRows(database, tables);
  const stay = tables.filter((table) => tablesOf(to.catalog).includes(table));
  const told = `${tell('from', from)}\n${tell('to', to)}\n-- the plan:\n${text}`;
  const filled = [...before.values()].filter((count) => count > 0).length;
  const misfit = await apply(database, plan, told);
  if (misfit !== undefined) {
    await withDatabase(server, async (empty) => {
      await makeRoles(empty);
      await runEach(empty, from.taken);
      const refused = await apply(empty, plan, told);
      if (refused !== undefined) throw new Failure('can-fail without rows', `${refused}\n${told}`);
      await judge(server, empty, to, told);
    });
    return { tables: tables.length, filled, unfit: 1 };
  }
  await judge(server, database, to, told);
  const after = await countRows(database, stay);
  for (const table of stay) {
    if (before.get(table) === after.get(table)) continue;
    throw new Failure(
      'lost rows',
      `${table} had ${before.get(table)} rows and has ${after.get(table)}\n${told}`,
    );
  }
  return { tables: tables.length, filled, unfit: 0 };
}

class Refusal extends Error {}

function planned(from: Loaded, to: Loaded): Plan {
  try {
    return diff(from.catalog, to.catalog);
  } catch (error) {
    if (!(error instanceof PlinthError) || error.code !== 'DIFF_REFUSED') throw error;
    throw new Refusal(`${error.message}\n\n${tell('from', from)}\n${tell('to', to)}`);
  }
}

function tell(which: string, { taken }: Loaded): string {
  return `-- ${which}:\n${taken.map((statement) => `${statement};\n`).join('')}`;
}

/** @returns What PostgreSQL said where rows that are there do not fit. */
async function apply(
  { engine }: SideDatabase,
  plan: Plan,
  told: string,
): Promise<string | undefined> {
  return await engine.withConnection(async (connection) => {
    for (const planned of plan.statements) {
      const error = await connection.query(planned.sql).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error === undefined) continue;
      const said = error instanceof Error ? error.message : String(error);
      if (canFail(planned)) return `PostgreSQL says: ${said}\nto:\n${planned.sql}\n`;
      const shape = said.replaceAll(/"[^"]*"|\d+/g, '…');
      throw new Failure(
        `refused: ${shape}`,
        `PostgreSQL says: ${said}\nto:\n${planned.sql}\n\n${told}`,
      );
    }
    return undefined;
  });
}

function canFail({ hazards }: PlannedStatement): boolean {
  return hazards.some(({ kind }) => kind === 'can-fail');
}

async function judge(
  server: DiffServer,
  database: SideDatabase,
  to: Loaded,
  told: string,
): Promise<void> {
  expectEmpty(await read(database), to.catalog, told);
  if (to.dump === undefined) return;
  const [found, wanted] = [
    dumpStatements(await dump(server, database, {})),
    dumpStatements(to.dump),
  ];
  const missing = wanted.filter((statement) => !found.includes(statement));
  const extra = found.filter((statement) => !wanted.includes(statement));
  if (found.length === wanted.length && missing.length + extra.length === 0) return;
  throw new Failure(
    'pg_dump',
    `pg_dump misses:\n${missing.join('\n')}\nand has:\n${extra.join('\n')}\n\n${told}`,
  );
}

function expectEmpty(found: Catalog, wanted: Catalog, told: string): void {
  const left = diff(found, wanted);
  if (left.statements.length === 0 && left.changes.length === 0) return;
  const changes = left.changes.map(({ verb, object }) => `${verb} ${object}`).join('\n');
  const kinds = [
    ...new Set(
      left.changes.map(({ verb, object }) => `${verb} ${object.slice(0, object.indexOf(':'))}`),
    ),
  ];
  throw new Failure(
    `left: ${kinds.join()}`,
    `left to do:\n${changes}\n${renderPlan(left)}\n\n${told}`,
  );
}

/** As SQL writes their names; partitioned ones hold no rows themselves. */
function tablesOf({ objects }: Catalog): readonly string[] {
  return objects.flatMap(({ kind, id }) => (kind === 'table' ? [id.slice('table:'.length)] : []));
}

async function countRows(
  { engine }: SideDatabase,
  tables: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (tables.length === 0) return new Map();
  const counts = tables.map(
    (table, place) => `SELECT ${place} AS place, count(*)::int AS n FROM ONLY ${table}`,
  );
  const { rows } = await engine.query<{ place: number; n: number }>(counts.join(' UNION ALL '));
  return new Map(rows.map(({ place, n }) => [tables[place] ?? '', n]));
}
