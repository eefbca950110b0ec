// What a function is called with: what a tenant may know of another one, in every order that the types
// of the arguments allow. It sends nothing.

import { quoteLiteral } from '../../sql/index.js';
import { type FilledRow, other, type TenantIndex } from '../fill/filled-row.js';
import type { Scene } from '../scene.js';
import { baseType } from '../survey/base-type.js';
import type { Column, DefinerFunction, Table, Type } from '../survey/survey.js';

const MOST_CALLS = 12;
const MOST_TABLES = 8;
/** Cells of one row that an argument may be, and calls that follow from them. */
const MOST_CELLS = [24, 5, 3];
const MOST_OF_A_ROW = 27;

/** Whether a function runs SQL that it puts together, and so may reach what its text does not name. */
export function runsText({ source }: DefinerFunction): boolean {
  return /\bEXECUTE\b/i.test(source);
}

/**
 * First what belongs together: the tenant and the key of one row. Then each value that a column of an
 * argument's name or type holds.
 *
 * @param named The isolated tables that the function names.
 */
export function argumentLists(
  scene: Scene,
  one: DefinerFunction,
  named: readonly Table[],
  tenant: TenantIndex,
): readonly (readonly string[])[] {
  const lists = [
    ...(named.length > 0 ? named : scene.isolated)
      .slice(0, MOST_TABLES)
      .flatMap((table) => listsOfRow(scene, one, table, other(tenant))),
    ...listsByType(scene, one, named, tenant),
  ];
  return [...new Map(lists.map((list) => [list.join(), list])).values()];
}

/** Every way of giving the arguments cells of one row. */
function listsOfRow(
  scene: Scene,
  one: DefinerFunction,
  table: Table,
  victim: TenantIndex,
): readonly (readonly string[])[] {
  const [row] = scene.rows(table, victim);
  if (row === undefined || one.arguments.length === 0) return [];
  const cells = MOST_CELLS[one.arguments.length - 1] ?? 2;
  const from: Source = { scene, table, row, source: one.source };
  const choices = one.arguments.map(({ name, type }) => cellsFor(from, name, type, cells));
  return product(choices).slice(0, MOST_OF_A_ROW);
}

interface Source {
  readonly scene: Scene;
  readonly table: Table;
  readonly row: FilledRow;
  readonly source: string;
}

/** What an argument may be of a row: what is named so, then what names it, then any other cell. */
function cellsFor(from: Source, name: string, type: string, cells: number): readonly string[] {
  const { types } = from.scene.survey;
  const sql = types.get(type)?.sql ?? 'text';
  const base = baseType(types, type, -1).type;
  if (/^jsonb?$/.test(base.name)) {
    return documentsOf(from).map((text) => `${quoteLiteral(text)}::${sql}`);
  }
  if (base.category === 'A' && base.element !== null) {
    return cellsFor(from, name, base.element, cells).map((value) => `ARRAY[${value}]::${sql}`);
  }
  if (base.kind === 'c') return rowsFor(from, base, sql, cells);
  const fitting = columnsFor(from, name, base).slice(0, cells);
  return fitting.map(({ name: column }) => {
    const cell = from.row.cells.get(column);
    return typeof cell === 'string' ? `${quoteLiteral(cell)}::${sql}` : `NULL::${sql}`;
  });
}

function columnsFor({ scene, table, row }: Source, name: string, base: Type): readonly Column[] {
  const { types } = scene.survey;
  const argument = bare(name);
  const own = new Set(scene.ownColumns(table).map((column) => column.name));
  const keys = new Set(table.keys.flatMap(({ columns, isPlain }) => (isPlain ? columns : [])));
  const rank = ({ name: column }: Column): number => {
    if (argument === column || argument.endsWith(`_${column}`)) return 0;
    if (own.has(column)) return 1;
    return keys.has(column) ? 2 : 3;
  };
  return table.columns
    .filter(({ name: column, type }) => {
      const its = baseType(types, type, -1).type;
      const fits = its.oid === base.oid || its.category === base.category;
      return fits && typeof row.cells.get(column) === 'string';
    })
    .sort((a, b) => rank(a) - rank(b));
}

/** A row of a table is known by its columns; one of another type by the types of its fields. */
function rowsFor(from: Source, type: Type, sql: string, cells: number): readonly string[] {
  const [whole = '{}'] = documentsOf(from);
  const fields = type.fields.map((field) => cellsFor(from, '', field.type, 3));
  const rows = type.fields.length > 8 ? [] : product(fields).slice(0, cells);
  return [
    `jsonb_populate_record(NULL::${sql}, ${quoteLiteral(whole)}::jsonb)`,
    ...rows.map((values) => `ROW(${values.join(', ')})::${sql}`),
  ];
}

/** What names a row, under the names of its columns and those that the function asks for. */
function documentsOf({ scene, table, row, source }: Source): readonly string[] {
  const own = scene.ownColumns(table).map(({ name }) => name);
  const keys = table.keys.flatMap(({ columns, isPlain }) => (isPlain ? columns : []));
  const known = Object.fromEntries([...own, ...keys].map((name) => [name, row.cells.get(name)]));
  const asked = [...source.matchAll(/->>?\s*'(\w+)'/g)]
    .flatMap(([, name = '']) => name)
    .filter((name) => !(name in known));
  const tenants = asked.filter((name) => /tenant|org|account|customer|owner/i.test(name));
  const others = asked.filter((name) => !tenants.includes(name));
  const ids = (names: readonly string[], column: string | undefined) =>
    Object.fromEntries(names.map((name) => [name, row.cells.get(column ?? '')]));
  const [tenant] = own;
  const rest = keys.filter((name) => !own.includes(name));
  const documents = [
    ...(others.length === 0 ? [undefined] : rest).map((key) => ({
      ...known,
      ...ids(tenants, tenant),
      ...ids(others, key),
    })),
    { ...known, ...ids(asked, tenant) },
  ];
  return [...new Set(documents.map((document) => JSON.stringify(document)))];
}

function product(choices: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return choices.reduce<readonly (readonly string[])[]>(
    (lists, values) =>
      lists
        .flatMap((list) => (values.length === 0 ? ['NULL'] : values).map((one) => [...list, one]))
        .slice(0, 4 * MOST_OF_A_ROW),
    [[]],
  );
}

function listsByType(
  scene: Scene,
  one: DefinerFunction,
  first: readonly Table[],
  tenant: TenantIndex,
): readonly (readonly string[])[] {
  const statements = runsText(one) ? statementsOf(scene, first, other(tenant)) : [];
  const choices = one.arguments.map(({ name, type }) => {
    const values = [
      ...(isText(scene, type) ? statements : []),
      ...valuesFor(scene, first, name, type, other(tenant)),
      ...valuesFor(scene, first, name, type, tenant),
    ];
    return [...new Set(values)];
  });
  const most = MOST_CALLS + statements.length;
  const calls = Math.min(most, Math.max(1, ...choices.map(({ length }) => length)));
  return Array.from({ length: calls }, (_, call) =>
    choices.map((values) => values[call % Math.max(1, values.length)] ?? 'NULL'),
  );
}

function isText({ survey: { types } }: Scene, type: string): boolean {
  return baseType(types, type, -1).type.category === 'S';
}

/** SQL for a function that runs what it is given. */
function statementsOf(
  scene: Scene,
  named: readonly Table[],
  victim: TenantIndex,
): readonly string[] {
  const tables = (named.length > 0 ? named : scene.isolated).slice(0, MOST_TABLES);
  return tables.flatMap((table) => {
    const whose = scene.whose(table, victim, true);
    return [
      `SELECT t::text FROM ${table.sql} t WHERE ${whose}`,
      `DELETE FROM ${table.sql} WHERE ${whose}`,
      `SELECT * FROM ${table.sql} WHERE ${whose}`,
    ].map((text) => quoteLiteral(text));
  });
}

/** An argument's name without what marks it as one. */
function bare(name: string): string {
  return name.replace(/^_?(?:p|in|arg|v)?_/i, '').toLowerCase();
}

function valuesFor(
  scene: Scene,
  first: readonly Table[],
  name: string,
  type: string,
  whose: TenantIndex,
): readonly string[] {
  const { types } = scene.survey;
  const sql = types.get(type)?.sql ?? 'text';
  const base = baseType(types, type, -1).type;
  const argument = bare(name);
  const named: string[] = [];
  const typed: string[] = [];
  for (const table of [...first, ...scene.isolated.filter((one) => !first.includes(one))]) {
    for (const column of table.columns) {
      const own = baseType(types, column.type, -1).type;
      if (own.oid !== base.oid && own.category !== base.category) continue;
      const held = scene.rows(table, whose).flatMap(({ cells: all }) => all.get(column.name) ?? []);
      const isNamed = argument === column.name || argument.endsWith(`_${column.name}`);
      (isNamed ? named : typed).push(...held.slice(0, 2));
    }
  }
  const id = base.category === 'S' ? [scene.tenants[whose]] : [];
  const usual =
    base.category === 'B' ? ['true', 'false'] : base.category === 'N' ? ['1', '100'] : [];
  const all = [...new Set([...named, ...id, ...typed, ...usual])].slice(0, MOST_CALLS / 2);
  return all.map((text) => `${quoteLiteral(text)}::${sql}`);
}
