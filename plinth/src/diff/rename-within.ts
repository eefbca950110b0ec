// Renames of what is no object of its own: a value of an enum, an attribute of a composite type.

import type { CatalogObject, Statement } from '../catalog/index.js';
import { CatalogIndex } from './catalog-index.js';
import { kindOf } from './kind-of.js';
import { mapTexts } from './rename-in-catalog.js';

export interface RenamedInside {
  /** What holds it, as it was. */
  readonly object: CatalogObject;
  /** The catalog as it reads after the rename. */
  readonly from: CatalogIndex;
  readonly statements: readonly Statement[];
}

/**
 * Renames it where one object alone that `isHolder` holds it and its wanted form has it by the new
 * name.
 */
export function renameWithin(
  from: CatalogIndex,
  to: CatalogIndex,
  isHolder: (object: CatalogObject) => boolean,
  name: string,
  newName: string,
): RenamedInside | undefined {
  const found = from.catalog.objects.filter(isHolder).flatMap((object) => {
    const kind = kindOf(object);
    const successor = to.get(object.id);
    const renamed = kind.renameWithin?.(object, name, newName);
    // It is there by its new name, and not by its old one, if it can be renamed back.
    const isWanted = successor && kind.renameWithin?.(successor, newName, name) !== undefined;
    return renamed === undefined || !isWanted ? [] : [{ object, ...renamed }];
  });
  const [first, second] = found;
  if (first === undefined || second !== undefined) return undefined;
  const { object, definition, statements, printed } = first;
  const renamed = { ...object, definition };
  return {
    object,
    statements,
    from: new CatalogIndex({
      ...from.catalog,
      objects: rewriteUsers(from, object, printed).map((one) =>
        one.id === object.id ? renamed : one,
      ),
    }),
  };
}

/** What uses it, as PostgreSQL prints that after the rename. */
function rewriteUsers(
  index: CatalogIndex,
  { id }: CatalogObject,
  printed: readonly [string, string] | undefined,
): readonly CatalogObject[] {
  const { objects } = index.catalog;
  if (printed === undefined) return objects;
  const [old, wanted] = printed;
  const users = new Set(index.dependentsOf(id).map(({ dependent }) => dependent));
  const rewrite = (text: string): string => text.replaceAll(old, () => wanted);
  return objects.map((object) =>
    users.has(object.id) ? { ...object, definition: mapTexts(object.definition, rewrite) } : object,
  );
}
