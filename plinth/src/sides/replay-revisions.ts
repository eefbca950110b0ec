// The schema that a project's history makes, run from its base to its heads in the scratch. A
// history that was run before is not run again.

import { upgrade } from '../migrate/index.js';
import type { RevisionGraph } from '../revisions/index.js';
import type { Loaded, Replay } from '../scratch/index.js';
import { type CatalogCache, cacheKey } from './catalog-cache.js';
import type { LazyScratch } from './lazy-scratch.js';

/**
 * What is kept of it, or what it makes when it is run.
 *
 * @throws PlinthError of the codes MIGRATE_* and SCRATCH_*.
 */
export async function replayRevisions(
  graph: RevisionGraph,
  scratch: LazyScratch,
  cache: CatalogCache,
): Promise<Loaded> {
  const kept = await cache.read(historyKey(graph, await scratch.identity()));
  return kept ?? (await runRevisions(graph, scratch, cache));
}

/** Leaves what they make in the scratch. */
export async function runRevisions(
  graph: RevisionGraph,
  scratch: LazyScratch,
  cache: CatalogCache,
): Promise<Loaded> {
  const loaded = await (await scratch.open([])).replay(replayOf(graph));
  // On a server the replay may have made roles: then it is another server by now.
  await cache.write(historyKey(graph, await scratch.identity()), loaded);
  return loaded;
}

/** By what the revisions run, in order; a module counts by its text, for it may do anything. */
export function historyKey({ revisions }: RevisionGraph, identity: string): string {
  return cacheKey(identity, ['revisions', ...revisions.map(({ fingerprint }) => fingerprint)]);
}

export function replayOf(graph: RevisionGraph): Replay {
  return {
    statements: statementsOf(graph),
    run: async (engine) => {
      await upgrade(engine, 'heads', { revisions: graph });
    },
  };
}

/** What the files say; what modules will run nobody knows. */
export function statementsOf({
  revisions,
}: Pick<RevisionGraph, 'revisions'>): Replay['statements'] {
  return revisions.flatMap(({ source, path }) =>
    source.kind === 'module'
      ? []
      : source.upgrade.map(({ text, line }) => ({ text, line, file: path })),
  );
}
