// Constraints and indexes that are added to what is there: keys, checks, foreign keys, exclusions,
// indexes, statistics.

import type { Decisions } from '../decisions.js';
import { drawCondition, drawExpression } from '../expressions.js';
import { drawFacets } from '../facets.js';
import type { Family } from '../family.js';
import { type Column, nameOf, type Relation, type World } from '../world.js';
import { drawKey, schemaOf } from './tables.js';

function pickTable(decide: Decisions, world: World): Relation | undefined {
  return decide.pick('table', world.relationsOf('table', 'partitioned table'), nameOf);
}

function commentOn(decide: Decisions, name: string, table: string): readonly string[] {
  return decide.chance('comment', 12)
    ? [`COMMENT ON CONSTRAINT ${name} ON ${table} IS 'rule ${decide.integer('words', 2)}'`]
    : [];
}

export const uniqueFamily: Family = {
  name: 'unique constraint',
  prefix: 'uniq',
  inSchema: false,
  draw({ name, world, decide }) {
    const table = pickTable(decide, world);
    if (table === undefined) return undefined;
    const columns = drawKey(decide, 'key', table.columns, table.keyed);
    if (columns === undefined) return undefined;
    const isDeferrable = decide.chance('deferrable', 20);
    const nulls = world.major >= 15 && decide.chance('nulls', 15) ? ' NULLS NOT DISTINCT' : '';
    const more = decide.pick(
      'included',
      table.columns.filter((column) => !columns.includes(column.name)),
      nameOf,
    );
    const include =
      more !== undefined && decide.chance('include', 15) ? ` INCLUDE (${more.name})` : '';
    const when = isDeferrable
      ? decide.one('when', [' DEFERRABLE', ' DEFERRABLE INITIALLY DEFERRED'])
      : '';
    if (!isDeferrable && !table.isPartition) table.keys.push(columns);
    return [
      `ALTER TABLE ${table.name} ADD CONSTRAINT ${name} UNIQUE${nulls} (${columns.join(', ')})${include}${when}`,
      ...commentOn(decide, name, table.name),
    ];
  },
};

export const checkFamily: Family = {
  name: 'check',
  prefix: 'ok',
  inSchema: false,
  draw({ name, world, decide }) {
    const table = pickTable(decide, world);
    if (table === undefined) return undefined;
    const condition = drawCondition(decide, 'condition', table.columns, world);
    const isAlone = table.kind === 'table' && decide.chance('no inherit', 10) ? ' NO INHERIT' : '';
    const valid = decide.chance('not valid', 12) ? ' NOT VALID' : '';
    return [
      `ALTER TABLE ${table.name} ADD CONSTRAINT ${name} CHECK (${condition})${isAlone}${valid}`,
      ...commentOn(decide, name, table.name),
    ];
  },
};

const ACTIONS = [
  '',
  ' ON DELETE CASCADE',
  ' ON DELETE SET NULL',
  ' ON UPDATE CASCADE',
  ' ON DELETE RESTRICT ON UPDATE SET DEFAULT',
] as const;

export const foreignKeyFamily: Family = {
  name: 'foreign key',
  prefix: 'ref',
  inSchema: false,
  draw({ name, world, decide }) {
    const pairs = world
      .relationsOf('table', 'partitioned table')
      .flatMap((table) => pairsFrom(table, world));
    const pair = decide.pick('pair', pairs, ({ sql }) => sql);
    if (pair === undefined) return undefined;
    const { table } = pair;
    const canDefer = decide.chance('deferrable', 20)
      ? decide.one('when', [' DEFERRABLE', ' DEFERRABLE INITIALLY DEFERRED'])
      : '';
    const valid = table.kind === 'table' && decide.chance('not valid', 12) ? ' NOT VALID' : '';
    return [
      `ALTER TABLE ${table.name} ADD CONSTRAINT ${name} ${pair.sql}${decide.one('action', ACTIONS)}${canDefer}${valid}`,
      ...commentOn(decide, name, table.name),
    ];
  },
};

interface Pair {
  readonly table: Relation;
  readonly sql: string;
}

/** What a table can refer to: the keys of one column of the same type, and its own. */
function pairsFrom(table: Relation, world: World): readonly Pair[] {
  return world.relationsOf('table', 'partitioned table').flatMap((target) =>
    target.keys.flatMap((key): readonly Pair[] => {
      const wanted = key.map(
        (name) => target.columns.find((column) => column.name === name)?.type.sql,
      );
      const fitting = table.columns.filter(
        (column) => column.isWritable && column.type.sql === wanted[0],
      );
      if (wanted.length !== 1 || target.isUnlogged !== table.isUnlogged) return [];
      return fitting.map((column) => ({
        table,
        sql: `FOREIGN KEY (${column.name}) REFERENCES ${target.name} (${key.join(', ')})`,
      }));
    }),
  );
}

export const exclusionFamily: Family = {
  name: 'exclusion constraint',
  prefix: 'excl',
  inSchema: false,
  draw({ name, world, decide }) {
    const candidates = world
      .relationsOf('table')
      .flatMap((table) =>
        table.columns
          .filter(({ type }) => type.family === 'range')
          .map((column) => ({ table, column })),
      );
    const chosen = decide.pick(
      'column',
      candidates,
      ({ table, column }) => `${table.name}.${column.name}`,
    );
    if (chosen === undefined) return undefined;
    const { table, column } = chosen;
    const where = decide.chance('where', 30) ? ` WHERE (NOT isempty(${column.name}))` : '';
    return [
      `ALTER TABLE ${table.name} ADD CONSTRAINT ${name} EXCLUDE USING gist (${column.name} WITH &&)${where}`,
      ...commentOn(decide, name, table.name),
    ];
  },
};

export const indexFamily: Family = {
  name: 'index',
  prefix: 'idx',
  inSchema: false,
  draw({ name, world, decide }) {
    const relation = decide.pick(
      'relation',
      world.relationsOf('table', 'partitioned table', 'materialized view'),
      nameOf,
    );
    if (relation === undefined) return undefined;
    const element = drawElement(relation.columns, world, decide);
    if (element === undefined) return undefined;
    const isBtree = element.method === 'btree';
    const second = decide.pick(
      'second',
      relation.columns.filter(({ type }) => type.isOrdered),
      nameOf,
    );
    const isWide = isBtree && second !== undefined && decide.chance('is wide', 20);
    const elements = isWide ? `${element.sql}, ${second.name}` : element.sql;
    const isUnique = isBtree && relation.keyed.length === 0 && decide.chance('unique', 10);
    const included = decide.pick('included', relation.columns, nameOf);
    const include =
      isBtree && included !== undefined && decide.chance('include', 10)
        ? ` INCLUDE (${included.name})`
        : '';
    const fill =
      isBtree && decide.chance('fill', 8)
        ? ` WITH (fillfactor = ${decide.one('filled', [60, 80])})`
        : '';
    const where = decide.chance('where', 20)
      ? ` WHERE ${drawCondition(decide, 'condition', relation.columns, world)}`
      : '';
    const qualified = `${schemaOf(relation.name)}.${name}`;
    return [
      `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX ${name} ON ${relation.name} USING ${element.method} (${elements})${include}${fill}${where}`,
      ...drawFacets(decide, world, { target: `INDEX ${qualified}`, hasOwner: false }),
      ...(decide.chance('cluster', 4) && isBtree && where === '' && relation.kind === 'table'
        ? [`ALTER TABLE ${relation.name} CLUSTER ON ${name}`]
        : []),
    ];
  },
};

interface Element {
  readonly method: 'btree' | 'hash' | 'gin' | 'gist' | 'brin';
  readonly sql: string;
}

function drawElement(
  columns: readonly Column[],
  world: World,
  decide: Decisions,
): Element | undefined {
  if (decide.chance('expression', 30)) {
    const expression = drawExpression(decide, 'value', columns, world);
    if (expression?.type.isOrdered) return { method: 'btree', sql: `(${expression.sql})` };
  }
  const column = decide.pick('column', columns, nameOf);
  if (column === undefined) return undefined;
  const { name, type } = column;
  const configuration = decide.pick('configuration', world.configurations, String);
  if (type.family === 'text' && configuration !== undefined && decide.chance('searched', 40)) {
    return { method: 'gin', sql: `to_tsvector('${configuration}'::regconfig, ${name}::text)` };
  }
  if (type.sql === 'jsonb')
    return { method: 'gin', sql: decide.one('opclass', [name, `${name} jsonb_path_ops`]) };
  if (type.family === 'range') return { method: 'gist', sql: name };
  if (!type.isOrdered) return undefined;
  if (type.sql === 'text' && decide.chance('pattern', 15))
    return { method: 'btree', sql: `${name} text_pattern_ops` };
  if (type.hasCollation && decide.chance('collated', 10)) {
    return {
      method: 'btree',
      sql: `${name} COLLATE ${decide.pick('collation', world.collations, String)}`,
    };
  }
  if (['integer', 'bigint'].includes(type.sql) && decide.chance('brin', 10))
    return { method: 'brin', sql: name };
  if (['integer', 'text'].includes(type.sql) && decide.chance('hash', 8))
    return { method: 'hash', sql: name };
  const order = decide.one('order', ['', '', ' DESC', ' DESC NULLS LAST', ' NULLS FIRST']);
  return { method: 'btree', sql: `${name}${order}` };
}

export const statisticsFamily: Family = {
  name: 'statistics',
  prefix: 'stat',
  inSchema: true,
  draw({ name, world, decide }) {
    const relation = decide.pick(
      'relation',
      world.relationsOf('table', 'partitioned table', 'materialized view'),
      nameOf,
    );
    if (relation === undefined) return undefined;
    const ordered = relation.columns.filter(({ type, isWritable }) => type.isOrdered && isWritable);
    const chosen = decide.some('columns', ordered, 2, nameOf).map(nameOf);
    if (chosen.length < 2) return undefined;
    const how = decide.one('how', ['', ' (ndistinct)', ' (dependencies, mcv)']);
    return [
      `CREATE STATISTICS ${name}${how} ON ${chosen.join(', ')} FROM ${relation.name}`,
      ...(decide.chance('target', 20) ? [`ALTER STATISTICS ${name} SET STATISTICS 40`] : []),
      ...drawFacets(decide, world, { target: `STATISTICS ${name}` }),
    ];
  },
};
