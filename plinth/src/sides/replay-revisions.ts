// The schema that a project's history makes, run from its base to its heads in the scratch.

import { loadRevisions, upgrade } from '../migrate/index.js';
import type { Loaded, Scratch } from '../scratch/index.js';

/** @throws PlinthError of the codes REVISION_*, MIGRATE_* and SCRATCH_*. */
export async function replayRevisions(folder: string, scratch: Scratch): Promise<Loaded> {
  const revisions = await loadRevisions(folder);
  const statements = revisions.revisions.flatMap(({ source, path }) =>
    source.kind === 'module'
      ? []
      : source.upgrade.map(({ text, line }) => ({ text, line, file: path })),
  );
  return await scratch.replay({
    statements,
    run: async (engine) => {
      await upgrade(engine, 'heads', { revisions });
    },
  });
}
