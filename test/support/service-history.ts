// The service's history, for tests and benchmarks that run it elsewhere than in the service.

import { fileURLToPath } from 'node:url';
import { loadRevisions, type RevisionGraph, withoutRevision } from 'plinth/migrate';

const FOLDER = fileURLToPath(new URL('../../service/revisions', import.meta.url));
const ENABLE_PGVECTOR = 'f16a2c8e4b70';

/** As far as a server without pgvector can follow it, such as the one from npm. */
export async function historyWithoutVectors(): Promise<RevisionGraph> {
  return withoutRevision(await loadRevisions(FOLDER), ENABLE_PGVECTOR);
}
