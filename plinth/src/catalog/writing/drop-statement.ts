// Drops what others name: types, collations, configurations.

import type { CatalogObject } from '../catalog-object.js';
import type { Sides } from '../kind.js';
import { type Hazard, type Statement, statement } from '../statement.js';

/**
 * DROP, with the hazard that what names the object fails, unless it is there again in the end.
 *
 * @param target Such as `TYPE public.mood`.
 * @param tail What follows the name, such as CASCADE.
 */
export function dropStatement(
  target: string,
  object: CatalogObject,
  sides: Sides,
  tail = '',
): Statement {
  const told = target.replace(/^[A-Z ]+/, (noun) => noun.toLowerCase());
  const hazard: Hazard = { kind: 'breaks-code', message: `what names ${told} fails` };
  const hazards = sides.isCreated(object.id) ? [] : [hazard];
  return statement(`DROP ${target}${tail}`, { hazards });
}
