// The kind `column`: of tables and foreign tables. NOT NULL and a generated expression belong to
// it; a default and an identity are kinds of their own.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import {
  alterColumn,
  followType,
  isSameColumn,
  keyOfPartitions,
} from '../columns/column-alteration.js';
import { createColumn, dropColumn } from '../columns/column-birth.js';
import { clauseOf } from '../columns/column-clause.js';
import { type ColumnDefinition, isColumn, USUAL_COLUMN } from '../columns/column-definition.js';
import { withoutNames } from '../columns/column-not-null.js';
import { columnQuery } from '../columns/column-query.js';
import { leadersOf } from '../columns/column-reach.js';
import type { Disturbance, KindSpec, Reaction, Sides } from '../kind.js';
import { objectId, outerName, ownName, qualifiedName } from '../object-id.js';
import { statement } from '../statement.js';
import { alterRelation, lockAll, relationOf } from '../tables/relation-locks.js';

type Column = CatalogObject<ColumnDefinition>;

export const column: KindSpec<ColumnDefinition> = {
  name: 'column',
  presence: { catalog: 'pg_class', where: `relkind IN ('r', 'p', 'f')` },
  query: columnQuery,
  defaults: USUAL_COLUMN,
  asOn: withoutNames,
  target: ({ names }) => `COLUMN ${qualifiedName(names)}`,
  grantTarget: ({ names }) => `TABLE ${outerName({ names })}`,
  grantColumns: (object) => `(${ownName(object)})`,
  clause: clauseOf,
  create: createColumn,
  drop: dropColumn,
  alter: alterColumn,
  isSame: isSameColumn,
  requires: ({ names, definition: { inheritance } }) =>
    (inheritance?.from ?? []).map((table) => objectId('column', [...table, names.at(-1) ?? ''])),
  // The table's own column stays its own when the one above it comes after it.
  arrivesBefore: ({ definition: { inheritance } }, on, comes) =>
    comes && inheritance?.local === true && on.startsWith('column:'),
  react,
  follow: followType,
  rename: (object, names) => {
    // The statement on the column above it renames this one along.
    if (object.definition.inheritance !== null) return [];
    const table = relationOf(object);
    const words = `RENAME COLUMN ${ownName(object)} TO ${quoteIdentifier(names.at(-1) ?? '')}`;
    return [
      statement(`${alterRelation(object.parent)} ${table} ${words}`, { locks: lockAll(table) }),
    ];
  },
};

function react(object: Column, { before, manner }: Disturbance, sides: Sides): Reaction {
  const { generated, inheritance } = object.definition;
  if (isColumn(before)) {
    const isAbove = inheritance?.from.some((table) => qualifiedName(table) === relationOf(before));
    if (isAbove === true) {
      // A table that lets go of the one above is no longer changed along.
      if (leadersOf(object, sides).every(({ id }) => id !== before.id)) return 'keep';
      if (manner === 'retyped') return 'follow';
      // Where the one above is gone for good, this one stays with its values.
      return sides.isCreated(before.id) ? 'rebuild' : 'keep';
    }
    if (generated === null || keepsValues(object, sides)) return 'keep';
    return 'rebuild';
  }
  // A type that is altered in place stays the same type.
  if (manner === 'retyped') return 'keep';
  if (generated !== null) return keepsValues(object, sides) ? 'keep' : 'rebuild';
  const isForeign = alterRelation(object.parent) !== 'ALTER TABLE';
  if (manner === 'swapped') {
    const reason = keyOfPartitions(object);
    return reason === undefined ? 'follow' : { refuse: reason };
  }
  if (isForeign) return 'rebuild';
  return {
    refuse: `${qualifiedName(object.names)} is made with the ${before.kind} ${qualifiedName(before.names)}, which has to be dropped and created anew; its values would be lost`,
  };
}

/** Whether it stops being computed and lets go of what it was computed from. */
function keepsValues({ id, definition: { generated } }: Column, sides: Sides): boolean {
  const after = sides.after(id);
  if (after === undefined || !isColumn(after)) return false;
  return generated?.stored === true && after.definition.generated === null;
}
