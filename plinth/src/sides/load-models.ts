// The schema that a project's models make. Models that were loaded before are not loaded again.

import type { Loaded, LoadOptions, Scratch, SqlSource } from '../scratch/index.js';
import { type CatalogCache, cacheKey } from './catalog-cache.js';

/** @throws PlinthError of the codes SCRATCH_* and SQL_*. */
export async function loadModels(
  sources: readonly SqlSource[],
  scratch: Scratch,
  cache: CatalogCache,
  options: LoadOptions,
): Promise<Loaded> {
  const key = modelsKey(sources, await scratch.identity());
  const loaded = await scratch.load(sources, options);
  await cache.write(key, loaded);
  return loaded;
}

/** By what is said of them, and where: a note may name the place. */
export function modelsKey(sources: readonly SqlSource[], identity: string): string {
  return cacheKey(identity, ['models', JSON.stringify(sources)]);
}
