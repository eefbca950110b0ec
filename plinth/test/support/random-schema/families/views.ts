// Views and materialized views over relations, functions and each other.

import type { Decisions } from '../decisions.js';
import { drawCondition, drawExpression } from '../expressions.js';
import { drawFacets } from '../facets.js';
import type { Drawing, Family } from '../family.js';
import { BIGINT, INTEGER, TEXT } from '../value-type.js';
import { type Column, nameOf, type Relation } from '../world.js';
import { TABLE_PRIVILEGES } from './tables.js';

interface Query {
  readonly sql: string;
  readonly columns: readonly Column[];
  /** Whether rows may be written through it. */
  readonly isSimple: boolean;
}

/** Columns are named q.…, so that a join leaves no doubt. */
function drawQuery({ world, decide }: Drawing): Query | undefined {
  const source = decide.pick('source', world.relations, nameOf);
  if (source === undefined) return undefined;
  const own = qualify(source, 'q');
  switch (decide.integer('form', 12)) {
    case 0:
      return grouped(source, own, decide);
    case 1:
      return {
        sql: `SELECT q AS whole, 1 AS one FROM ${source.name} q`,
        columns: [{ name: 'one', type: INTEGER, isWritable: false }],
        isSimple: false,
      };
    case 2:
      return {
        sql: `SELECT count(*) AS n FROM ${source.name} q`,
        columns: [{ name: 'n', type: BIGINT, isWritable: false }],
        isSimple: false,
      };
    case 3: {
      const rows = decide.pick(
        'rows',
        world.functions(({ returns, args }) => args.length === 0 && typeof returns === 'object'),
        nameOf,
      );
      if (rows === undefined || typeof rows.returns !== 'object') break;
      return {
        sql: `SELECT f.made FROM ${rows.name}() f(made)`,
        columns: [{ name: 'made', type: rows.returns, isWritable: false }],
        isSimple: false,
      };
    }
    case 4: {
      const other = decide.pick('arm', world.relations, nameOf) ?? source;
      const sql = `WITH w AS (SELECT 1 AS n FROM ${source.name} q) SELECT n FROM w UNION ALL SELECT 2 FROM ${other.name}`;
      return { sql, columns: [{ name: 'n', type: INTEGER, isWritable: false }], isSimple: false };
    }
    case 5: {
      const sets = world.functions(({ args, returns }) => args.length === 0 && returns === 'rows');
      const set = decide.pick('set', sets, nameOf);
      if (set === undefined) break;
      return {
        sql: `SELECT count(*) AS n FROM ${set.name}() f`,
        columns: [{ name: 'n', type: BIGINT, isWritable: false }],
        isSimple: false,
      };
    }
    case 6:
      return aggregated(source, world, decide) ?? listed(source, own, world, decide);
  }
  return listed(source, own, world, decide);
}

/** Over an aggregate of the schema. */
function aggregated(
  source: Relation,
  world: Drawing['world'],
  decide: Decisions,
): Query | undefined {
  const aggregates = world.routines.filter(({ kind }) => kind === 'aggregate');
  const pairs = aggregates.flatMap(({ name, args: [arg] }) =>
    source.columns.flatMap((column) =>
      arg !== undefined && column.type.sql === arg.sql ? [{ name, column }] : [],
    ),
  );
  const pair = decide.pick('aggregate', pairs, ({ name, column }) => `${name} ${column.name}`);
  if (pair === undefined) return undefined;
  return {
    sql: `SELECT ${pair.name}(q.${pair.column.name}) AS total FROM ${source.name} q`,
    columns: [{ name: 'total', type: pair.column.type, isWritable: false }],
    isSimple: false,
  };
}

function qualify({ columns }: Relation, alias: string): readonly Column[] {
  return columns.map((column) => ({ ...column, name: `${alias}.${column.name}` }));
}

function listed(
  source: Relation,
  own: readonly Column[],
  world: Drawing['world'],
  decide: Decisions,
): Query {
  const chosen = source.columns.filter(({ name }) => decide.chance(`shows ${name}`, 70));
  const items = chosen.map(({ name }) => `q.${name}`);
  const columns: Column[] = chosen.map((column) => ({ ...column, isWritable: false }));
  const value = decide.chance('computes', 40)
    ? drawExpression(decide, 'value', own, world)
    : undefined;
  if (value !== undefined) {
    items.push(`${value.sql} AS computed`);
    columns.push({ name: 'computed', type: value.type, isWritable: false });
  }
  const scalars = world.functions(({ args, returns }) => args.length === 0 && returns === INTEGER);
  const scalar = decide.chance('calls', 20) ? decide.pick('called', scalars, nameOf) : undefined;
  if (scalar !== undefined) {
    items.push(`${scalar.name}() AS called`);
    columns.push({ name: 'called', type: INTEGER, isWritable: false });
  }
  const other = decide.chance('joins', 25)
    ? decide.pick('joined', world.relations, nameOf)
    : undefined;
  const join =
    other === undefined
      ? ''
      : ` ${decide.one('join', ['', 'LEFT '])}JOIN (SELECT 1 AS joined FROM ${other.name}) j ON true`;
  if (other !== undefined) {
    items.push('j.joined');
    columns.push({ name: 'joined', type: INTEGER, isWritable: false });
  }
  const where = decide.chance('where', 40)
    ? ` WHERE ${drawCondition(decide, 'condition', own, world)}`
    : '';
  const isSimple =
    join === '' &&
    value === undefined &&
    scalar === undefined &&
    items.length > 0 &&
    source.kind === 'table';
  return {
    sql: `SELECT ${items.join(', ')} FROM ${source.name} q${join}${where}`,
    columns,
    isSimple,
  };
}

/** Grouped by its primary key, it may show other columns: the query stands on the key then. */
function grouped(source: Relation, own: readonly Column[], decide: Decisions): Query {
  const key = source.primaryKey;
  const shown = decide.pick(
    'shown',
    source.columns.filter(({ type }) => type.isOrdered),
    nameOf,
  );
  if (shown === undefined)
    return {
      sql: `SELECT 'x'::text AS x FROM ${source.name}`,
      columns: [{ name: 'x', type: TEXT, isWritable: false }],
      isSimple: false,
    };
  const by = key === undefined || own.length === 0 ? [shown.name] : key;
  const sql = `SELECT q.${shown.name}, count(*) AS n FROM ${source.name} q GROUP BY ${by.map((name) => `q.${name}`).join(', ')}`;
  const columns = [
    { ...shown, isWritable: false },
    { name: 'n', type: BIGINT, isWritable: false },
  ];
  return { sql, columns, isSimple: false };
}

function push(
  { world, name }: Drawing,
  kind: 'view' | 'materialized view',
  columns: readonly Column[],
): void {
  world.relations.push({
    name,
    kind,
    columns,
    keys: [],
    primaryKey: undefined,
    keyed: [],
    partitioning: undefined,
    isPartition: false,
    isUnlogged: false,
  });
}

export const viewFamily: Family = {
  name: 'view',
  prefix: 'v',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const query = drawQuery(drawing);
    if (query === undefined) return undefined;
    push(drawing, 'view', query.columns);
    const options: string[] = [];
    if (decide.chance('barrier', 12)) options.push('security_barrier = true');
    if (world.major >= 15 && decide.chance('invoker', 12)) options.push('security_invoker = true');
    const withOptions = options.length === 0 ? '' : ` WITH (${options.join(', ')})`;
    const checked = query.isSimple && decide.chance('check', 20);
    const check = checked
      ? ` WITH ${decide.one('checked', ['LOCAL ', 'CASCADED '])}CHECK OPTION`
      : '';
    const [first] = query.columns;
    const hasDefault = query.isSimple && first !== undefined && decide.chance('default', 8);
    const facets = {
      target: `VIEW ${name}`,
      grantTarget: `TABLE ${name}`,
      privileges: TABLE_PRIVILEGES,
    };
    return [
      `CREATE VIEW ${name}${withOptions} AS ${query.sql}${check}`,
      ...(hasDefault
        ? [`ALTER VIEW ${name} ALTER COLUMN ${first.name} SET DEFAULT ${first.type.literal(1)}`]
        : []),
      ...(first !== undefined && decide.chance('column comment', 8)
        ? [`COMMENT ON COLUMN ${name}.${first.name} IS 'shown'`]
        : []),
      ...(first !== undefined && decide.chance('column grant', 6)
        ? [
            `GRANT SELECT (${first.name}) ON ${name} TO ${decide.pick('reader', world.roles, String)}`,
          ]
        : []),
      ...drawFacets(decide, world, facets),
    ];
  },
};

export const materializedViewFamily: Family = {
  name: 'materialized view',
  prefix: 'mat',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const query = drawQuery(drawing);
    if (query === undefined) return undefined;
    push(drawing, 'materialized view', query.columns);
    const options = decide.chance('options', 12) ? ' WITH (fillfactor = 60)' : '';
    const facets = {
      target: `MATERIALIZED VIEW ${name}`,
      grantTarget: `TABLE ${name}`,
      privileges: TABLE_PRIVILEGES,
    };
    return [
      `CREATE MATERIALIZED VIEW ${name}${options} AS ${query.sql}`,
      ...drawFacets(decide, world, facets),
    ];
  },
};
