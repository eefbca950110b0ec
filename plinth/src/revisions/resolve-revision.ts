// Turns what a person types (`head`, `1ef2`, `billing@head`, `-1`) into revisions. Plans nothing.

import type { PlinthError } from '../errors/index.js';
import { currentHeads } from './current-heads.js';
import {
  ambiguousError,
  multipleHeadsError,
  notFoundError,
  unreachableError,
} from './resolve-errors.js';
import type { Revision, RevisionId } from './revision.js';
import type { RevisionGraph } from './revision-graph.js';
import { type Lineage, walkHistory } from './walk-history.js';

/** Where an upgrade or a downgrade shall lead. `text` is the identifier as it was typed. */
export type Target =
  /** Nothing applied: of the whole history, or of the branch that goes through `branch`. */
  | { readonly kind: 'base'; readonly text: string; readonly branch: Revision | undefined }
  /** Named revisions; `branch` is what stood before "@". */
  | {
      readonly kind: 'revisions';
      readonly text: string;
      readonly revisions: readonly Revision[];
      readonly branch: Revision | undefined;
    }
  /** Steps from what is applied; undefined stands for the base. */
  | {
      readonly kind: 'steps';
      readonly text: string;
      readonly steps: number;
      readonly from: Revision | undefined;
      readonly to: Revision | undefined;
    };

interface Scope {
  readonly graph: RevisionGraph;
  readonly applied: ReadonlySet<RevisionId>;
  readonly text: string;
  readonly branch: Revision | undefined;
  readonly lineage: Lineage | undefined;
  readonly stopAtEnds: boolean;
}

export interface ResolveOptions {
  /**
   * Whether steps that lead past the head or the base end there, as in ranges of the history.
   * Default: false, they are refused.
   */
  readonly stopAtEnds?: boolean;
}

/**
 * Resolves an identifier as Alembic does: a full id; a unique prefix of at least four characters;
 * `head`, `heads`, `base`, `current`; a branch label (the revision that carries it);
 * `label@head`, `label@heads`, `label@base`, `label@REV`, also with an id before the "@"; `+N`,
 * `-N` and `label@+N` from what is applied; `REV+N`, `REV-N`, `head-1`, `label@REV+N`.
 *
 * Differences from Alembic:
 * - a prefix has four characters or more, so that a forgotten sign (`downgrade 1`) is no id;
 *   Alembic takes shorter ones, and prefixes of labels;
 * - `-N` where several revisions are current is refused; Alembic warns and takes the first;
 * - a label holds in all forms: `label@REV` and the start of `label@REV+N` have to be on the
 *   branch, and a label tells the way down at a merge, where Alembic gives up;
 * - `REV-N` that ends at the base is the base of that branch; Alembic's is all of them;
 * - an id may hold "-", so a whole id wins over `REV-N`.
 *
 * @throws PlinthError `REVISION_NOT_FOUND`, `REVISION_AMBIGUOUS` or `REVISION_MULTIPLE_HEADS`.
 * @see https://alembic.sqlalchemy.org/en/latest/branches.html
 */
export function resolveTarget(
  graph: RevisionGraph,
  text: string,
  applied: ReadonlySet<RevisionId>,
  { stopAtEnds = false }: ResolveOptions = {},
): Target {
  const typed = text.trim();
  const at = typed.indexOf('@');
  const whole = { ...wholeHistory(graph, typed, applied), stopAtEnds };
  if (at === -1) return resolveInScope(whole, typed);
  const branch = resolveName(whole, typed.slice(0, at));
  const lineage = lineageOf(graph, branch);
  return resolveInScope({ ...whole, branch, lineage }, typed.slice(at + 1));
}

/**
 * The one revision that a name stands for: an id, a prefix of one, or a branch label.
 *
 * @throws PlinthError `REVISION_NOT_FOUND` or `REVISION_AMBIGUOUS`.
 */
export function onlyRevision(graph: RevisionGraph, name: string): Revision {
  return resolveName(wholeHistory(graph, name, new Set()), name);
}

/** The revisions that a target names; none for the base. */
export function revisionsOf(target: Target): readonly Revision[] {
  switch (target.kind) {
    case 'base':
      return [];
    case 'revisions':
      return target.revisions;
    case 'steps':
      return target.to === undefined ? [] : [target.to];
    default:
      return target satisfies never;
  }
}

/**
 * A revision, everything it descends from and everything that descends from it: the revisions of
 * its branch. Walked only when it is asked, since much is decided without.
 */
export function lineageOf(graph: RevisionGraph, { id: own }: Revision): Lineage {
  let below: ReadonlySet<RevisionId> | undefined;
  let above: ReadonlySet<RevisionId> | undefined;
  return {
    has(id) {
      below ??= graph.ancestorsOf([own], 'revises');
      if (below.has(id)) return true;
      above ??= graph.descendantsOf([own], 'revises');
      return above.has(id);
    },
  };
}

function wholeHistory(graph: RevisionGraph, text: string, applied: ReadonlySet<RevisionId>): Scope {
  return { graph, applied, text, branch: undefined, lineage: undefined, stopAtEnds: false };
}

function resolveInScope(scope: Scope, identifier: string): Target {
  const relative = /^(.*)([+-][1-9]\d*)$/s.exec(identifier);
  if (relative === null || scope.graph.get(identifier) !== undefined) {
    return resolveAbsolute(scope, identifier);
  }
  const [, start = '', count = ''] = relative;
  const steps = Number(count);
  return start === '' ? stepsFromCurrent(scope, steps) : stepsFrom(scope, start, steps);
}

function resolveAbsolute(scope: Scope, identifier: string): Target {
  const { text, branch } = scope;
  const found = (revisions: readonly Revision[]): Target => ({
    kind: 'revisions',
    text,
    revisions,
    branch,
  });
  switch (identifier) {
    case 'base':
      return { kind: 'base', text, branch };
    case 'heads':
      return found(inScope(scope, scope.graph.heads));
    case 'current':
      return found(currentInScope(scope));
    case 'head': {
      const heads = inScope(scope, scope.graph.heads);
      if (heads.length > 1) throw multipleHeadsError(text, heads, branch);
      return found(heads);
    }
    default:
      return found([resolveName(scope, identifier)]);
  }
}

// A whole id, a branch label or a prefix, in this order.
function resolveName(scope: Scope, name: string): Revision {
  const { graph, text } = scope;
  const exact = graph.get(name) ?? graph.withLabel(name);
  if (exact !== undefined) {
    if (inScope(scope, [exact]).length > 0) return exact;
    throw unreachableError(text, `${exact.id} is not on the branch of ${scope.branch?.id}`);
  }
  const begins = ({ id }: Revision) => name.length >= 4 && id.startsWith(name);
  const candidates = inScope(scope, graph.revisions.filter(begins));
  const [only, ...others] = candidates;
  if (only === undefined) throw notFoundError(graph, text, name);
  if (others.length === 0) return only;
  throw ambiguousError(text, `several ids begin with "${name}"`, candidates);
}

function stepsFromCurrent(scope: Scope, steps: number): Target {
  const { text } = scope;
  const current = steps > 0 ? currentInScope(scope) : undoableInScope(scope);
  const [from, ...others] = current;
  if (from !== undefined && others.length > 0) {
    const hint = `Say on which branch, as in "${from.id}@${steps > 0 ? '+' : ''}${steps}".`;
    throw ambiguousError(text, 'several revisions are current', current, hint);
  }
  if (from === undefined && steps < 0) throw nothingToUndo(scope);
  return { kind: 'steps', text, steps, from, to: walkHistory(scope, from, steps) };
}

function stepsFrom(scope: Scope, start: string, steps: number): Target {
  const { text, branch } = scope;
  const target = resolveAbsolute(scope, start);
  const starts = target.kind === 'revisions' ? target.revisions : [];
  const [from, ...others] = starts;
  if (others.length > 0) throw ambiguousError(text, `"${start}" names several`, starts);
  const to = walkHistory(scope, from, steps);
  if (to === undefined) return { kind: 'base', text, branch: branch ?? from };
  return { kind: 'revisions', text, revisions: [to], branch };
}

// On a branch none of whose own revisions is a tip, another branch may have come to depend on
// it: then the tips among the applied revisions of that branch alone count, as in Alembic.
function currentInScope(scope: Scope): readonly Revision[] {
  const { graph, applied, lineage } = scope;
  const current = inScope(scope, currentHeads(graph, applied));
  if (lineage === undefined || current.length > 0) return current;
  const onBranch = new Set([...applied].filter((id) => lineage.has(id)));
  return currentHeads(graph, onBranch, 'revises');
}

// What a branch shares with others is undone only with all of them, so it is no place to step
// down from: only the tips of the whole count here.
function undoableInScope(scope: Scope): readonly Revision[] {
  const { graph, applied } = scope;
  const current = inScope(scope, currentHeads(graph, applied));
  return current.length > 0 ? current : inScope(scope, currentHeads(graph, applied, 'revises'));
}

function nothingToUndo({ text, branch }: Scope): PlinthError {
  const reason =
    branch === undefined
      ? 'nothing is applied'
      : `nothing is applied that only the branch of ${branch.id} stands on`;
  return unreachableError(text, reason);
}

function inScope({ lineage }: Scope, revisions: readonly Revision[]): readonly Revision[] {
  return lineage === undefined ? revisions : revisions.filter(({ id }) => lineage.has(id));
}
