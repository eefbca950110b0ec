// Opens a scratch: a line of work, one text after another, each in an empty database.

import { type Catalog, introspect } from '../catalog/index.js';
import type { Engine } from '../engine/index.js';
import { isPlinthError } from '../errors/index.js';
import { quoteIdentifier, readServerFailure } from '../sql/index.js';
import { extensionOf } from './created-names.js';
import { type LoadHost, loadScript } from './load-script.js';
import { missingRole } from './missing-role.js';
import type { Place } from './place.js';
import { readScript, type SqlSource } from './read-script.js';
import { extensionMissing } from './refusal.js';
import type { Loaded, LoadOptions, Replay, Scratch, ScratchOptions } from './scratch.js';
import { embeddedServer, type ScratchServer, serverOnUrl } from './scratch-server.js';

/**
 * A scratch: text becomes a catalog in it. Nothing is opened before the first text comes.
 *
 * @throws PlinthError ENGINE_URL_INVALID, or SCRATCH_SERVER_UNUSABLE for a folder.
 * @example
 * await using scratch = openScratch();
 * const { catalog } = await scratch.load([{ file: 'schema.sql', text }]);
 */
export function openScratch({ scratchUrl, extensions = [] }: ScratchOptions = {}): Scratch {
  const server = scratchUrl === undefined ? embeddedServer() : serverOnUrl(scratchUrl);
  const states = new States(server, extensions);
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(work);
    // Whoever comes next waits for the end of this, however it ends.
    last = turn.catch(() => undefined);
    return await turn;
  };
  const close = () => inTurn(() => states.discard());
  return {
    load: (sources, options) => inTurn(() => load(states, sources, options)),
    replay: (replay) => inTurn(() => runReplay(states, replay)),
    identity: () => inTurn(() => server.identity()),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The database of a scratch from one state to the next. */
class States implements LoadHost {
  readonly #server: ScratchServer;
  readonly #extensions = new Set<string>();
  readonly #roles = new Set<string>();
  /** Roles that no text asked for, in the state that is kept. */
  #invented: readonly string[] = [];
  #isSoiled = false;

  constructor(server: ScratchServer, extensions: readonly string[]) {
    this.#server = server;
    this.foresee(extensions);
  }

  /** Extensions that may be wanted; those that cannot be had are passed over. */
  foresee(extensions: readonly string[]): void {
    for (const name of extensions) {
      if (this.#server.hasExtension(name)) this.#extensions.add(name);
    }
  }

  async emptyEngine(): Promise<Engine> {
    if (this.#isSoiled) await this.discard();
    return await this.#server.open([...this.#extensions]);
  }

  /** The database as the last call left it. */
  async lastEngine(): Promise<Engine> {
    return await this.#server.open([]);
  }

  get invented(): readonly string[] {
    return this.#invented;
  }

  invent(role: string): void {
    this.#invented = [...this.#invented, role];
  }

  soiled(): void {
    this.#isSoiled = true;
  }

  madeRole(role: string): void {
    this.#roles.add(role);
  }

  /** @throws PlinthError SCRATCH_EXTENSION_MISSING */
  wantExtension(text: string, place: Place): void {
    const extension = extensionOf(text);
    if (extension === undefined) return;
    if (!this.#server.hasExtension(extension)) throw extensionMissing(extension, place);
    this.#extensions.add(extension);
  }

  async discard(): Promise<void> {
    const roles = [...this.#roles];
    this.#roles.clear();
    this.#invented = [];
    this.#isSoiled = false;
    await this.#server.discard(roles);
  }
}

async function load(
  states: States,
  sources: readonly SqlSource[],
  options: LoadOptions = {},
): Promise<Loaded> {
  const script = readScript(sources);
  states.foresee(options.extensions ?? []);
  for (const statement of script.statements) states.wantExtension(statement.text, statement);
  const { catalog, roles, notes } = await loadScript(script, states, options);
  if (options.keep === true) for (const role of roles) states.invent(role);
  return {
    catalog: withoutRoles(catalog, roles),
    notes: [...script.notes, ...notes, ...roles.map(roleNote)],
  };
}

async function runReplay(states: States, { statements, run, from }: Replay): Promise<Loaded> {
  for (const statement of statements) states.wantExtension(statement.text, statement);
  const engine = from === 'last' ? await states.lastEngine() : await states.emptyEngine();
  states.soiled();
  const made: string[] = [];
  for (;;) {
    try {
      await run(engine);
      break;
    } catch (error) {
      const role = missingRole(readServerFailure(causeOf(error)));
      if (role === undefined || made.includes(role)) throw error;
      await engine.query(`CREATE ROLE ${quoteIdentifier(role)}`);
      made.push(role);
      states.invent(role);
      states.madeRole(role);
    }
  }
  const catalog = await engine.withConnection((connection) => introspect(connection));
  return { catalog: withoutRoles(catalog, states.invented), notes: made.map(roleNote) };
}

function roleNote(role: string): string {
  return `the role ${role} is named and nobody creates it: it was made in the scratch only`;
}

/** What the scratch made itself, no text has asked for. */
function withoutRoles(catalog: Catalog, roles: readonly string[]): Catalog {
  if (roles.length === 0) return catalog;
  const made = new Set(roles.map((role) => `role:${quoteIdentifier(role)}`));
  return { ...catalog, objects: catalog.objects.filter(({ id }) => !made.has(id)) };
}

/** What PostgreSQL said, below what the runner of revisions made of it. */
function causeOf(error: unknown): unknown {
  return isPlinthError(error) ? (error.cause ?? error) : error;
}
