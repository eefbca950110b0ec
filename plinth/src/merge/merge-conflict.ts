// Why branches cannot be merged, as data and as an error for a person to read.

import type { ObjectId } from '../catalog/index.js';
import { PlinthError } from '../errors/index.js';
import type { Direction } from '../migrate/index.js';
import type { Revision, RevisionId } from '../revisions/index.js';

/** An object that several revisions make, change or need. */
export interface ConflictObject {
  readonly object: ObjectId;
  readonly revisions: readonly RevisionId[];
}

export type MergeConflict =
  /** In one order a revision fails. */
  | {
      readonly kind: 'failed';
      readonly direction: Direction;
      readonly order: readonly Revision[];
      /** With file, line, and PostgreSQL's words. */
      readonly failure: PlinthError;
    }
  /** One order ends elsewhere than it should: another order, or where the branches part. */
  | {
      readonly kind: 'differs';
      readonly direction: Direction;
      readonly order: readonly Revision[];
      /** Of the upgrade that it is compared with. */
      readonly other: readonly Revision[];
      readonly objects: readonly ObjectId[];
      readonly sql: string;
    };

const HINT =
  'Change one of these revisions, or let the one that must come second depend on the other.';

/** @param objects What is in conflict, as far as it is known. */
export function conflictError(
  heads: readonly Revision[],
  conflict: MergeConflict,
  objects: readonly ConflictObject[],
): PlinthError {
  const { kind, direction, order } = conflict;
  const byId = new Map([...heads, ...order].map((revision) => [revision.id, revision]));
  const named = (id: RevisionId): string => {
    const revision = byId.get(id);
    return revision === undefined ? id : describe(revision);
  };
  const told = objects.map(({ object, revisions }) => {
    const by = revisions.length === 0 ? '' : `: ${revisions.map(named).join(', ')}`;
    return `    ${readable(object)}${by}`;
  });
  const lines = [
    `${heads.map(describe).join(' and ')} cannot be merged: ${outcomeOf(conflict)}`,
    ...linesOf(conflict),
    ...(told.length === 0 ? [] : ['  in conflict:', ...told]),
  ];
  const cause = kind === 'failed' ? conflict.failure : undefined;
  return new PlinthError('MERGE_CONFLICT', lines.join('\n'), {
    hint: HINT,
    details: {
      heads: heads.map(({ id }) => id),
      kind,
      direction,
      order: order.map(({ id }) => id),
      ...(conflict.kind === 'differs'
        ? { other: conflict.other.map(({ id }) => id), sql: conflict.sql }
        : { failure: conflict.failure.details }),
      objects,
    },
    cause,
  });
}

function outcomeOf({ kind, direction }: MergeConflict): string {
  switch (direction) {
    case 'upgrade':
      return kind === 'failed'
        ? 'one order of their revisions fails'
        : 'what they make depends on the order in which they are applied';
    case 'downgrade':
      return kind === 'failed'
        ? 'once both are applied, one order of undoing them fails'
        : 'once both are applied, one order of undoing them does not lead back';
    default:
      return direction satisfies never;
  }
}

function linesOf(conflict: MergeConflict): readonly string[] {
  const { kind, direction } = conflict;
  const order = listOrder(conflict.order);
  if (kind === 'failed')
    return [`  ${direction} in the order ${order}:`, indent(conflict.failure.message)];
  const from = direction === 'upgrade' ? `after ${order}` : `after undoing ${order}`;
  const to = direction === 'upgrade' ? `after ${listOrder(conflict.other)}` : 'where they part';
  return [`  from the schema ${from}`, `    to the schema ${to}:`, indent(conflict.sql)];
}

const SHOWN_AT_EACH_END = 4;

function listOrder(revisions: readonly Revision[]): string {
  const ids = revisions.map(({ id }) => id);
  const left = ids.length - 2 * SHOWN_AT_EACH_END;
  if (left <= 1) return ids.join(', ');
  const shown = [
    ...ids.slice(0, SHOWN_AT_EACH_END),
    `(${left} more)`,
    ...ids.slice(-SHOWN_AT_EACH_END),
  ];
  return shown.join(', ');
}

function describe({ id, message }: Revision): string {
  return `${id} (${message})`;
}

/** `table public.users` */
function readable(object: ObjectId): string {
  const colon = object.indexOf(':');
  return `${object.slice(0, colon).replaceAll('-', ' ')} ${object.slice(colon + 1)}`;
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ');
}
