// `plinth check`: whether the models, the revisions and, where it is asked for, a database agree.

import type { Project } from '../../config/index.js';
import { diff, type Plan, renderPlan } from '../../diff/index.js';
import { loadRevisions } from '../../migrate/index.js';
import type { RevisionGraph } from '../../revisions/index.js';
import { type Drift, readDrift, readTwoWays, scratchFor, settleRoles } from '../../sides/index.js';
import { cacheFolderOf } from '../cache-folder.js';
import { databaseUrl, openProject } from '../open-project.js';
import { printNotes, printUnmodelled } from '../print-notes.js';
import type { Report } from '../report.js';
import type { SharedOptions } from '../shared-options.js';
import type { Terminal } from '../terminal.js';

export interface CheckOptions {
  /** URL of a database to compare too; `true` for the project's own. */
  readonly database?: string | true;
  readonly privileges: boolean;
  readonly scratchUrl?: string;
}

interface Found {
  /** What brings the revisions to the models; `undefined` where no models are asked for. */
  readonly models: Plan | undefined;
  readonly database: FoundDrift | undefined;
  readonly notes: readonly string[];
}

interface FoundDrift extends Pick<Drift, 'description' | 'migration'> {
  /** What brings the database back; `undefined` where some of its revisions are in no file. */
  readonly plan: Plan | undefined;
}

/** Its status is 0 where all agree, else 1. */
export async function checkCommand(
  terminal: Terminal,
  shared: SharedOptions,
  options: CheckOptions,
): Promise<Report> {
  const project = await openProject(terminal, shared);
  const history = await loadRevisions(project.revisionsFolder);
  const found = await find(terminal, project, history, shared, options);
  const agrees = isSame(found.models) && isWell(found.database);
  return {
    data: foundData(found, agrees),
    print: (to) => print(to, found),
    status: agrees ? 0 : 1,
  };
}

async function find(
  terminal: Terminal,
  project: Project,
  history: RevisionGraph,
  shared: SharedOptions,
  { database, privileges, scratchUrl }: CheckOptions,
): Promise<Found> {
  await using scratch = scratchFor(async () => project, scratchUrl);
  const cacheFolder = cacheFolderOf(terminal);
  const notes: string[] = [];
  let models: Plan | undefined;
  if (database === undefined || project.schema.length > 0) {
    const { folder } = terminal;
    const two = await readTwoWays(scratch, { folder, project, history, cacheFolder });
    const { from, to } = settleRoles(two.current, two.desired);
    const { serverVersion } = project;
    models = diff(from, to, { owners: false, privileges, serverVersion });
    notes.push(...two.notes);
  }
  if (database === undefined) return { models, database, notes };
  const target =
    database === true
      ? databaseUrl(terminal, shared, project)
      : { url: database, variable: '--database', embeddedExtensions: project.embeddedExtensions };
  const drift = await readDrift(scratch, {
    ...target,
    ledger: project.migration.ledger,
    history,
    cacheFolder,
  });
  const plan = drift.to && diff(drift.from, drift.to, { ...drift.options, privileges });
  const { description, migration } = drift;
  return {
    models,
    database: { description, migration, plan },
    notes: [...new Set([...notes, ...drift.notes])],
  };
}

function isSame(plan: Plan | undefined): boolean {
  return plan === undefined || (plan.changes.length === 0 && plan.statements.length === 0);
}

/** Revisions that are only pending are no drift. */
function isWell(found: FoundDrift | undefined): boolean {
  if (found === undefined) return true;
  const { state } = found.migration;
  return (state === 'current' || state === 'pending') && isSame(found.plan);
}

function print(terminal: Terminal, { models, database, notes }: Found): void {
  printNotes(terminal, notes);
  if (models !== undefined) printModels(terminal, models);
  if (database !== undefined) printDatabase(terminal, database);
}

function printModels(terminal: Terminal, plan: Plan): void {
  printUnmodelled(terminal, plan.unmodelled.from, 'revisions');
  printUnmodelled(terminal, plan.unmodelled.to, 'models');
  if (isSame(plan)) {
    terminal.out('models and revisions: no differences');
    return;
  }
  terminal.out('-- in the models and in no revision:');
  printSql(terminal, plan);
  terminal.error('the models and the revisions differ');
  terminal.error('hint: Write the revision with plinth revision --autogenerate -m "…".');
}

function printDatabase(terminal: Terminal, { description, migration, plan }: FoundDrift): void {
  const { pending, unknown, warnings } = migration;
  for (const warning of warnings) terminal.error(`warning: ${warning}`);
  for (const { id, message } of pending) terminal.error(`pending: ${id}  ${message}`);
  if (unknown.length > 0) {
    terminal.error(`${description} is newer than the code: ${unknown.join(', ')} in no file`);
  }
  if (plan === undefined) return;
  printUnmodelled(terminal, plan.unmodelled.from, 'database');
  if (isSame(plan)) {
    terminal.out(`${description}: no differences from its revisions`);
    return;
  }
  terminal.out(`-- what brings ${description} back to its revisions:`);
  printSql(terminal, plan);
  terminal.error(`${description} differs from what its revisions make`);
  terminal.error('hint: Run this SQL there, or put what was changed by hand into a revision.');
}

function printSql(terminal: Terminal, plan: Plan): void {
  terminal.out(renderPlan(plan).trimEnd());
}

function foundData({ models, database, notes }: Found, agrees: boolean): object {
  const status = agrees ? 'passed' : 'failed';
  const told = database && {
    database: database.description,
    state: database.migration.state,
    pending: database.migration.pending.map(({ id }) => id),
    unknown: database.migration.unknown,
    warnings: database.migration.warnings,
    ...database.plan,
  };
  return { status, models: models ?? null, database: told ?? null, notes };
}
