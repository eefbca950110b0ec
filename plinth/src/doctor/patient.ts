// Whom the doctor examines: a project, and its database once that is reached.

import type { Engine, EngineOptions } from '../engine/index.js';

/** A project as its configuration states it. */
export interface Patient {
  /** What its engine is opened with. */
  readonly options: EngineOptions;
  /** Names of the extensions it needs. */
  readonly extensions: readonly string[];
  readonly revisionsFolder: string;
  /** The ledger's table. Default: `ledger`. */
  readonly ledger?: string | undefined;
}

/** A patient whose database answers. */
export interface ReachedPatient extends Patient {
  readonly engine: Engine;
}

export function isEmbedded({ engine }: ReachedPatient): boolean {
  return engine.kind === 'embedded';
}
