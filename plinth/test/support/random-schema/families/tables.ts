// Tables with columns of every sort, children that inherit, and foreign tables.

import type { Decisions } from '../decisions.js';
import { drawCondition, drawExpression } from '../expressions.js';
import { drawFacets } from '../facets.js';
import type { Drawing, Family } from '../family.js';
import { pickType, type ValueType } from '../value-type.js';
import { type Column, nameOf, type Relation, type World } from '../world.js';

export const TABLE_PRIVILEGES = ['SELECT', 'INSERT', 'UPDATE', 'ALL', 'SELECT, DELETE'] as const;
const COLUMN_NAMES = ['a', 'b', 'c', '"Mixed Case"', 'e', '"user"'] as const;

/** The columns of a table, as clauses and as what others may refer to. */
export interface DrawnColumns {
  readonly clauses: readonly string[];
  readonly columns: readonly Column[];
  /** What is said of them once the table is there. */
  readonly statements: readonly string[];
}

export function drawColumns(
  table: string,
  names: readonly string[],
  drawing: Drawing,
): DrawnColumns {
  const { world, decide } = drawing;
  const clauses: string[] = [];
  const columns: Column[] = [];
  const statements: string[] = [];
  for (const name of names) {
    if (!decide.chance(`${name} is there`, 75)) continue;
    const generated = generatedColumn(name, columns, world, decide);
    const drawn = generated ?? plainColumn(table, name, world, decide);
    clauses.push(drawn.clause);
    columns.push(drawn.column);
    statements.push(...drawn.statements, ...columnSettings(table, drawn.column, world, decide));
  }
  return { clauses, columns, statements };
}

interface DrawnColumn {
  readonly clause: string;
  readonly column: Column;
  readonly statements: readonly string[];
}

function generatedColumn(
  name: string,
  before: readonly Column[],
  world: World,
  decide: Decisions,
): DrawnColumn | undefined {
  if (!decide.chance(`${name} is generated`, 12)) return undefined;
  const sources = before.filter(({ isWritable }) => isWritable);
  const value = drawExpression(decide, `${name} value`, sources, world);
  if (value === undefined) return undefined;
  const isVirtual = world.major >= 18 && decide.chance(`${name} is virtual`, 30) && isPlain(value);
  return {
    clause: `${name} ${value.type.sql} GENERATED ALWAYS AS (${value.sql}) ${isVirtual ? 'VIRTUAL' : 'STORED'}`,
    column: { name, type: value.type, isWritable: false },
    statements: [],
  };
}

/** Virtual columns know nothing of the schema's own functions and types. */
function isPlain({ sql }: { readonly sql: string }): boolean {
  return !sql.includes('.');
}

function plainColumn(table: string, name: string, world: World, decide: Decisions): DrawnColumn {
  const type = pickType(decide, `${name} type`, world.types);
  const words = [name, type.sql];
  if (type.hasCollation && decide.chance(`${name} is collated`, 15)) {
    words.push(`COLLATE ${decide.pick(`${name} collation`, world.collations, String)}`);
  }
  const isIdentity =
    /^(integer|bigint|smallint)$/.test(type.sql) && decide.chance(`${name} is identity`, 12);
  const statements: string[] = [];
  if (isIdentity) {
    const start = decide.chance(`${name} starts`, 30)
      ? ` (START WITH ${decide.one(`${name} start`, [5, 50])})`
      : '';
    words.push(
      `GENERATED ${decide.one(`${name} identity`, ['BY DEFAULT', 'ALWAYS'])} AS IDENTITY${start}`,
    );
  } else {
    const value = drawDefault(table, name, type, world, decide);
    if (value !== undefined) words.push(`DEFAULT ${value.sql}`);
    statements.push(...(value?.statements ?? []));
    if (decide.chance(`${name} is not null`, 30)) words.push('NOT NULL');
  }
  return { clause: words.join(' '), column: { name, type, isWritable: true }, statements };
}

function drawDefault(
  table: string,
  name: string,
  type: ValueType,
  world: World,
  decide: Decisions,
): { readonly sql: string; readonly statements: readonly string[] } | undefined {
  if (!decide.chance(`${name} has a default`, 35)) return undefined;
  const makers = world.functions(({ args, returns }) => args.length === 0 && returns === type);
  const maker = decide.pick(`${name} default function`, sameResult(makers, type, world), nameOf);
  if (maker !== undefined && decide.chance(`${name} default is called`, 60)) {
    return { sql: `${maker.name}()`, statements: [] };
  }
  const sequence = decide.pick(`${name} sequence`, world.sequences, String);
  if (
    type.family === 'number' &&
    sequence !== undefined &&
    decide.chance(`${name} is counted`, 50)
  ) {
    const isOwned = decide.chance(`${name} owns`, 40) && !world.ownedSequences.has(sequence);
    const canOwn = schemaOf(sequence) === schemaOf(table);
    if (isOwned && canOwn) world.ownedSequences.add(sequence);
    const owned = `ALTER SEQUENCE ${sequence} OWNED BY ${table}.${name}`;
    return { sql: `nextval('${sequence}')`, statements: isOwned && canOwn ? [owned] : [] };
  }
  return { sql: type.literal(decide.integer(`${name} default`, 3)), statements: [] };
}

function sameResult(
  exact: readonly Relationless[],
  type: ValueType,
  world: World,
): readonly Relationless[] {
  const named = world.functions(
    ({ args, returns }) =>
      args.length === 0 && typeof returns === 'object' && returns.sql === type.sql,
  );
  return named.length > 0 ? named : exact;
}
type Relationless = ReturnType<World['functions']>[number];

export function schemaOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}

function columnSettings(
  table: string,
  { name, type }: Column,
  world: World,
  decide: Decisions,
): readonly string[] {
  const alter = `ALTER TABLE ${table} ALTER COLUMN ${name}`;
  const statements: string[] = [];
  if (type.sql === 'text' && decide.chance(`${name} storage`, 12)) {
    statements.push(
      `${alter} SET STORAGE ${decide.one(`${name} stored`, ['EXTERNAL', 'MAIN', 'PLAIN'])}`,
    );
  }
  if (type.sql === 'text' && decide.chance(`${name} compression`, 5)) {
    statements.push(`${alter} SET COMPRESSION pglz`);
  }
  if (decide.chance(`${name} target`, 5)) {
    statements.push(`${alter} SET STATISTICS ${decide.one(`${name} targeted`, [50, 200])}`);
  }
  if (decide.chance(`${name} options`, 4)) statements.push(`${alter} SET (n_distinct = 5)`);
  if (decide.chance(`${name} comment`, 6)) {
    statements.push(
      `COMMENT ON COLUMN ${table}.${name} IS 'column ${decide.integer(`${name} words`, 2)}'`,
    );
  }
  if (decide.chance(`${name} grant`, 5)) {
    const to = decide.pick(`${name} grantee`, world.roles, String);
    statements.push(
      `GRANT ${decide.one(`${name} privilege`, ['SELECT', 'UPDATE'])} (${name}) ON ${table} TO ${to}`,
    );
  }
  return statements;
}

/** Settings of a table as a whole. */
export function tableSettings(table: string, { world, decide }: Drawing): readonly string[] {
  const statements: string[] = [];
  if (decide.chance('row security', 20))
    statements.push(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
  if (decide.chance('forced', 10)) statements.push(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
  if (decide.chance('full identity', 7))
    statements.push(`ALTER TABLE ${table} REPLICA IDENTITY FULL`);
  const facets = {
    target: `TABLE ${table}`,
    grantTarget: `TABLE ${table}`,
    privileges: TABLE_PRIVILEGES,
  };
  return [...statements, ...drawFacets(decide, world, facets)];
}

export const tableFamily: Family = {
  name: 'table',
  prefix: 't',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const { clauses, columns, statements } = drawColumns(name, COLUMN_NAMES, drawing);
    const keys: (readonly string[])[] = [];
    const primaryKey = drawKey(decide, 'primary key', columns);
    const constraints: string[] = [];
    if (primaryKey !== undefined && decide.chance('has a primary key', 70)) {
      constraints.push(
        `${decide.one('key name', ['', 'CONSTRAINT its_key '])}PRIMARY KEY (${primaryKey.join(', ')})`,
      );
      keys.push(primaryKey);
    }
    if (decide.chance('check', 25))
      constraints.push(`CHECK (${drawCondition(decide, 'check on', columns, world)})`);
    const isUnlogged = decide.chance('unlogged', 6);
    const options = decide.chance('options', 12)
      ? ` WITH (fillfactor = ${decide.one('fill', [50, 70])})`
      : '';
    world.relations.push({
      name,
      kind: 'table',
      columns,
      keys,
      primaryKey: keys[0],
      keyed: [],
      partitioning: undefined,
      isPartition: false,
      isUnlogged,
    });
    return [
      `CREATE ${isUnlogged ? 'UNLOGGED ' : ''}TABLE ${name} (${[...clauses, ...constraints].join(', ')})${options}`,
      ...statements,
      ...tableSettings(name, drawing),
    ];
  },
};

/** Columns of a key, one or two. */
export function drawKey(
  decide: Decisions,
  label: string,
  columns: readonly Column[],
  more: readonly string[] = [],
): readonly string[] | undefined {
  const fitting = columns.filter(({ type, name }) => type.isOrdered && !more.includes(name));
  const count = decide.chance(`${label} is wide`, 25) ? 2 : 1;
  const chosen = decide.some(`${label} columns`, fitting, count, nameOf).map(nameOf);
  const key = [...chosen, ...more];
  return key.length === 0 ? undefined : key;
}

export const childTableFamily: Family = {
  name: 'child table',
  prefix: 'child',
  inSchema: true,
  draw(drawing) {
    const { name, index, world } = drawing;
    // Under another parent, columns would be its own: PostgreSQL keeps those of the one it leaves.
    const parent = world
      .relationsOf('table')
      .find((relation) => !relation.isPartition && relation.name.endsWith(`.t${index}`));
    if (parent === undefined) return undefined;
    const own = drawColumns(name, ['x', 'y'], drawing);
    // Generated columns of parents are inherited, with their expressions.
    const columns = [...parent.columns, ...own.columns];
    const relation: Relation = {
      name,
      kind: 'table',
      columns,
      keys: [],
      primaryKey: undefined,
      keyed: [],
      partitioning: undefined,
      isPartition: true,
      isUnlogged: false,
    };
    world.relations.push(relation);
    return [
      `CREATE TABLE ${name} (${own.clauses.join(', ')}) INHERITS (${parent.name})`,
      ...own.statements,
      ...tableSettings(name, drawing),
    ];
  },
};

export const typedTableFamily: Family = {
  name: 'typed table',
  prefix: 'typed',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide, lasting } = drawing;
    const type = lasting.pick('type', world.composites, nameOf);
    if (type === undefined) return undefined;
    const words = type.columns.flatMap((column) => {
      const isFixed = decide.chance(`${column.name} is not null`, 20);
      return isFixed ? [`${column.name} WITH OPTIONS NOT NULL`] : [];
    });
    world.relations.push({
      name,
      kind: 'table',
      columns: type.columns,
      keys: [],
      primaryKey: undefined,
      keyed: [],
      partitioning: undefined,
      isPartition: true,
      isUnlogged: false,
    });
    const list = words.length === 0 ? '' : ` (${words.join(', ')})`;
    return [`CREATE TABLE ${name} OF ${type.name}${list}`, ...tableSettings(name, drawing)];
  },
};

export const foreignTableFamily: Family = {
  name: 'foreign table',
  prefix: 'far',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const server = decide.pick('server', world.servers, String);
    if (server === undefined) return undefined;
    const columns: Column[] = [];
    const clauses: string[] = [];
    for (const column of ['a', 'b', 'c']) {
      if (!decide.chance(`${column} is there`, 75)) continue;
      const type = pickType(decide, `${column} type`, world.types);
      columns.push({ name: column, type, isWritable: false });
      const options = decide.chance(`${column} options`, 20)
        ? ` OPTIONS (at '${decide.integer(`${column} at`, 3)}')`
        : '';
      clauses.push(
        `${column} ${type.sql}${options}${decide.chance(`${column} is not null`, 20) ? ' NOT NULL' : ''}`,
      );
    }
    const options = decide.chance('options', 50)
      ? ` OPTIONS (there '${decide.integer('there', 3)}')`
      : '';
    world.relations.push({
      name,
      kind: 'foreign table',
      columns,
      keys: [],
      primaryKey: undefined,
      keyed: [],
      partitioning: undefined,
      isPartition: false,
      isUnlogged: false,
    });
    const facets = {
      target: `FOREIGN TABLE ${name}`,
      grantTarget: `TABLE ${name}`,
      privileges: TABLE_PRIVILEGES,
    };
    return [
      `CREATE FOREIGN TABLE ${name} (${clauses.join(', ')}) SERVER ${server}${options}`,
      ...drawFacets(decide, world, facets),
    ];
  },
};
