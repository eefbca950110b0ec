// Asks the kinds for the statements of each group, in order.

import {
  type BornWith,
  type CatalogObject,
  facetStatements,
  type ObjectId,
  type Part,
  type Sides,
  type Statement,
  statement,
} from '../catalog/index.js';
import { append } from './append.js';
import type { CatalogIndex } from './catalog-index.js';
import type { Fates } from './fate.js';
import { kindOf } from './kind-of.js';
import type { Group } from './order-nodes.js';
import type { PlannedStatement } from './plan.js';
import type { WorkNode } from './work-graph.js';

export interface Writing {
  readonly from: CatalogIndex;
  readonly to: CatalogIndex;
  readonly fates: Fates;
  readonly sides: Sides;
  readonly born: BornWith;
  /** What runs before something that its text names. */
  readonly unordered: ReadonlySet<WorkNode>;
}

export function writeStatements(groups: readonly Group[], writing: Writing): PlannedStatement[] {
  return groups.flatMap((group) => {
    const { id } = group.root.object;
    const side = writing.to.has(id) ? writing.to : writing.from;
    const block: ObjectId = side.wholeOf(id);
    // Field by field, because spreading thousands of them takes longer than writing them.
    return writeGroup(group, writing).map(
      ({ sql, transactional, apart, locks, hazards }): PlannedStatement => ({
        sql,
        transactional,
        apart,
        locks,
        hazards,
        object: id,
        block,
      }),
    );
  });
}

function writeGroup(group: Group, writing: Writing): readonly Statement[] {
  const { root } = group;
  const { object } = root;
  const kind = kindOf(object);
  switch (root.verb) {
    case 'create':
      return unchecked(create(group, writing), root, writing);
    case 'alter':
      return unchecked(alter(object.id, writing), root, writing);
    case 'drop':
      return kind.drop(object, writing.sides);
    case 'forward':
      return kind.forward?.(object) ?? [];
    case 'aside':
      return kind.moveAside?.(object, writing.sides) ?? [];
    case 'discard':
      return kind.discard?.(object) ?? [];
  }
}

/** A body that names what comes later cannot be checked yet. */
function unchecked(
  written: readonly Statement[],
  root: WorkNode,
  { unordered }: Writing,
): readonly Statement[] {
  if (written.length === 0 || !unordered.has(root)) return written;
  return [
    statement('SET check_function_bodies = off'),
    ...written,
    statement('RESET check_function_bodies'),
  ];
}

function create({ root, members }: Group, writing: Writing): readonly Statement[] {
  const { sides, born } = writing;
  const folded = members.filter(({ verb }) => verb === 'create').map(({ object }) => object);
  const byCatalog = folded.sort(
    (a, b) => writing.to.positionOf(a.id) - writing.to.positionOf(b.id),
  );
  const byParent = new Map<ObjectId | null, CatalogObject[]>();
  for (const object of byCatalog) append(byParent, object.parent, object);
  const parts = partsOf(root.object, byParent, sides);
  return [
    ...kindOf(root.object).create(root.object, sides, parts),
    ...byCatalog.flatMap((object) =>
      facetStatements({ kind: kindOf(object), before: undefined, after: object, born, sides }),
    ),
  ];
}

/** The clauses of what is folded into an object, each with the clauses of its own parts in it. */
function partsOf(
  whole: CatalogObject,
  folded: ReadonlyMap<ObjectId | null, readonly CatalogObject[]>,
  sides: Sides,
): readonly Part[] {
  return (folded.get(whole.id) ?? []).flatMap((object) => {
    const clause = kindOf(object).clause?.(object, sides, partsOf(object, folded, sides));
    return clause === undefined ? [] : [{ object, clause }];
  });
}

function alter(id: ObjectId, { fates, born, sides }: Writing): readonly Statement[] {
  const fate = fates.get(id);
  if (fate?.how !== 'alter') return [];
  const { before, after, statements } = fate;
  return [...statements, ...facetStatements({ kind: kindOf(after), before, after, born, sides })];
}
