// Whether the revisions of a database are those of the code, for the readiness route.

import type { Database } from '../engine/index.js';
import { type MigrationStatus, status } from '../migrate/index.js';
import type { RevisionGraph } from '../revisions/index.js';

export type RevisionState = 'current' | 'pending' | 'unknown';

/**
 * Asks for the state of the revisions. Calls made meanwhile share one answer; where none comes in
 * time, the last one counts, because a pool in full use says nothing about revisions. While it is
 * in full use, an answer known already is not asked for again: that would take a connection from
 * the requests that wait for one.
 */
export function createRevisionCheck(
  db: Database,
  options: { readonly revisions: RevisionGraph; readonly ledger: string | undefined },
): (timeoutMs: number, saturated: boolean) => Promise<RevisionState> {
  let last: RevisionState = 'unknown';
  let running: Promise<RevisionState> | undefined;
  const ask = async (): Promise<RevisionState> => {
    try {
      last = toRevisionState((await status(db, options)).state);
    } finally {
      running = undefined;
    }
    return last;
  };
  return async (timeoutMs, saturated) => {
    if (saturated && last !== 'unknown') return last;
    running ??= ask();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<RevisionState>((resolve) => {
      timer = setTimeout(() => resolve(last), timeoutMs);
    });
    try {
      return await Promise.race([running, late]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** What a load balancer is told: why a database with other revisions has them is for the log. */
function toRevisionState(state: MigrationStatus['state']): RevisionState {
  switch (state) {
    case 'current':
    case 'pending':
    case 'unknown':
      return state;
    case 'changed':
      return 'unknown';
    case 'interrupted':
    case 'skipped':
      return 'pending';
  }
}
