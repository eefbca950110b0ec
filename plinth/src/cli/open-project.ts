// A project's configuration and, where a command needs it, its database.

import { loadConfig, type Project } from '../config/index.js';
import {
  connect,
  type Database,
  type Engine,
  type EngineOptions,
  engineOptionsFromEnv,
  migrationOptionsFromEnv,
  openEngine,
  parseDatabaseUrl,
} from '../engine/index.js';
import type { SharedOptions } from './shared-options.js';
import type { Terminal } from './terminal.js';

const CONFIG_URL = 'url in plinth.config.ts';

export async function openProject(terminal: Terminal, options: SharedOptions): Promise<Project> {
  return await loadConfig(terminal.folder, terminal.env, options.config);
}

/**
 * Runs the work with an engine where revisions run, and closes it whatever happens.
 *
 * @throws PlinthError ENGINE_OPTION_INVALID when only the URL of a pooler is known.
 */
export async function withEngine<Result>(
  terminal: Terminal,
  options: SharedOptions,
  work: (engine: Engine, project: Project) => Promise<Result>,
): Promise<Result> {
  const project = await openProject(terminal, options);
  return await withEngineOf(terminal, options, project, (engine) => work(engine, project));
}

/** The same, for a command that has read its configuration already. */
export async function withEngineOf<Result>(
  terminal: Terminal,
  options: SharedOptions,
  project: Project,
  work: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const engine = await openEngine({
    ...migrationOptions(terminal, options, project),
    poolSize: 1,
    applicationName: 'plinth cli',
  });
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/**
 * The same as a database, with the scopes of tenants, in the role that DB_TENANT_ROLE names.
 *
 * @param poolSize How many connections the work takes at a time.
 */
export async function withDatabaseOf<Result>(
  terminal: Terminal,
  options: SharedOptions,
  project: Project,
  work: (db: Database) => Promise<Result>,
  poolSize = 1,
): Promise<Result> {
  const { DB_TENANT_ROLE: tenantRole } = terminal.env;
  await using db = await connect({
    ...migrationOptions(terminal, options, project),
    ...(tenantRole ? { tenantRole } : {}),
    poolSize,
    applicationName: 'plinth cli',
  });
  return await work(db);
}

/** The database that revisions run on, what errors call its URL, and what it is opened with. */
export function databaseUrl(
  terminal: Terminal,
  options: SharedOptions,
  project: Project,
): Required<Pick<EngineOptions, 'url' | 'variable' | 'embeddedExtensions'>> {
  const { url = project.url, variable = CONFIG_URL } = migrationOptions(terminal, options, project);
  return { url, variable, embeddedExtensions: project.embeddedExtensions };
}

/** `--url`, or MIGRATION_DATABASE_URL, or the project's own URL unless that is a pooler's. */
function migrationOptions(
  { env }: Terminal,
  { url }: SharedOptions,
  project: Project,
): EngineOptions {
  const { migrationUrl, embeddedExtensions } = project;
  if (url !== undefined) return { url, variable: '--url', embeddedExtensions };
  const chosen = migrationUrl ?? project.url;
  const variable = migrationUrl === undefined ? CONFIG_URL : 'MIGRATION_DATABASE_URL';
  // Here and not below, so that the error names where the URL stands.
  parseDatabaseUrl(chosen, { variable });
  return {
    ...migrationOptionsFromEnv({
      ...env,
      DATABASE_URL: project.url,
      MIGRATION_DATABASE_URL: migrationUrl,
    }),
    variable,
    embeddedExtensions,
  };
}

/** What the project's program connects with: its URL, and the `DB_…` variables. */
export function engineOptions(
  { env }: Terminal,
  options: SharedOptions,
  project: Project,
): EngineOptions {
  const url = options.url ?? project.programUrl;
  const named = url === project.url ? CONFIG_URL : 'DATABASE_URL';
  const variable = options.url === undefined ? named : '--url';
  const { embeddedExtensions } = project;
  if (!isUsable(url)) return { url, variable, embeddedExtensions };
  return { ...engineOptionsFromEnv({ ...env, DATABASE_URL: url }), variable, embeddedExtensions };
}

/** A URL that is not goes on as it is: a finding of its own says what is wrong with it. */
function isUsable(url: string): boolean {
  try {
    parseDatabaseUrl(url);
    return true;
  } catch {
    return false;
  }
}
