// Proves a database as it is. Nothing is committed, and nothing is changed but what sequences count.

import { openEngine } from '../engine/index.js';
import type { IsolationOptions, IsolationProof } from './isolation-proof.js';
import { proveIsolation } from './prove-isolation.js';

export interface DatabaseSubject {
  readonly url: string;
  /** What errors call the URL. */
  readonly variable: string;
  /** Extensions that an embedded database is opened with. Default: none. */
  readonly embeddedExtensions?: readonly string[];
}

/** @throws PlinthError ISOLATION_ROLE_UNUSABLE, and of the codes ENGINE_*. */
export async function proveDatabase(
  { url, variable, embeddedExtensions = [] }: DatabaseSubject,
  options: IsolationOptions,
): Promise<IsolationProof> {
  await using engine = await openEngine({
    url,
    variable,
    embeddedExtensions,
    applicationName: 'plinth isolation',
    poolSize: 1,
    maxOverflow: 0,
    leakThreshold: 0,
  });
  return await engine.withConnection((connection) =>
    proveIsolation(connection, { ...options, isScratch: false }),
  );
}
