// Loads the embedded PostgreSQL, megabytes of WebAssembly, where it is used and not before. It opens
// no database.

import { channel } from 'node:diagnostics_channel';

const loading = channel('plinth.embedded.load');

/** Tells whoever wants to prepare for it, on the diagnostics channel `plinth.embedded.load`. */
export async function loadEmbedded() {
  loading.publish(undefined);
  const { PGlite } = await import('@electric-sql/pglite');
  return PGlite;
}
