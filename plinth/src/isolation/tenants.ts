// Who the two tenants of a proof are, and which columns say whose a row is. It fills nothing.

import { randomInt, randomUUID } from 'node:crypto';
import { baseType } from './survey/base-type.js';
import type { Survey, Table, Type } from './survey/survey.js';

/** The columns of each table, by its oid, that hold a tenant's id. */
export type TenantColumns = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The columns of that name, and those that foreign keys tie to them: where notes.tenant_id refers to
 * tenants.id, both hold a tenant's id.
 */
export function findTenantColumns({ tables }: Survey, column: string): TenantColumns {
  const found = new Map<string, Set<string>>();
  const add = (oid: string, name: string): boolean => {
    const names = found.get(oid) ?? new Set();
    if (names.has(name)) return false;
    found.set(oid, names.add(name));
    return true;
  };
  for (const table of tables) if (hasColumn(table, column)) add(table.oid, column);
  const pairs = tables.flatMap(({ oid, foreignKeys }) =>
    foreignKeys.flatMap(({ columns, target, targetColumns }) =>
      columns.map((name, index) => ({ oid, name, target, other: targetColumns[index] ?? '' })),
    ),
  );
  for (let grows = true; grows; ) {
    grows = false;
    for (const { oid, name, target, other } of pairs) {
      if (found.get(oid)?.has(name) === true) grows = add(target, other) || grows;
      if (found.get(target)?.has(other) === true) grows = add(oid, name) || grows;
    }
  }
  return found;
}

export function hasColumn({ columns }: Table, name: string): boolean {
  return columns.some((column) => column.name === name);
}

/** The ids of two tenants that no row has yet, or why there are none. */
export function chooseTenants(
  survey: Survey,
  columns: TenantColumns,
): readonly [string, string] | string {
  const held = survey.tables.flatMap((table) =>
    table.columns.filter(({ name }) => columns.get(table.oid)?.has(name) === true),
  );
  const types = held.map(({ type, typmod }) => baseType(survey.types, type, typmod));
  const names = new Set(types.map(({ type }) => type.name));
  const fixed = knownTenants(survey, columns);
  if (fixed !== undefined) return fixed;
  const enumType = types.find(({ type }) => type.kind === 'e');
  if (enumType !== undefined) return labelsOf(enumType.type);
  const whole = [...names].filter((name) => /^int[248]$|^numeric$/.test(name));
  if (names.has('uuid')) {
    return whole.length > 0 ? 'some tenant ids are uuid, some are numbers' : uuids();
  }
  if (whole.length > 0) return numbers(whole.includes('int2') ? 15_000 : 900_000_000);
  const strange = [...names].find((name) => !/^(text|varchar|bpchar|citext|name)$/.test(name));
  if (strange !== undefined) return `a tenant id is of the type ${strange}`;
  const lengths = types.flatMap(({ typmod }) => (typmod > 4 ? [typmod - 4] : []));
  return texts(Math.min(20, ...lengths));
}

/** Where every tenant has a partition of its own, only those that have one can have rows. */
function knownTenants(
  { tables }: Survey,
  columns: TenantColumns,
): readonly [string, string] | undefined {
  const lists = tables.filter(
    ({ oid, partitionKey: [key = '', ...others] }) =>
      others.length === 0 && columns.get(oid)?.has(key) === true,
  );
  for (const { oid } of lists) {
    const bounds = tables.flatMap(({ parents, bound }) => (parents.includes(oid) ? [bound] : []));
    if (bounds.some((bound) => bound === null || !bound.startsWith('FOR VALUES IN'))) continue;
    const [a, b] = bounds
      .flatMap((bound) => /'((?:[^']|'')*)'|(\d+)/.exec(bound ?? '')?.slice(1) ?? [])
      .filter((text) => text !== undefined);
    if (a !== undefined && b !== undefined) return [a, b];
  }
  return undefined;
}

function labelsOf({ labels, name }: Type): readonly [string, string] | string {
  const [a, b] = labels;
  return a === undefined || b === undefined ? `the enum ${name} has no two labels` : [a, b];
}

function uuids(): readonly [string, string] {
  return [randomUUID(), randomUUID()];
}

function numbers(base: number): readonly [string, string] {
  const first = base + randomInt(base / 1000) * 2;
  return [String(first), String(first + 1)];
}

/** Letters and digits only, which most rules for ids allow. */
function texts(length: number): readonly [string, string] {
  const token = randomUUID().replaceAll('-', '');
  const of = (mark: string) => `plinth${mark}${token}`.slice(0, length);
  if (length >= 12) return [of('a'), of('b')];
  return [`a${token}`.slice(0, length), `b${token}`.slice(0, length)];
}
