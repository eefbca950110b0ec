// Which revisions a downgrade undoes, in order, and whether it may. Undoes nothing.

import { PlinthError } from '../errors/index.js';
import { unreachableError } from './resolve-errors.js';
import { lineageOf, resolveTarget, type Target } from './resolve-revision.js';
import type { Revision, RevisionId } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';

/**
 * The revisions to undo, children first: everything applied that descends from the target or
 * depends on what does. The target stays, and so does a branch that the target is no part of, as
 * in Alembic: `downgrade b1` never touches an unrelated `c1`. To undo one branch only, write
 * `label@base` or `label@REV`.
 *
 * `-N` goes N steps back along the path of what is current and undoes only that path where the
 * history forks. Where several revisions are current, or the path reaches a merge, there are
 * several ways back, and a bare `-N` is refused; `label@-N` says which. A branch of which nothing is
 * applied but what it shares with others has no step back.
 *
 * Applied ids that no file carries are not in the plan; the runner refuses those beforehand.
 *
 * @param target an identifier as {@link resolveTarget} takes it, or what it returned.
 * @throws PlinthError `REVISION_IRREVERSIBLE` when one of them cannot be undone;
 *   `REVISION_NOT_APPLIED` when the target is not applied; otherwise as `resolveTarget` does.
 */
export function planDowngrade(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  target: string | Target,
): readonly Revision[] {
  const resolved = typeof target === 'string' ? resolveTarget(graph, target, applied) : target;
  const roots = rootsToUndo(graph, applied, resolved);
  const undone = graph.descendantsOf(roots.map(({ id }) => id));
  const plan = graph.revisions.filter(({ id }) => undone.has(id) && applied.has(id)).toReversed();
  refuseIrreversible(resolved.text, plan);
  return plan;
}

// What stands directly above the target: with these, all that builds on them is undone.
function rootsToUndo(
  graph: RevisionGraph,
  applied: ReadonlySet<RevisionId>,
  target: Target,
): readonly Revision[] {
  switch (target.kind) {
    case 'base':
      return onBranch(graph, graph.bases, target.branch);
    case 'revisions': {
      for (const revision of target.revisions) refuseNotApplied(applied, target.text, revision);
      const above = target.revisions.flatMap(({ id }) => graph.childrenOf(id));
      return onBranch(graph, above, target.branch);
    }
    case 'steps': {
      if (target.steps > 0 || target.from === undefined) {
        throw unreachableError(target.text, 'a downgrade only leads down');
      }
      const path = graph.ancestorsOf([target.from.id], 'revises');
      const above = target.to === undefined ? graph.bases : graph.childrenOf(target.to.id);
      return above.filter(({ id }) => path.has(id));
    }
    default:
      return target satisfies never;
  }
}

function onBranch(
  graph: RevisionGraph,
  roots: readonly Revision[],
  branch: Revision | undefined,
): readonly Revision[] {
  if (branch === undefined) return roots;
  const lineage = lineageOf(graph, branch);
  return roots.filter(({ id }) => lineage.has(id));
}

function refuseNotApplied(
  applied: ReadonlySet<RevisionId>,
  text: string,
  { id, message }: Revision,
): void {
  if (applied.has(id)) return;
  throw new PlinthError(
    'REVISION_NOT_APPLIED',
    `Cannot downgrade to "${text}": revision ${id} (${message}) is not applied.`,
    {
      hint: 'Choose a revision that is applied; "plinth current" says where the database is.',
      details: { identifier: text, id },
    },
  );
}

function refuseIrreversible(text: string, plan: readonly Revision[]): void {
  const blocked = plan.filter(({ irreversible }) => irreversible !== undefined);
  if (blocked.length === 0) return;
  const reasons = blocked.map(({ id, message, irreversible }) => {
    return `\n  ${id} ${message}: ${irreversible}`;
  });
  throw new PlinthError(
    'REVISION_IRREVERSIBLE',
    `The downgrade to "${text}" would pass what cannot be undone:${reasons.join('')}`,
    {
      hint: 'Downgrade only as far as the last revision above these, or restore a backup.',
      details: { identifier: text, ids: blocked.map(({ id }) => id) },
    },
  );
}
