// Reads where a schema is and where its models want it, and lets a revision be tried between the
// two in the scratch they were read in: one PostgreSQL, opened once, for all of it.

import { type Catalog, emptyCatalog } from '../catalog/index.js';
import { diff, renderPlan } from '../diff/index.js';
import type { Engine } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import { type Direction, rehearseRevision, status } from '../migrate/index.js';
import type { Revision, RevisionGraph } from '../revisions/index.js';
import { extensionsIn, type Loaded, type SqlSource } from '../scratch/index.js';
import { readSchema } from '../sources/index.js';
import { CatalogCache } from './catalog-cache.js';
import { type FoundSide, textSide } from './found-side.js';
import type { LazyScratch } from './lazy-scratch.js';
import { loadModels, modelsKey } from './load-models.js';
import { type LedgeredSource, readDatabase } from './read-database.js';
import { extensionNames, type SidesProject } from './read-sides.js';
import { majorOf, recreate } from './recreate.js';
import { historyKey, replayOf, runRevisions, statementsOf } from './replay-revisions.js';
import { addRoles } from './settle-roles.js';

export interface TwoWaysOptions {
  /** Where the names of files in messages start from. */
  readonly folder: string;
  readonly project: SidesProject;
  readonly history: RevisionGraph;
  /** A database that is where the schema is, instead of the history. */
  readonly against?: LedgeredSource | undefined;
  /** Where catalogs are kept. Default: beside the installed packages. */
  readonly cacheFolder?: string | undefined;
}

/** One end of the way. */
export type End = 'current' | 'desired';

export interface TwoWays {
  readonly current: FoundSide;
  readonly desired: FoundSide;
  /** What a person should know of how they were read, a sentence each. */
  readonly notes: readonly string[];
  /** The end that the scratch holds now; `undefined` where nothing had to be made. */
  readonly place: End | undefined;
  /** Makes an end in the scratch. */
  stand(end: End): Promise<void>;
  /**
   * Runs one direction of a revision in the scratch as it is, by the runner's own rules.
   *
   * @returns The schema that it makes.
   * @throws PlinthError MIGRATE_STATEMENT_FAILED
   */
  rehearse(revision: Revision, direction: Direction): Promise<Catalog>;
  /** Keeps what a history makes, so that the next run need not replay it. */
  remember(history: RevisionGraph, catalog: Catalog): Promise<void>;
}

/**
 * @throws PlinthError of the codes SIDE_*, SCRATCH_*, MIGRATE_*, and for `against` ENGINE_* and
 *   CATALOG_*.
 */
export async function readTwoWays(scratch: LazyScratch, options: TwoWaysOptions): Promise<TwoWays> {
  const { folder, project, history, against } = options;
  const cache = new CatalogCache(options.cacheFolder);
  const sources = await readSchema(project, folder);
  const identity = await scratch.identity();
  const keptModels = await cache.read(modelsKey(sources, identity));
  const kept =
    against === undefined
      ? await readHistory(cache, historyKey(history, identity))
      : await readCurrent(against, history, scratch, keptModels);
  // A replay leaves the scratch at its end, so models that are loaded before it need not stay.
  const isKnown = kept !== undefined;
  const load = { keep: isKnown, extensions: foreseen(kept, history) };
  const desired = keptModels ?? (await loadModels(sources, await scratch.open([]), cache, load));
  const current = kept ?? textSide(await runRevisions(history, scratch, cache));
  return new Ways({
    scratch,
    cache,
    sources,
    options,
    identity: isKnown ? identity : await scratch.identity(),
    current,
    desired: textSide(desired),
    place: isKnown ? placeOf(keptModels) : 'current',
  });
}

function placeOf(keptModels: Loaded | undefined): End | undefined {
  return keptModels === undefined ? 'desired' : undefined;
}

async function readHistory(cache: CatalogCache, key: string): Promise<FoundSide | undefined> {
  const kept = await cache.read(key);
  return kept && textSide(kept);
}

/** A database, as the scratch prints it. */
async function readCurrent(
  { ledger, ...source }: LedgeredSource,
  history: RevisionGraph,
  scratch: LazyScratch,
  known: Loaded | undefined,
): Promise<FoundSide> {
  const read = await readDatabase(source, (engine) => assertAtHeads(engine, history, ledger));
  const opened = await scratch.open(extensionNames(read.catalog));
  const printer = known?.catalog ?? (await opened.load([])).catalog;
  const isSame = majorOf(read) === majorOf(printer);
  return isSame ? read : await recreate(read, opened, printer);
}

/** Otherwise what is pending there would be written once more. */
async function assertAtHeads(
  engine: Engine,
  history: RevisionGraph,
  ledger: string | undefined,
): Promise<void> {
  const { state, pending, heads } = await status(engine, { revisions: history, ledger });
  if (state === 'current') return;
  const left = pending.length === 0 ? state : `${pending.length} pending`;
  const place = heads.length === 0 ? 'the base' : heads.join(', ');
  throw new PlinthError(
    'SIDE_NOT_CURRENT',
    `${engine.description} is not where the revisions end: it is at ${place}, ${left}`,
    {
      hint: 'Run plinth upgrade there first, or leave --against out.',
      details: { state, heads, pending: pending.map(({ id }) => id) },
    },
  );
}

/** Extensions that either end, or the way there, will want. */
function foreseen(
  kept: Pick<FoundSide, 'catalog'> | undefined,
  history: RevisionGraph,
): readonly string[] {
  return kept === undefined ? extensionsIn(statementsOf(history)) : extensionNames(kept.catalog);
}

interface WaysParts {
  readonly scratch: LazyScratch;
  readonly cache: CatalogCache;
  readonly sources: readonly SqlSource[];
  readonly options: TwoWaysOptions;
  readonly identity: string;
  readonly current: FoundSide;
  readonly desired: FoundSide;
  readonly place: End | undefined;
}

class Ways implements TwoWays {
  readonly current: FoundSide;
  readonly desired: FoundSide;
  readonly #parts: WaysParts;
  #place: End | undefined;

  constructor(parts: WaysParts) {
    this.#parts = parts;
    this.#place = parts.place;
    this.current = parts.current;
    this.desired = parts.desired;
  }

  get notes(): readonly string[] {
    return [...this.current.notes, ...this.desired.notes, ...this.#parts.cache.notes];
  }

  get place(): End | undefined {
    return this.#place;
  }

  async stand(end: End): Promise<void> {
    if (this.#place === end) return;
    const { scratch, sources, options } = this.#parts;
    const opened = await scratch.open([]);
    const extensions = [this.current, this.desired].flatMap(({ catalog }) =>
      extensionNames(catalog),
    );
    if (end === 'desired') {
      await opened.load(sources, { keep: true, extensions, known: this.desired.catalog });
    } else if (options.against === undefined) {
      await opened.replay(replayOf(options.history));
    } else {
      const { description, catalog } = this.current;
      const nothing = emptyCatalog(catalog.serverVersion, catalog.role);
      const text = renderPlan(diff(nothing, catalog, { plain: true, owners: false }));
      await opened.load([{ file: description, text }], { keep: true, extensions, known: catalog });
    }
    this.#place = end;
  }

  async rehearse(revision: Revision, direction: Direction): Promise<Catalog> {
    const run = rehearseRevision(revision, direction);
    const opened = await this.#parts.scratch.open([]);
    const { catalog } = await opened.replay({
      statements: [],
      from: 'last',
      run: (engine) => engine.withConnection(run),
    });
    this.#place = direction === 'upgrade' ? 'desired' : 'current';
    return catalog;
  }

  async remember(history: RevisionGraph, catalog: Catalog): Promise<void> {
    const { cache, identity } = this.#parts;
    const { notes } = this.current;
    // A role that only the history makes is not where the models alone were loaded.
    const whole = addRoles(catalog, this.current.catalog);
    await cache.write(historyKey(history, identity), { catalog: whole, notes });
  }
}
