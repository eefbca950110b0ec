// The proof of a merge: the branches are run in a scratch in different orders, and have to make the
// same schema each time; and undone in different orders, they have to lead back. It writes nothing.

import type { Catalog } from '../catalog/index.js';
import { isPlinthError, type PlinthError } from '../errors/index.js';
import type { Direction } from '../migrate/index.js';
import type { Revision, RevisionGraph } from '../revisions/index.js';
import { type LazyScratch, shareRoles } from '../sides/index.js';
import { type BranchOrders, branchOrders } from './branch-orders.js';
import { catalogDifference, columnOrderNotes } from './catalog-difference.js';
import { explainConflict } from './explain-conflict.js';
import { conflictError, type MergeConflict } from './merge-conflict.js';
import { MergeWalk } from './merge-walk.js';

export interface MergeProof {
  /** The orders that were run, each to the same schema. */
  readonly upgrades: readonly (readonly string[])[];
  /** The orders in which all was undone, each back to where the branches part. */
  readonly downgrades: readonly (readonly string[])[];
  /** What a person should know: what is not proved, and what no diff compares. */
  readonly notes: readonly string[];
}

/**
 * Proves that it does not matter in which order branches are applied.
 *
 * @param heads The last revision of each branch.
 * @throws PlinthError MERGE_CONFLICT with the objects and revisions at odds;
 *   MIGRATE_STATEMENT_FAILED for a revision that fails in every order; SCRATCH_*.
 */
export async function proveMerge(
  scratch: LazyScratch,
  graph: RevisionGraph,
  heads: readonly Revision[],
): Promise<MergeProof> {
  const orders = branchOrders(graph, heads);
  const [own = []] = orders.upgrades;
  const walk = new MergeWalk(scratch, orders.shared, own);
  const proving = new Proving(walk, orders, await walk.begin());
  const conflict = await proving.run();
  if (conflict === undefined) return proving.proof();
  const { objects, broken } = await explainConflict(walk, graph, conflict, orders.upgrades);
  if (conflict.kind === 'failed' && broken?.id === conflict.failure.details.revision) {
    throw conflict.failure;
  }
  throw conflictError(heads, conflict, objects);
}

/** Where a run ended, or the revision that stopped it. */
type Outcome = { readonly catalog: Catalog } | { readonly failure: PlinthError };

/** One way up and down after another, as far as possible without an empty scratch between them. */
class Proving {
  readonly #walk: MergeWalk;
  readonly #orders: BranchOrders;
  readonly #start: Catalog;
  readonly #notes: string[] = [];
  readonly #undone: (readonly Revision[])[] = [];
  #reached: Catalog | undefined;
  /** Whether the scratch is where the branches part, and how it came there. */
  #place: 'begun' | 'undone' | 'elsewhere' = 'begun';
  #isUndoable: boolean;

  constructor(walk: MergeWalk, orders: BranchOrders, start: Catalog) {
    this.#walk = walk;
    this.#orders = orders;
    this.#start = start;
    const lost = (orders.upgrades[0] ?? []).filter(
      ({ irreversible }) => irreversible !== undefined,
    );
    this.#isUndoable = lost.length === 0;
    for (const { id, irreversible } of lost) {
      this.#notes.push(`the way back is not proved: ${id} is irreversible (${irreversible})`);
    }
  }

  async run(): Promise<MergeConflict | undefined> {
    const { upgrades, downgrades } = this.#orders;
    const [first = []] = upgrades;
    // An upgrade at odds says more than the downgrade that it goes with.
    let undoing: MergeConflict | undefined;
    for (let leg = 0; leg < Math.max(upgrades.length, downgrades.length); leg++) {
      const up = upgrades[leg] ?? first;
      const down = this.#isUndoable && undoing === undefined ? downgrades[leg] : undefined;
      if (upgrades[leg] === undefined && down === undefined) continue;
      const conflict = await this.#up(up);
      if (conflict !== undefined) return conflict;
      if (down !== undefined) undoing = await this.#down(down, up);
    }
    return undoing;
  }

  proof(): MergeProof {
    const idsOf = (order: readonly Revision[]) => order.map(({ id }) => id);
    return {
      upgrades: this.#orders.upgrades.map(idsOf),
      downgrades: this.#undone.map(idsOf),
      notes: [...new Set([...this.#walk.notes, ...this.#notes])],
    };
  }

  async #up(order: readonly Revision[]): Promise<MergeConflict | undefined> {
    if (this.#place === 'elsewhere') await this.#walk.begin();
    const wasUndone = this.#place === 'undone';
    this.#place = 'elsewhere';
    const conflict = this.#judgeUp(order, await this.#try(order, 'upgrade'));
    if (conflict === undefined || !wasUndone) return conflict;
    // What a downgrade left behind, such as rows, is not the fault of the order.
    await this.#walk.begin();
    const fresh = this.#judgeUp(order, await this.#try(order, 'upgrade'));
    if (fresh === undefined) {
      this.#notes.push('undone and applied once more, the branches do not do the same as at first');
    }
    return fresh;
  }

  #judgeUp(order: readonly Revision[], outcome: Outcome): MergeConflict | undefined {
    const direction = 'upgrade';
    if ('failure' in outcome) return { kind: 'failed', direction, order, failure: outcome.failure };
    const first = this.#reached;
    this.#reached ??= outcome.catalog;
    if (first === undefined) return undefined;
    const difference = catalogDifference(outcome.catalog, first);
    if (difference === undefined) {
      this.#notes.push(...columnOrderNotes(first, outcome.catalog));
      return undefined;
    }
    const [other = []] = this.#orders.upgrades;
    return { kind: 'differs', direction, order, other, ...difference };
  }

  /** @param up How the scratch came where it is. */
  async #down(
    order: readonly Revision[],
    up: readonly Revision[],
  ): Promise<MergeConflict | undefined> {
    const conflict = this.#judgeDown(order, up, await this.#try(order, 'downgrade'));
    if (conflict === undefined) {
      this.#place = 'undone';
      this.#undone.push(order);
      return undefined;
    }
    const fault = await this.#ownFault();
    if (fault === undefined) return conflict;
    this.#isUndoable = false;
    this.#undone.length = 0;
    this.#notes.push(fault);
    return undefined;
  }

  #judgeDown(
    order: readonly Revision[],
    up: readonly Revision[],
    outcome: Outcome,
  ): MergeConflict | undefined {
    const direction = 'downgrade';
    if ('failure' in outcome) return { kind: 'failed', direction, order, failure: outcome.failure };
    // No downgrade drops a role: it belongs to the server.
    const { from, to } = shareRoles(outcome.catalog, this.#start);
    const difference = catalogDifference(from, to);
    if (difference === undefined) return undefined;
    return { kind: 'differs', direction, order, other: up, ...difference };
  }

  /** A branch that does not lead back when it is alone either: that is no fault of the merge. */
  async #ownFault(): Promise<string | undefined> {
    for (const branch of this.#orders.alone) {
      await this.#walk.begin();
      if ('failure' in (await this.#try(branch, 'upgrade'))) return undefined;
      const order = branch.toReversed();
      const fault = this.#judgeDown(order, branch, await this.#try(order, 'downgrade'));
      if (fault === undefined) continue;
      const what = fault.kind === 'failed' ? fault.failure.message : `lacks\n${fault.sql}`;
      const name = order.map(({ id }) => id).join(', ');
      return `the way back is not proved: undoing ${name} does not lead back by itself: ${what}`;
    }
    return undefined;
  }

  async #try(order: readonly Revision[], direction: Direction): Promise<Outcome> {
    try {
      return { catalog: await this.#walk.run(order, direction) };
    } catch (error) {
      if (!isPlinthError(error, 'MIGRATE_STATEMENT_FAILED')) throw error;
      return { failure: error };
    }
  }
}
