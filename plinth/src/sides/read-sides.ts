// Reads both sides of a diff, at the same time where they allow it, and makes them comparable:
// both as one major version of PostgreSQL prints them.

import { type Catalog, emptyCatalog } from '../catalog/index.js';
import type { DiffOptions } from '../diff/index.js';
import { loadRevisions } from '../migrate/index.js';
import { extensionsIn, type SqlSource } from '../scratch/index.js';
import { readSchema } from '../sources/index.js';
import { NEWEST_MAJOR, OLDEST_MAJOR } from '../sql/index.js';
import { CatalogCache } from './catalog-cache.js';
import { type FoundSide, textSide } from './found-side.js';
import { type LazyScratch, scratchFor } from './lazy-scratch.js';
import { readDatabase } from './read-database.js';
import { readSources } from './read-sources.js';
import { majorOf, recreate } from './recreate.js';
import { replayRevisions } from './replay-revisions.js';
import { settleRoles } from './settle-roles.js';
import type { Side } from './side.js';

/** What a side may need of a project's configuration, with absolute paths but in `schema`. */
export interface SidesProject {
  readonly configPath: string;
  readonly revisionsFolder: string;
  readonly schema: readonly string[];
  readonly extensions: readonly string[];
  readonly embeddedExtensions: readonly string[];
  readonly scratchUrl: string | undefined;
  /** `server_version_num` of the oldest server that plans between texts have to run on. */
  readonly serverVersion: number;
}

export interface SidesOptions {
  /** Where the names of files in messages start from. */
  readonly folder: string;
  /** The project, for a side that is part of one. It throws where there is none. */
  readonly project: () => Promise<SidesProject>;
  /** The project, where there is one. */
  readonly projectIfAny: () => Promise<SidesProject | undefined>;
  /** The server to use as scratch, instead of the project's own. */
  readonly scratchUrl: string | undefined;
  /** Where replays are kept. Default: beside the installed packages. */
  readonly cacheFolder?: string | undefined;
}

/** Two catalogs that can be compared, and how. */
export interface ReadSides {
  readonly from: Catalog;
  readonly to: Catalog;
  readonly options: Pick<DiffOptions, 'owners' | 'serverVersion'>;
  /** What a person should know of how they were read, a sentence each. */
  readonly notes: readonly string[];
}

type FoundSides = Map<Side, FoundSide>;

/**
 * @throws PlinthError of the codes SIDE_*, SCRATCH_*, ENGINE_*, CATALOG_*; for models SOURCES_*,
 *   MODULE_* and MODELS_*; for revisions REVISION_* and MIGRATE_*.
 */
export async function readSides(from: Side, to: Side, options: SidesOptions): Promise<ReadSides> {
  const sides = [from, to];
  const found: FoundSides = new Map();
  await using scratch = scratchFor(options.projectIfAny, options.scratchUrl);
  const cache = new CatalogCache(options.cacheFolder);
  const databases = startDatabases(sides, (await options.projectIfAny())?.embeddedExtensions);
  await loadTexts(sides, found, scratch, options);
  await databases(found);
  await bringToOneMajor(sides, found, scratch);
  // Last, because it leaves the scratch unfit for what comes after.
  for (const side of sides) {
    if (side.kind !== 'revisions') continue;
    const { revisionsFolder } = await options.project();
    const history = await loadRevisions(revisionsFolder);
    const loaded = await replayRevisions(history, scratch, cache);
    found.set(side, textSide({ ...loaded, notes: [...loaded.notes, ...cache.notes] }));
  }
  const hasDatabase = sides.some(({ kind }) => kind === 'database');
  const project = hasDatabase ? undefined : await options.projectIfAny();
  return makeComparable(found.get(from), found.get(to), project?.serverVersion ?? OLDEST);
}

/** Starts to read at once; what went wrong is thrown when the outcome is asked for. */
function startDatabases(
  sides: readonly Side[],
  embeddedExtensions: readonly string[] = [],
): (found: FoundSides) => Promise<void> {
  const reading = sides.flatMap((side) => {
    if (side.kind !== 'database') return [];
    const source = { url: side.url, variable: side.place, embeddedExtensions };
    return [readDatabase(source).then((read) => ({ side, read }))];
  });
  const ended = Promise.allSettled(reading);
  return async (found) => {
    for (const result of await ended) {
      if (result.status === 'rejected') throw result.reason;
      found.set(result.value.side, result.value.read);
    }
  };
}

async function loadTexts(
  sides: readonly Side[],
  found: FoundSides,
  scratch: LazyScratch,
  options: SidesOptions,
): Promise<void> {
  const { folder } = options;
  const texts = new Map<Side, readonly SqlSource[]>();
  for (const side of sides) {
    if (side.kind === 'files') texts.set(side, await readSources(side.path, folder));
    if (side.kind === 'models') texts.set(side, await readSchema(await options.project(), folder));
  }
  // Of both at once: the embedded PostgreSQL takes extensions only when it opens.
  const extensions = extensionsIn([...texts.values()].flat());
  for (const [side, sources] of texts) {
    const opened = await scratch.open(extensions);
    found.set(side, textSide(await opened.load(sources)));
  }
}

/** Makes the schemas of databases anew in the scratch, where its major version is another. */
async function bringToOneMajor(
  sides: readonly Side[],
  found: FoundSides,
  scratch: LazyScratch,
): Promise<void> {
  const databases = [...found].filter(([, { kind }]) => kind === 'database');
  const majors = new Set(databases.map(([, side]) => majorOf(side)));
  const hasText = sides.some(({ kind }) => kind !== 'database' && kind !== 'empty');
  if (databases.length === 0 || (majors.size === 1 && !hasText)) return;
  const extensions = databases.flatMap(([, { catalog }]) => extensionNames(catalog));
  const opened = await scratch.open(extensions);
  const text = [...found.values()].find(({ kind }) => kind === 'text');
  const printer = text?.catalog ?? (await opened.load([])).catalog;
  for (const [side, read] of databases) {
    if (majorOf(read) === majorOf(printer)) continue;
    found.set(side, await recreate(read, opened, printer));
  }
}

export function extensionNames({ objects }: Catalog): readonly string[] {
  return objects.flatMap(({ kind, names }) => (kind === 'extension' ? names : []));
}

const OLDEST = OLDEST_MAJOR * 10_000;
const NEWEST = NEWEST_MAJOR * 10_000;

/** @param oldest What the plan has to run on where no database is a side. */
function makeComparable(
  from: FoundSide | undefined,
  to: FoundSide | undefined,
  oldest: number,
): ReadSides {
  const sides = [from, to].filter((side) => side !== undefined);
  const hasText = sides.some(({ kind }) => kind === 'text');
  const target = sides.find(({ kind }) => kind === 'database');
  const catalogs = settleRoles(from ?? emptySide(to), to ?? emptySide(from));
  return {
    ...catalogs,
    options: { owners: !hasText, serverVersion: target?.serverVersion ?? oldest },
    notes: sides.flatMap(({ notes }) => notes),
  };
}

function emptySide(other: FoundSide | undefined): FoundSide {
  const { serverVersion = NEWEST, role = 'postgres' } = other?.catalog ?? {};
  const catalog = emptyCatalog(serverVersion, role);
  return { kind: 'database', catalog, serverVersion, description: 'empty', notes: [] };
}
