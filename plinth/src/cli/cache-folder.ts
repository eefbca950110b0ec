// Where a terminal's environment wants catalogs to be kept.

import type { Terminal } from './terminal.js';

/** PLINTH_CACHE_DIR; without it they are beside the installed packages. */
export function cacheFolderOf({ env }: Terminal): string | undefined {
  return env.PLINTH_CACHE_DIR || undefined;
}
