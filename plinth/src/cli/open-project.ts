// A project's configuration and, where a command needs it, its database.

import { loadConfig, type Project } from '../config/index.js';
import { type Engine, openEngine } from '../engine/index.js';
import type { SharedOptions } from './shared-options.js';
import type { Terminal } from './terminal.js';

export async function openProject(terminal: Terminal, options: SharedOptions): Promise<Project> {
  return await loadConfig(terminal.folder, terminal.env, options.config);
}

/** Runs the work with an engine on the project's database, and closes it whatever happens. */
export async function withEngine<Result>(
  terminal: Terminal,
  options: SharedOptions,
  work: (engine: Engine, project: Project) => Promise<Result>,
): Promise<Result> {
  const project = await openProject(terminal, options);
  const engine = await openEngine({
    url: options.url ?? project.url,
    variable: options.url === undefined ? 'url in plinth.config.ts' : '--url',
    poolSize: 1,
    applicationName: 'plinth cli',
  });
  try {
    return await work(engine, project);
  } finally {
    await engine.close();
  }
}
