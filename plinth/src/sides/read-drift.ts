// Reads a live database and what its revisions should have made of it: the difference is drift.

import type { Catalog } from '../catalog/index.js';
import type { DiffOptions } from '../diff/index.js';
import { type MigrationStatus, status } from '../migrate/index.js';
import { buildGraph, type RevisionGraph } from '../revisions/index.js';
import { CatalogCache } from './catalog-cache.js';
import { type FoundSide, textSide } from './found-side.js';
import type { LazyScratch } from './lazy-scratch.js';
import { type LedgeredSource, openReader, readSide } from './read-database.js';
import { extensionNames } from './read-sides.js';
import { majorOf, recreate } from './recreate.js';
import { replayRevisions } from './replay-revisions.js';
import { settleRoles } from './settle-roles.js';

export interface DriftOptions extends LedgeredSource {
  readonly history: RevisionGraph;
  /** Where catalogs are kept. Default: beside the installed packages. */
  readonly cacheFolder?: string | undefined;
}

export interface Drift {
  /** The URL of the database without its password. */
  readonly description: string;
  readonly migration: MigrationStatus;
  /** The database as it is. */
  readonly from: Catalog;
  /** What the revisions make that are applied to it; `undefined` where some are in no file. */
  readonly to: Catalog | undefined;
  readonly options: Pick<DiffOptions, 'owners' | 'serverVersion'>;
  /** What a person should know of how they were read, a sentence each. */
  readonly notes: readonly string[];
}

/** @throws PlinthError of the codes ENGINE_*, CATALOG_*, MIGRATE_*, SCRATCH_* and SIDE_*. */
export async function readDrift(scratch: LazyScratch, options: DriftOptions): Promise<Drift> {
  const { history, cacheFolder } = options;
  const cache = new CatalogCache(cacheFolder);
  const { side, migration } = await readLive(options);
  const { description, serverVersion } = side;
  const found = { description, migration, options: { owners: false, serverVersion } };
  if (migration.unknown.length > 0) {
    return { ...found, from: side.catalog, to: undefined, notes: side.notes };
  }
  const opened = await scratch.open(extensionNames(side.catalog));
  const applied = appliedPart(history, migration);
  const expected = textSide(await replayRevisions(applied, scratch, cache));
  const live =
    majorOf(side) === majorOf(expected) ? side : await recreate(side, opened, expected.catalog);
  return {
    ...found,
    ...settleRoles(live, expected),
    notes: [...live.notes, ...expected.notes, ...cache.notes],
  };
}

interface Live {
  readonly side: FoundSide;
  readonly migration: MigrationStatus;
}

async function readLive({ history, ledger, ...source }: DriftOptions): Promise<Live> {
  await using engine = await openReader({ ...source, applicationName: 'plinth check' });
  const migration = await status(engine, { revisions: history, ledger });
  return { migration, side: await readSide(engine) };
}

/** The history as far as the database has it; what was skipped should be there as well. */
function appliedPart(history: RevisionGraph, { applied }: MigrationStatus): RevisionGraph {
  const known = applied.flatMap((id) => history.get(id)?.id ?? []);
  const reached = history.ancestorsOf(known);
  if (reached.size === history.revisions.length) return history;
  return buildGraph(history.revisions.filter(({ id }) => reached.has(id)));
}
