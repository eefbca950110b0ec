// Runs the revisions of branches up and down in a scratch, and reads what they make. It judges
// nothing.

import type { Catalog } from '../catalog/index.js';
import type { Connection } from '../engine/index.js';
import { type Direction, rehearseRevision } from '../migrate/index.js';
import type { Revision } from '../revisions/index.js';
import type { Replay } from '../scratch/index.js';
import { type LazyScratch, statementsOf } from '../sides/index.js';

export class MergeWalk {
  readonly #scratch: LazyScratch;
  readonly #shared: readonly Revision[];
  readonly #statements: Replay['statements'];
  readonly #notes = new Set<string>();

  /**
   * @param shared What every branch stands on.
   * @param own What the branches have beside it: its extensions are made available at once.
   */
  constructor(scratch: LazyScratch, shared: readonly Revision[], own: readonly Revision[]) {
    this.#scratch = scratch;
    this.#shared = shared;
    this.#statements = statementsOf({ revisions: [...shared, ...own] });
  }

  /** What the scratch had to do by itself, a sentence each. */
  get notes(): readonly string[] {
    return [...this.#notes];
  }

  /** Puts the scratch where the branches part, whatever was in it. */
  async begin(): Promise<Catalog> {
    return await this.#replay(this.#shared, 'upgrade', 'empty');
  }

  /**
   * Goes on from where the scratch is.
   *
   * @throws PlinthError MIGRATE_STATEMENT_FAILED at the first revision that fails.
   */
  async run(revisions: readonly Revision[], direction: Direction): Promise<Catalog> {
    return await this.#replay(revisions, direction, 'last');
  }

  async #replay(
    revisions: readonly Revision[],
    direction: Direction,
    from: 'empty' | 'last',
  ): Promise<Catalog> {
    const run = rehearseAll(revisions, direction);
    const scratch = await this.#scratch.open([]);
    const { catalog, notes } = await scratch.replay({
      statements: from === 'empty' ? this.#statements : [],
      from,
      run: (engine) => engine.withConnection(run),
    });
    for (const note of notes) this.#notes.add(note);
    return catalog;
  }
}

/** The work may be called again after it failed: it goes on at the revision that did. */
function rehearseAll(
  revisions: readonly Revision[],
  direction: Direction,
): (connection: Connection) => Promise<void> {
  const runs = revisions.map((revision) => rehearseRevision(revision, direction));
  let done = 0;
  return async (connection) => {
    for (const run of runs.slice(done)) {
      await run(connection);
      done += 1;
    }
  };
}
