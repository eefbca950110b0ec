// Statements for an index, or a constraint kept by one, that is to be there: built and attached,
// or adjusted where it comes with the one of the partitioned table.

import type { CatalogObject } from '../catalog-object.js';
import { renameConstraint } from '../constraints/constraint-statements.js';
import type { Sides } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import type { Statement } from '../statement.js';
import { lockChanges } from '../tables/relation-locks.js';
import { renameStatements } from '../writing/rename-statements.js';
import { aboveOf, type IndexDefinition, isIndexed } from './index-definition.js';
import { changeSettings, inheritedSettings, settleIndex } from './index-storage.js';
import { arrivalOf, attachStatements } from './index-tree.js';

type Indexed = CatalogObject<IndexDefinition>;

/** `build` writes the statements that create it, where that is necessary. */
export function arrive(
  object: Indexed,
  sides: Sides,
  build: () => readonly Statement[],
): readonly Statement[] {
  const arrival = arrivalOf(object, sides);
  switch (arrival.how) {
    case 'built':
      return [...build(), ...settleIndex(object), ...attachStatements(object)];
    case 'comes': {
      const names = [...object.names.slice(0, -1), arrival.as];
      const id = aboveOf(object);
      const above = id === undefined ? undefined : sides.after(id);
      const given = inheritedSettings(isIndexed(above) ? above.definition : object.definition);
      return [
        ...renameIndexed({ ...object, names }, object.names),
        ...changeSettings(given, object, sides),
      ];
    }
    case 'renamed':
      return [
        ...renameIndexed(arrival.from, object.names),
        ...changeSettings(arrival.from.definition, object, sides),
      ];
  }
}

/** `names` are all the parts of the new name. */
export function renameIndexed(object: Indexed, names: readonly string[]): readonly Statement[] {
  if (object.names.at(-1) === names.at(-1)) return [];
  if (object.kind !== 'index') return [renameConstraint(object, names)];
  const name = qualifiedName(object.names);
  return renameStatements(`INDEX ${name}`, object.names, names).map((said) => ({
    ...said,
    locks: lockChanges(name),
  }));
}
