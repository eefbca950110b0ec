// Schemas, enums, domains, composite types, ranges and collations.

import { drawFacets } from '../facets.js';
import type { Drawing, Family } from '../family.js';
import { pickType, type ValueType } from '../value-type.js';

export const schemaFamily: Family = {
  name: 'schema',
  prefix: 'space',
  inSchema: false,
  draw({ name, world, decide }) {
    world.schemas.push(name);
    const facets = { target: `SCHEMA ${name}`, grantTarget: `SCHEMA ${name}` };
    return [
      `CREATE SCHEMA ${name}`,
      ...drawFacets(decide, world, { ...facets, privileges: ['USAGE', 'CREATE', 'ALL'] }),
    ];
  },
};

const TYPE_PRIVILEGES = ['USAGE'] as const;

function typeFacets({ name, world, decide }: Drawing): readonly string[] {
  const target = `TYPE ${name}`;
  return drawFacets(decide, world, { target, grantTarget: target, privileges: TYPE_PRIVILEGES });
}

const ENUM_VALUES = ['low', 'mid', "it''s", 'high', 'Top'] as const;

export const enumFamily: Family = {
  name: 'enum',
  prefix: 'mood',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const kept = ENUM_VALUES.filter((value) => decide.chance(`value ${value}`, 75));
    const values = decide.chance('reversed', 15) ? [...kept].reverse() : kept;
    const last = `'${values.at(-1) ?? 'only'}'`;
    const literal = (row: number) => (values[row] === undefined ? last : `'${values[row]}'`);
    const type = {
      sql: name,
      family: 'other',
      isOrdered: true,
      hasCollation: false,
      literal,
    } as const;
    world.types.push(type);
    world.enums.push(type);
    const list = values.length === 0 ? "'only'" : values.map((value) => `'${value}'`).join(', ');
    return [`CREATE TYPE ${name} AS ENUM (${list})`, ...typeFacets(drawing)];
  },
};

export const domainFamily: Family = {
  name: 'domain',
  prefix: 'kept',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const base = pickType(decide, 'base', world.types);
    const clauses = [`CREATE DOMAIN ${name} AS ${base.sql}`];
    if (base.hasCollation && decide.chance('collated', 20)) {
      clauses.push(`COLLATE ${decide.pick('collation', world.collations, String)}`);
    }
    if (decide.chance('default', 30))
      clauses.push(`DEFAULT ${base.literal(decide.integer('default value', 3))}`);
    if (decide.chance('not null', 15)) clauses.push('NOT NULL');
    for (const [label, check] of Object.entries(domainChecks(drawing, base))) {
      if (decide.chance(label, 30)) clauses.push(`CONSTRAINT ${label} CHECK (${check})`);
    }
    world.types.push({ ...base, sql: name });
    const target = `DOMAIN ${name}`;
    const facets = { target, grantTarget: target, privileges: TYPE_PRIVILEGES };
    return [clauses.join(' '), ...drawFacets(decide, world, facets)];
  },
};

function domainChecks(
  { world, decide }: Drawing,
  base: ValueType,
): Readonly<Record<string, string>> {
  const fitting = world.functions(
    ({ args, returns }) =>
      args.length === 1 && args[0]?.sql === base.sql && typeof returns === 'object',
  );
  const own = decide.pick('check function', fitting, ({ name }) => name);
  const byFunction: Record<string, string> =
    own === undefined ? {} : { fits: `${own.name}(VALUE) IS NOT NULL` };
  switch (base.family) {
    case 'number':
      return {
        ...byFunction,
        positive: 'VALUE >= 0',
        bounded: `VALUE < ${decide.one('bound', [9000, 9999])}`,
      };
    case 'text':
      return {
        ...byFunction,
        filled: 'length(VALUE) > 0',
        plain: "VALUE <> 'zz' AND VALUE !~ 'q'",
      };
    default:
      return byFunction;
  }
}

export const compositeFamily: Family = {
  name: 'composite type',
  prefix: 'pair',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const attributes: { readonly name: string; readonly type: ValueType }[] = [];
    for (const attribute of ['a', '"B"', 'c']) {
      if (!decide.chance(`attribute ${attribute}`, 75)) continue;
      attributes.push({
        name: attribute,
        type: pickType(decide, `type of ${attribute}`, world.types),
      });
    }
    const columns = attributes.map((attribute) => ({ ...attribute, isWritable: true }));
    world.composites.push({ name, columns });
    world.types.push({
      sql: name,
      family: 'other',
      isOrdered: attributes.length > 0 && attributes.every(({ type }) => type.isOrdered),
      hasCollation: false,
      literal: (row) => `ROW(${attributes.map(({ type }) => type.literal(row)).join(', ')})`,
    });
    const list = attributes
      .map((attribute) => `${attribute.name} ${attribute.type.sql}`)
      .join(', ');
    const comments = attributes
      .filter((attribute) => decide.chance(`comment on ${attribute.name}`, 8))
      .map((attribute) => `COMMENT ON COLUMN ${name}.${attribute.name} IS 'part'`);
    return [`CREATE TYPE ${name} AS (${list})`, ...comments, ...typeFacets(drawing)];
  },
};

export const rangeFamily: Family = {
  name: 'range type',
  prefix: 'span',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const subtype = decide.one('subtype', ['integer', 'bigint', 'numeric', 'double precision']);
    const clauses = [`SUBTYPE = ${subtype}`];
    if (subtype === 'double precision' && decide.chance('difference', 40)) {
      clauses.push('SUBTYPE_DIFF = float8mi');
    }
    world.types.push({
      sql: name,
      family: 'range',
      isOrdered: true,
      hasCollation: false,
      literal: (row) => `'[${row * 10},${row * 10 + 5})'`,
    });
    return [`CREATE TYPE ${name} AS RANGE (${clauses.join(', ')})`, ...typeFacets(drawing)];
  },
};

export const collationFamily: Family = {
  name: 'collation',
  prefix: 'sorted',
  inSchema: true,
  draw({ name, world, decide }) {
    const source = decide.one('source', [
      "(provider = icu, locale = 'de')",
      "(provider = icu, locale = 'en')",
      'FROM "C"',
    ]);
    world.collations.push(name);
    return [
      `CREATE COLLATION ${name} ${source}`,
      ...drawFacets(decide, world, { target: `COLLATION ${name}` }),
    ];
  },
};
