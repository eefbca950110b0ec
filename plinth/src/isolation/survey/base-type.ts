// What lies below domains. It reads no database.

import type { Type } from './survey.js';

export interface TypeUse {
  readonly type: Type;
  readonly typmod: number;
}

const UNKNOWN: Type = {
  oid: '705',
  name: 'text',
  kind: 'b',
  category: 'S',
  sql: 'text',
  element: null,
  base: null,
  baseTypmod: -1,
  labels: [],
  subtype: null,
  fields: [],
  checks: [],
};

/** The type that a domain stands on; any other type is itself. */
export function baseType(types: ReadonlyMap<string, Type>, oid: string, typmod: number): TypeUse {
  const type = types.get(oid) ?? UNKNOWN;
  if (type.kind !== 'd' || type.base === null) return { type, typmod };
  return baseType(types, type.base, type.baseTypmod);
}

/** The conditions of a domain and of those below it. */
export function domainChecks(types: ReadonlyMap<string, Type>, oid: string): readonly string[] {
  const type = types.get(oid);
  if (type === undefined || type.kind !== 'd' || type.base === null) return [];
  return [...type.checks, ...domainChecks(types, type.base)];
}
