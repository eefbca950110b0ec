// Loads a script into an empty database and reads what it made. How it has to be run, alone or in
// one transaction, is found out by trying.

import { type Catalog, introspect } from '../catalog/index.js';
import type { Connection, Engine } from '../engine/index.js';
import { findProvided, separateFiles } from './free-order.js';
import type { Script, ScriptStatement } from './read-script.js';
import { type Manner, runScript, type ScriptHost } from './run-script.js';
import type { LoadOptions } from './scratch.js';

export interface ScriptOutcome {
  readonly catalog: Catalog;
  /** Roles that were made for the script. */
  readonly roles: readonly string[];
  readonly notes: readonly string[];
}

/** The place where a script runs. */
export interface LoadHost extends ScriptHost {
  /** An engine on an empty database. */
  emptyEngine(): Promise<Engine>;
  /** Told before something is done that is not undone. */
  soiled(): void;
}

/** @throws PlinthError SCRATCH_STATEMENT_FAILED or SCRATCH_EXTENSION_MISSING. */
export async function loadScript(
  { statements: given }: Script,
  host: LoadHost,
  { order = 'free', keep = false, known }: LoadOptions,
): Promise<ScriptOutcome> {
  const isFree = order === 'free';
  const statements = isFree ? separateFiles(given) : given;
  const manner: Manner = {
    isFree,
    together: given.every(({ transactional }) => transactional),
    keep,
    provided: isFree ? findProvided(given) : new Set(),
    roles: new Set(),
    skipped: new Map(),
  };
  for (;;) {
    const engine = await host.emptyEngine();
    if (!manner.together || keep) host.soiled();
    const catalog = await engine.withConnection((connection) =>
      load(connection, statements, manner, host, known),
    );
    if (catalog === undefined) continue;
    return { catalog, roles: [...manner.roles], notes: [...manner.skipped.values()] };
  }
}

/** `undefined` asks for another try, in the new manner. */
async function load(
  connection: Connection,
  statements: readonly ScriptStatement[],
  manner: Manner,
  host: ScriptHost,
  known: Catalog | undefined,
): Promise<Catalog | undefined> {
  const { together, keep } = manner;
  if (together) await connection.query('BEGIN');
  const passed = await runScript(connection, statements, manner, host);
  const catalog = passed ? (known ?? (await introspect(connection))) : undefined;
  if (together && keep && passed) await connection.query('COMMIT');
  else if (together) await connection.rollBack();
  return catalog;
}
