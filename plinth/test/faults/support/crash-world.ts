// What every crash test stands on: a server that belongs to it alone, and the judge of what a run
// leaves there.

import { createDatabase, type PostgresServer, startPostgres } from 'plinth/testing';
import { afterAll, beforeAll } from 'vitest';
import { findPgDump, majorOf, systemBinDirs } from '../../../../test/support/pg-dump.js';
import type { RevisionText } from '../../support/revision-folder.js';
import { SET_UP, writeCrashHistory } from './crash-history.js';
import { CrashPlay } from './crash-play.js';
import { type CrashStage, withEngine } from './crash-stage.js';

/** `pg_dump`: a server that one can read, where there is one; `plinth`: that of all other tests. */
export type CrashJudge = 'pg_dump' | 'plinth';

/** Usable inside tests and hooks, not while collecting. */
export interface CrashWorld {
  readonly server: PostgresServer;
  /** The history with every sort of step. */
  readonly play: CrashPlay;
  /** One with these revisions, of SQL. */
  playOf(revisions: readonly RevisionText[]): Promise<CrashPlay>;
}

/** Call it at the top of a file. */
export function useCrashWorld(judge: CrashJudge): CrashWorld {
  const plays: CrashPlay[] = [];
  let stage: CrashStage | undefined;
  const ready = <Value>(value: Value | undefined): Value => {
    if (value === undefined) throw new Error('it exists only inside tests and their hooks');
    return value;
  };
  beforeAll(async () => {
    stage = await setStage(judge);
    plays.push(await CrashPlay.of(stage, await writeCrashHistory()));
  });
  afterAll(async () => {
    for (const play of plays) await play.history.remove();
    await stage?.server.remove();
  });
  return {
    get server() {
      return ready(stage).server;
    },
    get play() {
      return ready(plays[0]);
    },
    playOf: async (revisions) => {
      const play = await CrashPlay.of(ready(stage), await writeCrashHistory(revisions));
      plays.push(play);
      return play;
    },
  };
}

async function setStage(judge: CrashJudge): Promise<CrashStage> {
  const server = await startCrashServer(judge);
  const base = await createDatabase(server.url);
  await withEngine(base.url, (engine) => engine.query(SET_UP));
  return { server, base, pgDump: await findPgDump(majorOf(server.version)) };
}

async function startCrashServer(judge: CrashJudge): Promise<PostgresServer> {
  const server = await startPostgres();
  if (judge === 'plinth' || (await findPgDump(majorOf(server.version))) !== undefined) {
    return server;
  }
  const [binDir] = systemBinDirs();
  if (binDir === undefined) {
    process.stderr.write(`no pg_dump reads PostgreSQL ${server.version}: Plinth's reader judges\n`);
    return server;
  }
  await server.remove();
  return await startPostgres({ binDir });
}
