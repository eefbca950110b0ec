// Partitioned tables, and tables that are their partitions or could be.

import type { Decisions } from '../decisions.js';
import type { Family } from '../family.js';
import { BIGINT, INTEGER, TEXT } from '../value-type.js';
import { type Column, nameOf, type Partitioning, type Relation } from '../world.js';
import { drawColumns, drawKey, tableSettings } from './tables.js';

const STRATEGIES = ['range', 'list', 'hash'] as const;

function drawPartitioning(decide: Decisions, columns: readonly Column[]): Partitioning | undefined {
  const column = decide.pick('partition column', columns, nameOf);
  if (column === undefined) return undefined;
  return { strategy: decide.one('strategy', STRATEGIES), column, hasDefault: false };
}

function clauseOf({ strategy, column }: Partitioning): string {
  return ` PARTITION BY ${strategy.toUpperCase()} (${column.name})`;
}

export const partitionedTableFamily: Family = {
  name: 'partitioned table',
  prefix: 'parted',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide, lasting } = drawing;
    const own = drawColumns(name, ['a', 'b', 'c'], drawing);
    const routes: readonly Column[] = [
      { name: 'at', type: INTEGER, isWritable: true },
      { name: 'shard', type: lasting.one('shard type', [TEXT, BIGINT, INTEGER]), isWritable: true },
    ];
    const columns = [...own.columns, ...routes];
    const partitioning = drawPartitioning(lasting, routes);
    if (partitioning === undefined) return undefined;
    const keyed = [partitioning.column.name];
    const key = drawKey(decide, 'primary key', columns, keyed);
    const hasKey = decide.chance('has a primary key', 50) && key !== undefined;
    const constraints = hasKey ? [`PRIMARY KEY (${key.join(', ')})`] : [];
    const clauses = [
      ...own.clauses,
      ...routes.map((column) => `${column.name} ${column.type.sql}`),
      ...constraints,
    ];
    world.relations.push({
      name,
      kind: 'partitioned table',
      columns,
      keys: hasKey ? [key] : [],
      primaryKey: hasKey ? key : undefined,
      keyed,
      partitioning,
      isPartition: false,
      isUnlogged: false,
    });
    return [
      `CREATE TABLE ${name} (${clauses.join(', ')})${clauseOf(partitioning)}`,
      ...own.statements.filter((statement) => !statement.includes('OWNED BY')),
      ...tableSettings(name, drawing).filter((statement) => !statement.includes('REPLICA')),
    ];
  },
};

/** Above this there are sub-partitions. */
const WIDTH = 100;

export const partitionFamily: Family = {
  name: 'partition',
  prefix: 'piece',
  inSchema: true,
  draw(drawing) {
    const { name, index, world, decide, lasting } = drawing;
    const parents = world.relationsOf('partitioned table');
    const parent = lasting.pick('parent', parents, nameOf);
    if (parent?.partitioning === undefined) return undefined;
    const bound = drawBound(parent, parent.partitioning, index, decide);
    if (bound === undefined) return undefined;
    const columns = parent.columns.map((column) =>
      column.name === parent.partitioning?.column.name
        ? { ...column, literal: bound.literal }
        : column,
    );
    const others = columns.filter(
      (column) => ['at', 'shard'].includes(column.name) && !parent.keyed.includes(column.name),
    );
    const partitioning = decide.chance('is partitioned', 20)
      ? drawPartitioning(decide, others)
      : undefined;
    const keyed =
      partitioning === undefined ? parent.keyed : [...parent.keyed, partitioning.column.name];
    // Keys of the parent have to contain what a partition is split by as well.
    const canSplit =
      partitioning !== undefined &&
      parent.keys.every((key) => key.includes(partitioning.column.name));
    const relation: Relation = {
      name,
      kind: canSplit ? 'partitioned table' : 'table',
      columns,
      keys: [...parent.keys],
      primaryKey: parent.primaryKey,
      keyed: canSplit ? keyed : parent.keyed,
      partitioning: canSplit ? partitioning : undefined,
      isPartition: true,
      isUnlogged: false,
    };
    world.relations.push(relation);
    const split = canSplit && partitioning !== undefined ? clauseOf(partitioning) : '';
    return [
      ...create(name, parent, bound.sql, split, decide),
      ...tableSettings(name, drawing).filter(
        (statement) => split === '' || !statement.includes('REPLICA'),
      ),
    ];
  },
};

function create(
  name: string,
  parent: Relation,
  bound: string,
  split: string,
  decide: Decisions,
): readonly string[] {
  const attach = `ALTER TABLE ${parent.name} ATTACH PARTITION ${name} ${bound}`;
  const alike = `CREATE TABLE ${name} (LIKE ${parent.name} INCLUDING GENERATED INCLUDING DEFAULTS)${split}`;
  switch (decide.integer('birth', 10)) {
    case 0:
      return [alike];
    case 1:
    case 2:
      return [alike, attach];
    default:
      return [`CREATE TABLE ${name} PARTITION OF ${parent.name} ${bound}${split}`];
  }
}

interface Bound {
  readonly sql: string;
  readonly literal: (row: number) => string;
}

function drawBound(
  parent: Relation,
  partitioning: Partitioning,
  index: number,
  decide: Decisions,
): Bound | undefined {
  const { strategy, column, hasDefault } = partitioning;
  const quote = (value: number): string =>
    column.type.family === 'text' ? `'${value}'` : `${value}`;
  // As text, all of them have as many digits.
  const first = 1000 + index * WIDTH;
  const literal = (row: number): string => quote(first + row);
  if (strategy !== 'hash' && !hasDefault && decide.chance('default', 12)) {
    parent.partitioning = { ...partitioning, hasDefault: true };
    return { sql: 'DEFAULT', literal: (row) => quote(9000 + row) };
  }
  switch (strategy) {
    case 'range': {
      const width = decide.one('width', [WIDTH, 50, 10]);
      return { sql: `FOR VALUES FROM (${quote(first)}) TO (${quote(first + width)})`, literal };
    }
    case 'list': {
      const values = [0, 1, 2, 3, 4].filter(
        (value) => value < 3 || decide.chance(`value ${value}`, 50),
      );
      return {
        sql: `FOR VALUES IN (${values.map((value) => quote(first + value)).join(', ')})`,
        literal,
      };
    }
    case 'hash':
      if (index >= 8) return undefined;
      return { sql: `FOR VALUES WITH (MODULUS 8, REMAINDER ${index})`, literal };
  }
}
