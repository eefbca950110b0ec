// Carries the values of a column over to another definition of its composite type, attribute by
// attribute: as text they would go by position.

import { quoteIdentifier } from '../../sql/index.js';
import type { Sides } from '../kind.js';
import { objectId } from '../object-id.js';
import { type CompositeAttribute, hasSameNames, isCompositeType } from './composite-definition.js';
import { conversionOf } from './type-conversion.js';

/**
 * The expression after USING for a column whose type is replaced by another one of the same name;
 * `undefined` where the type is not a composite one or text does.
 *
 * @param column As SQL writes its name.
 * @param type As SQL writes its name.
 */
export function convertComposite(column: string, type: string, sides: Sides): string | undefined {
  const [before, after] = [
    sides.before(`composite-type:${type}`),
    sides.after(`composite-type:${type}`),
  ];
  if (before === undefined || after === undefined) return undefined;
  if (!isCompositeType(before) || !isCompositeType(after)) return undefined;
  if (hasSameNames(before, after)) return undefined;
  const old = new Map(before.definition.attributes.map((one) => [one.name, one]));
  const values = after.definition.attributes.map((wanted) => {
    const source = old.get(wanted.name);
    return source === undefined ? 'NULL' : convert(column, source, wanted, sides);
  });
  return `CASE WHEN ${column} IS DISTINCT FROM NULL THEN ROW(${values.join(', ')})::${type} END`;
}

function convert(
  column: string,
  source: CompositeAttribute,
  { type }: CompositeAttribute,
  sides: Sides,
): string {
  const value = `(${column}).${quoteIdentifier(source.name)}`;
  // Of the user's own types one of the same name may be another one by now.
  if (source.type === type) return type.includes('.') ? `${value}::text::${type}` : value;
  const hasCast = (from: string, to: string): boolean =>
    sides.after(objectId('cast', [from, to])) !== undefined;
  return conversionOf(value, source.type, type, hasCast).using ?? value;
}
