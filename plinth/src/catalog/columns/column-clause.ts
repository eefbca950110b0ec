// How a column reads inside CREATE TABLE and ADD COLUMN.

import type { CatalogObject } from '../catalog-object.js';
import { isEqualData } from '../equal-data.js';
import type { Part, Sides } from '../kind.js';
import { objectId, ownName } from '../object-id.js';
import { readable } from '../printed/readable.js';
import { optionsClause } from '../tables/foreign-options.js';
import { birthOf, originOf } from '../tables/table-birth.js';
import { type ColumnDefinition, isColumn } from './column-definition.js';
import { notNullWords } from './column-not-null.js';
import { settingsOf, settingWords } from './column-settings.js';

type Column = CatalogObject<ColumnDefinition>;

/**
 * Inside CREATE TABLE: the whole column; where the table takes it from elsewhere, what is different
 * there, which may be nothing at all. `undefined` where it cannot be said inside.
 */
export function clauseOf(column: Column, sides: Sides, parts: readonly Part[]): string | undefined {
  switch (birthOf(column.names.slice(0, 2), sides)) {
    case 'partition':
    case 'typed':
      return overrideText(column, sides, parts);
    case 'child':
      return originOf(column, sides) === undefined ? columnText(column, sides, parts) : undefined;
    case 'whole':
      return columnText(column, sides, parts);
  }
}

/** `email text COLLATE "C" NOT NULL DEFAULT ''` */
export function columnText(column: Column, sides: Sides, parts: readonly Part[]): string {
  const { type, collation } = column.definition;
  // An identity says NOT NULL by itself; a child takes it from the column above.
  const isSaid =
    (parts.some(({ object }) => object.kind === 'identity') && notNullWords(column).length === 1) ||
    (isChild(column, sides) && column.definition.constraint?.inherited === true);
  return [
    ownName(column),
    type,
    ...settingWords(column, sides),
    ...optionsClause(settingsOf(column).foreignOptions),
    ...(collation === null ? [] : [`COLLATE ${collation}`]),
    ...(isSaid ? [] : notNullWords(column)),
    ...parts.map(({ clause }) => clause),
    ...(isExpressionTaken(column, sides) ? [] : generatedWords(column)),
  ].join(' ');
}

function isChild({ names }: Pick<Column, 'names'>, sides: Sides): boolean {
  return birthOf(names.slice(0, 2), sides) === 'child';
}

/** A child takes the expression from the column above, also where it declares the column. */
function isExpressionTaken({ names, definition }: Column, sides: Sides): boolean {
  const { inheritance, generated } = definition;
  if (!isChild({ names }, sides) || inheritance === null) return false;
  return inheritance.from.some((table) => {
    const above = sides.after(objectId('column', [...table, names.at(-1) ?? '']));
    return (
      above !== undefined && isColumn(above) && isEqualData(above.definition.generated, generated)
    );
  });
}

export function generatedWords({ definition: { generated } }: Column): readonly string[] {
  if (generated === null) return [];
  const expression = readable(generated.expression);
  return [`GENERATED ALWAYS AS (${expression}) ${generated.stored ? 'STORED' : 'VIRTUAL'}`];
}

/** What a column has that it would not take by itself. */
function overrideText(column: Column, sides: Sides, parts: readonly Part[]): string {
  const origin = originOf(column, sides);
  const isTaken = origin?.definition.notNull === true;
  const own = parts.map(({ clause }) => clause).filter((clause) => clause !== '');
  const words = [...(isTaken ? [] : notNullWords(column)), ...own, ...noDefault(column, sides)];
  return words.length === 0 ? '' : [ownName(column), ...words].join(' ');
}

function noDefault(column: Column, sides: Sides): readonly string[] {
  const origin = originOf(column, sides);
  if (origin === undefined || sides.after(objectId('column-default', column.names))) return [];
  const isTaken = sides.after(objectId('column-default', origin.names)) !== undefined;
  return isTaken ? ['DEFAULT NULL'] : [];
}
