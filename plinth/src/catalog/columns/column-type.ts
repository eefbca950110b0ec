// Gives a column another type or collation, in place.

import type { CatalogObject } from '../catalog-object.js';
import type { Sides } from '../kind.js';
import { isDomain } from '../kinds/domain.js';
import { objectId, ownName, qualifiedName } from '../object-id.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import { alterRelation, lockAll, relationOf } from '../tables/relation-locks.js';
import { rewriting } from '../tables/rewriting.js';
import { convertComposite } from '../types/composite-conversion.js';
import { type Conversion, conversionOf } from '../types/type-conversion.js';
import { readTypeName } from '../types/type-name.js';
import type { ColumnDefinition } from './column-definition.js';

type Column = CatalogObject<ColumnDefinition>;

export function hasOtherType({ definition: a }: Column, { definition: b }: Column): boolean {
  return a.type !== b.type || a.collation !== b.collation;
}

/** @param isSwapped Whether the type keeps its name and is another one by now. */
export function changeType(
  before: Column,
  after: Column,
  sides: Sides,
  isSwapped: boolean,
): Statement {
  const table = relationOf(after);
  const { type, collation } = after.definition;
  const isForeign = alterRelation(after.parent) !== 'ALTER TABLE';
  const conversion = convert(before, after, sides, isSwapped);
  const isComputed = after.definition.generated !== null || isForeign;
  const using = isComputed || conversion.using === undefined ? '' : ` USING ${conversion.using}`;
  const collate = collation === null ? '' : ` COLLATE ${collation}`;
  const head = `${alterRelation(after.parent)} ${table} ALTER COLUMN ${ownName(after)}`;
  return statement(`${head} TYPE ${type}${collate}${using}`, {
    locks: lockAll(table),
    hazards: isForeign ? [] : hazardsOf(before, after, conversion),
  });
}

/** Whether an assignment would not do: then PostgreSQL cannot carry a default over either. */
export function needsCast(before: Column, after: Column, sides: Sides): boolean {
  return convert(before, after, sides, !hasOtherType(before, after)).using !== undefined;
}

function convert(before: Column, after: Column, sides: Sides, isSwapped: boolean): Conversion {
  const [old, wanted] = [before.definition.type, after.definition.type];
  const name = ownName(after);
  const from = baseOf(old, (id) => sides.before(id));
  const to = baseOf(wanted, (id) => sides.after(id));
  const hasCast = (source: string, target: string): boolean =>
    sides.after(objectId('cast', [source, target])) !== undefined;
  // The name is the same and the type is not: PostgreSQL knows no way between the two.
  const isOther = isSwapped && isUserType(from) && from === to;
  if (isOther) {
    const text = readTypeName(from).isArray ? 'text[]' : 'text';
    return {
      using: convertComposite(name, from, sides) ?? `${name}::${text}::${wanted}`,
      rewrites: true,
      loses: undefined,
      canFail: true,
    };
  }
  const conversion = conversionOf(name, from, to, hasCast);
  const using = conversion.using?.replace(/::[^:]*$/, (cast) =>
    cast === `::${to}` ? `::${wanted}` : cast,
  );
  if (to === wanted) return { ...conversion, using };
  const isChecked = hasChecks(wanted, sides);
  return {
    ...conversion,
    using,
    rewrites: conversion.rewrites || isChecked,
    canFail: conversion.canFail || isChecked,
  };
}

/** The type that a domain restricts, in the end; any other type as it is. */
export function baseOf(
  type: string,
  find: (id: CatalogObject['id']) => CatalogObject | undefined,
): string {
  const { base, isArray } = readTypeName(type);
  const domain = find(`domain:${base}`);
  if (domain === undefined || !isDomain(domain)) return type;
  const under = baseOf(domain.definition.type, find);
  return isArray ? `${under}[]` : under;
}

function isUserType(type: string): boolean {
  return readTypeName(type).base.includes('.');
}

function hasChecks(type: string, sides: Sides): boolean {
  return sides.partsAfter(`domain:${readTypeName(type).base}`).length > 0;
}

function hazardsOf(before: Column, after: Column, conversion: Conversion): readonly Hazard[] {
  const [table, column] = [relationOf(after), qualifiedName(after.names)];
  const [from, to] = [before.definition.type, after.definition.type];
  const hazards: Hazard[] = conversion.rewrites ? rewriting(table) : [];
  if (conversion.loses !== undefined) {
    hazards.push({
      kind: 'loses-data',
      message: `values of ${column} go from ${from} to ${to}: ${conversion.loses}`,
    });
  }
  if (conversion.canFail) {
    hazards.push({ kind: 'can-fail', message: `values of ${column} may not fit into ${to}` });
  }
  return hazards;
}
