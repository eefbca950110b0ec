// A table of a survey for unit tests, with what a case says and nothing else.

import type { Column, ForeignKey, Survey, Table, Type } from './survey.js';

const NOTHING = {
  select: false,
  insert: false,
  update: false,
  delete: false,
  truncate: false,
  references: false,
  trigger: false,
} as const;

export function textType(name = 'text', oid = '25'): Type {
  return {
    oid,
    name,
    kind: 'b',
    category: 'S',
    sql: name,
    element: null,
    base: null,
    baseTypmod: -1,
    labels: [],
    subtype: null,
    fields: [],
    checks: [],
  };
}

export function column(name: string, parts: Partial<Column> = {}): Column {
  return {
    name,
    type: '25',
    typeSql: 'text',
    typmod: -1,
    isRequired: true,
    default: null,
    isGenerated: false,
    identity: '',
    may: { select: true, insert: true, update: true },
    ...parts,
  };
}

/** @param columns Names; with `?` behind it a column may be NULL. */
export function table(
  name: string,
  columns: readonly (string | Column)[],
  parts: Partial<Table> = {},
): Table {
  return {
    oid: name,
    sql: name,
    kind: 'r',
    secured: false,
    forced: false,
    hasTriggers: false,
    isPartition: false,
    parents: [],
    bound: null,
    partitionKey: [],
    estimatedRows: 0,
    may: NOTHING,
    fillerMay: { select: true, insert: true },
    publicPrivileges: [],
    columns: columns.map((one) =>
      typeof one === 'string'
        ? column(one.replace('?', ''), { isRequired: !one.endsWith('?') })
        : one,
    ),
    keys: [],
    foreignKeys: [],
    checks: [],
    policies: [],
    ...parts,
  };
}

/** `notes.tenant_id` refers to `tenants.id`: `foreignKey('tenant_id', 'tenants.id')`. */
export function foreignKey(columns: string, target: string): ForeignKey {
  const [oid = '', names = ''] = target.split('.');
  return {
    name: `${columns}_fkey`,
    columns: columns.split(','),
    target: oid,
    targetColumns: names.split(','),
    isDeferrable: false,
    onDelete: 'a',
    onUpdate: 'a',
  };
}

export function survey(tables: readonly Table[], types: readonly Type[] = [textType()]): Survey {
  return {
    serverVersion: 180_000,
    filler: { name: 'postgres', bypasses: true },
    tables,
    types: new Map(types.map((type) => [type.oid, type])),
    views: [],
    functions: [],
    role: {
      name: 'app',
      isReachable: true,
      attributes: [],
      defaultPrivileges: [],
    },
  };
}
