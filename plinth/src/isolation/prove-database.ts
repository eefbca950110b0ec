// Proves a database as it is. Nothing is committed, and nothing is changed but what sequences count.

import { openEngine } from '../engine/index.js';
import type { IsolationOptions, IsolationProof } from './isolation-proof.js';
import { proveIsolation } from './prove-isolation.js';

export interface DatabaseSubject {
  readonly url: string;
  /** What errors call the URL. */
  readonly variable: string;
}

/** @throws PlinthError ISOLATION_ROLE_UNUSABLE, and of the codes ENGINE_*. */
export async function proveDatabase(
  { url, variable }: DatabaseSubject,
  options: IsolationOptions,
): Promise<IsolationProof> {
  await using engine = await openEngine({
    url,
    variable,
    applicationName: 'plinth isolation',
    poolSize: 1,
    maxOverflow: 0,
    leakThreshold: 0,
  });
  return await engine.withConnection((connection) =>
    proveIsolation(connection, { ...options, isScratch: false }),
  );
}
