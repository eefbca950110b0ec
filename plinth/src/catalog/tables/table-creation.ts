// The statements that create a table: one with its columns and constraints inside, and what CREATE
// TABLE has no words for.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { settleColumn } from '../columns/column-birth.js';
import { isColumn } from '../columns/column-definition.js';
import type { Part, Sides } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { type Statement, statement } from '../statement.js';
import { layOut } from '../writing/lay-out.js';
import { lockAll } from './relation-locks.js';
import { parameterText } from './storage-parameters.js';
import type { TableDefinition } from './table-definition.js';
import { isPartition } from './table-links.js';

type Table = CatalogObject<TableDefinition>;

export function createTable(
  object: Table,
  sides: Sides,
  parts: readonly Part[],
): readonly Statement[] {
  const name = qualifiedName(object.names);
  const { rowSecurity, forceRowSecurity } = object.definition;
  const switches = [
    ...(rowSecurity ? ['ENABLE ROW LEVEL SECURITY'] : []),
    ...(forceRowSecurity ? ['FORCE ROW LEVEL SECURITY'] : []),
  ];
  return [
    statement(createText(headOf(object), parts, tailOf(object)), { locks: locksOf(parts, sides) }),
    ...settleColumns(parts, sides),
    ...switches.map((words) => statement(`ALTER TABLE ${name} ${words}`, { locks: lockAll(name) })),
  ];
}

/** A partition that comes locks the table it is a part of, where that was there before. */
function locksOf(parts: readonly Part[], sides: Sides): ReturnType<typeof lockAll> {
  return parts.flatMap(({ object }) => {
    if (!isPartition(object)) return [];
    const { of } = object.definition;
    return sides.isCreated(`table:${qualifiedName(of)}`) ? [] : lockAll(qualifiedName(of));
  });
}

/**
 * Where a part stands that is no item of the list in parentheses. The bound of a partition stands
 * on a line of its own in its clause, because it comes after the list.
 */
const PLACES: Readonly<Record<string, 'origin' | 'tail'>> = {
  partition: 'origin',
  'table-type': 'origin',
  inheritance: 'tail',
};

/** `CREATE TABLE public.users (…) …`: the parts where they belong, and further clauses after them. */
export function createText(
  head: string,
  parts: readonly Part[],
  clauses: readonly string[],
): string {
  const at = (place: string): readonly string[] =>
    parts
      .filter(({ object: { kind }, clause }) => clause !== '' && (PLACES[kind] ?? 'list') === place)
      .map(({ clause }) => clause);
  const items = at('list');
  const [origin = '', bound] = (at('origin')[0] ?? '').split('\n');
  const first = origin === '' ? head : `${head} ${origin}`;
  const tail = [...(bound === undefined ? [] : [bound]), ...at('tail'), ...clauses];
  if (items.length === 0) return layOut(origin === '' ? `${first} ()` : first, tail);
  const space = tail.length > 1 ? '\n' : ' ';
  const list = `${first} (\n    ${items.join(',\n    ')}\n)`;
  return [list, ...tail].join(space);
}

/** What CREATE TABLE has no words for, of the columns inside. */
export function settleColumns(parts: readonly Part[], sides: Sides): readonly Statement[] {
  return parts.flatMap(({ object }) => (isColumn(object) ? settleColumn(object, sides) : []));
}

function headOf({ names, definition }: Table): string {
  return `CREATE ${definition.unlogged ? 'UNLOGGED ' : ''}TABLE ${qualifiedName(names)}`;
}

function tailOf({ definition }: Table): readonly string[] {
  const { partitionBy, accessMethod, parameters, tablespace } = definition;
  return [
    ...(partitionBy === null ? [] : [`PARTITION BY ${partitionBy}`]),
    ...(accessMethod === null ? [] : [`USING ${quoteIdentifier(accessMethod)}`]),
    ...(parameters.length === 0 ? [] : [`WITH (${parameterText(parameters)})`]),
    ...(tablespace === null ? [] : [`TABLESPACE ${quoteIdentifier(tablespace)}`]),
  ];
}
