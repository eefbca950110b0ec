// A database as a start of the service leaves it: its revisions applied, as far as it can follow them.

import { connect, type Database, type Engine } from 'plinth';
import { loadRevisions, type RevisionGraph, upgrade } from 'plinth/migrate';
import { REVISIONS_FOLDER } from '../../src/start.js';
import { historyFor, readVectorSupport, type VectorSupport } from '../../src/vector-support.js';

/** What an embedded database is opened with; a server looks at it not at all. */
export const EXTENSIONS = { embeddedExtensions: ['vector'] } as const;

export interface Upgraded {
  readonly revisions: RevisionGraph;
  readonly vectors: VectorSupport;
}

export async function connectEither(url: string): Promise<Database> {
  return await connect({ url, ...EXTENSIONS });
}

export async function upgradeService({ engine }: { readonly engine: Engine }): Promise<Upgraded> {
  const revisions = await historyFor(engine, await loadRevisions(REVISIONS_FOLDER), true);
  await upgrade(engine, 'head', { revisions });
  return { revisions, vectors: await readVectorSupport(engine) };
}
