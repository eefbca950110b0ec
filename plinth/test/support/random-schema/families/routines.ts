// Functions of several sorts, procedures, aggregates, and the operators and casts made of them.

import type { Decisions } from '../decisions.js';
import { drawFacets } from '../facets.js';
import type { Drawing, Family } from '../family.js';
import { BOOLEAN, INTEGER, pickType, TEXT, type ValueType } from '../value-type.js';
import { nameOf, type Routine } from '../world.js';

const EXECUTE = ['EXECUTE'] as const;

function signatureOf({ args }: Pick<Routine, 'args'>): string {
  return args.map(({ sql }) => sql).join(', ');
}

function finish({ world, decide }: Drawing, routine: Routine, create: string): readonly string[] {
  world.routines.push(routine);
  const target = `${routine.kind.toUpperCase()} ${routine.name}(${signatureOf(routine)})`;
  const grantTarget = `ROUTINE ${routine.name}(${signatureOf(routine)})`;
  return [create, ...drawFacets(decide, world, { target, grantTarget, privileges: EXECUTE })];
}

function attributes(decide: Decisions, volatility: string): string {
  const parts = [volatility];
  if (decide.chance('strict', 15)) parts.push('STRICT');
  if (decide.chance('definer', 10)) parts.push('SECURITY DEFINER');
  if (decide.chance('leakproof', 5)) parts.push('LEAKPROOF');
  if (decide.chance('parallel', 20))
    parts.push(`PARALLEL ${decide.one('parallel how', ['SAFE', 'RESTRICTED'])}`);
  if (decide.chance('cost', 10)) parts.push(`COST ${decide.one('cost value', [5, 500])}`);
  return parts.join(' ');
}

/** From one value to one of the same type, or to a number, or to a condition. */
export const scalarFamily: Family = {
  name: 'scalar function',
  prefix: 'turn',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const arg = pickType(decide, 'argument', world.types);
    const returns = decide.one('result', [arg, arg, INTEGER, BOOLEAN]);
    const body = bodyOf(decide, arg, returns);
    const isImmutable = decide.chance('immutable', 85);
    const head = `CREATE FUNCTION ${name}(${decide.one('argument name', ['', 'v '])}${arg.sql}) RETURNS ${returns.sql}`;
    const how = attributes(decide, isImmutable ? 'IMMUTABLE' : 'STABLE');
    const create = decide.one('language', [
      `${head} LANGUAGE sql ${how} AS $$ SELECT ${body} $$`,
      `${head} LANGUAGE sql ${how} RETURN ${body}`,
      `${head} LANGUAGE plpgsql ${how} AS $$ BEGIN RETURN ${body}; END $$`,
    ]);
    return finish(drawing, { name, kind: 'function', args: [arg], returns, isImmutable }, create);
  },
};

function bodyOf(decide: Decisions, arg: ValueType, returns: ValueType): string {
  const number = decide.integer('body', 4);
  if (returns === INTEGER && arg !== INTEGER) return `${number}`;
  if (returns === BOOLEAN && arg !== BOOLEAN) return number === 0 ? 'true' : `${number} > 0`;
  return decide.one('body form', ['$1', `CASE WHEN ${number} > 0 THEN $1 ELSE $1 END`]);
}

/** Of two values of one type: what operators and aggregates are made of. */
export const binaryFamily: Family = {
  name: 'binary function',
  prefix: 'join',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const arg = pickType(decide, 'argument', world.types);
    const returns = decide.one('result', [arg, BOOLEAN]);
    const body =
      returns === arg
        ? decide.one('side', ['$1', '$2', 'coalesce($1, $2)'])
        : decide.one('truth', ['true', 'false']);
    const create = `CREATE FUNCTION ${name}(${arg.sql}, ${arg.sql}) RETURNS ${returns.sql}
      LANGUAGE sql IMMUTABLE AS $$ SELECT ${body} $$`;
    const routine = {
      name,
      kind: 'function',
      args: [arg, arg],
      returns,
      isImmutable: true,
    } as const;
    return finish(drawing, routine, create);
  },
};

/** A constant, for defaults; it may have an argument with a default of its own. */
export const constantFamily: Family = {
  name: 'constant function',
  prefix: 'make',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const returns = pickType(decide, 'result', world.types);
    const more = decide.chance('argument', 25)
      ? [pickType(decide, 'argument type', world.types)]
      : [];
    const args = more.map(
      (type) => `shift ${type.sql} DEFAULT ${type.literal(decide.integer('argument default', 3))}`,
    );
    const value = `${returns.literal(decide.integer('value', 3))}::${returns.sql}`;
    const how = attributes(decide, decide.one('volatility', ['VOLATILE', 'STABLE']));
    const head = `CREATE FUNCTION ${name}(${args.join('')}) RETURNS ${returns.sql}`;
    const path = decide.chance('search path', 15) ? " SET search_path TO 'public', 'pg_temp'" : '';
    const create = decide.one('language', [
      `${head} LANGUAGE sql ${how}${path} AS $$ SELECT ${value} $$`,
      `${head} LANGUAGE plpgsql ${how}${path} AS $$ BEGIN RETURN ${value}; END $$`,
    ]);
    return finish(
      drawing,
      { name, kind: 'function', args: more, returns, isImmutable: false },
      create,
    );
  },
};

/** Reads a relation, takes its rows, or returns them. */
export const relationFunctionFamily: Family = {
  name: 'function of a relation',
  prefix: 'scan',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const relation = decide.pick('relation', world.relations, nameOf);
    if (relation === undefined) return undefined;
    const row: ValueType = {
      ...TEXT,
      sql: relation.name,
      family: 'other',
      isOrdered: false,
      hasCollation: false,
    };
    const shared = { name, kind: 'function', isImmutable: false } as const;
    const count = `SELECT count(*)::integer FROM ${relation.name}`;
    const how = attributes(decide, 'STABLE');
    switch (decide.integer('form', 6)) {
      case 0:
        return finish(
          drawing,
          { ...shared, args: [], returns: INTEGER },
          `CREATE FUNCTION ${name}() RETURNS integer LANGUAGE sql ${how} AS $$ ${count} $$`,
        );
      case 1:
        return finish(
          drawing,
          { ...shared, args: [], returns: INTEGER },
          `CREATE FUNCTION ${name}() RETURNS integer LANGUAGE sql ${how} BEGIN ATOMIC ${count}; END`,
        );
      case 2:
        return finish(
          drawing,
          { ...shared, args: [], returns: 'rows' },
          `CREATE FUNCTION ${name}() RETURNS SETOF ${relation.name} LANGUAGE sql ${how} AS $$ SELECT * FROM ${relation.name} $$`,
        );
      case 3:
        return finish(
          drawing,
          { ...shared, args: [row], returns: TEXT },
          `CREATE FUNCTION ${name}(${relation.name}) RETURNS text LANGUAGE sql ${how} AS $$ SELECT 'row' $$`,
        );
      case 4: {
        const { name: column, type } = relation.columns[0] ?? { name: '1', type: INTEGER };
        const one = `SELECT ${column} FROM ${relation.name} LIMIT 1`;
        return finish(
          drawing,
          { ...shared, args: [], returns: 'rows' },
          `CREATE FUNCTION ${name}() RETURNS TABLE (found ${type.sql}) LANGUAGE sql ${how} AS $$ ${one} $$`,
        );
      }
      default: {
        const { name: column } = decide.pick('typed by', relation.columns, nameOf) ?? {
          name: undefined,
        };
        if (column === undefined) return undefined;
        return finish(
          drawing,
          { ...shared, args: [], returns: 'rows' },
          `CREATE FUNCTION ${name}() RETURNS bigint LANGUAGE plpgsql ${how} AS $$ DECLARE found ${relation.name}.${column}%TYPE; BEGIN SELECT ${column} INTO found FROM ${relation.name} LIMIT 1; RETURN 1; END $$`,
        );
      }
    }
  },
};

export const triggerFunctionFamily: Family = {
  name: 'trigger function',
  prefix: 'fire',
  inSchema: true,
  draw(drawing) {
    const { name, decide } = drawing;
    const how = decide.chance('definer', 15) ? ' SECURITY DEFINER' : '';
    const body = decide.one('body', [
      'RETURN NEW;',
      'PERFORM 1; RETURN NEW;',
      'RETURN coalesce(NEW, OLD);',
    ]);
    const create = `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql${how} AS $$ BEGIN ${body} END $$`;
    const routine = {
      name,
      kind: 'function',
      args: [],
      returns: 'trigger',
      isImmutable: false,
    } as const;
    return finish(drawing, routine, create);
  },
};

export const procedureFamily: Family = {
  name: 'procedure',
  prefix: 'work',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const relation = decide.pick(
      'relation',
      world.relationsOf('table', 'partitioned table'),
      nameOf,
    );
    const arg = pickType(decide, 'argument', world.types);
    const body = relation === undefined ? 'SELECT 1' : `DELETE FROM ${relation.name} WHERE false`;
    const head = `CREATE PROCEDURE ${name}(${decide.one('argument name', ['a', 'b'])} ${arg.sql}) LANGUAGE sql`;
    const create = decide.chance('atomic', 40)
      ? `${head} BEGIN ATOMIC ${body}; END`
      : `${head} AS $$ ${body} $$`;
    const routine = {
      name,
      kind: 'procedure',
      args: [arg],
      returns: 'nothing',
      isImmutable: false,
    } as const;
    return finish(drawing, routine, create);
  },
};

export const aggregateFamily: Family = {
  name: 'aggregate',
  prefix: 'total',
  inSchema: true,
  draw(drawing) {
    const { name, world, decide } = drawing;
    const transition = decide.pick(
      'transition',
      world.functions(({ args, returns }) => args.length === 2 && returns === args[0]),
      nameOf,
    );
    const arg = transition?.args[0] ?? INTEGER;
    const clauses = [`SFUNC = ${transition?.name ?? 'int4pl'}`, `STYPE = ${arg.sql}`];
    if (decide.chance('start', 40) && arg === INTEGER)
      clauses.push(`INITCOND = '${decide.integer('start value', 3)}'`);
    const create = `CREATE AGGREGATE ${name}(${arg.sql}) (${clauses.join(', ')})`;
    const routine = {
      name,
      kind: 'aggregate',
      args: [arg],
      returns: arg,
      isImmutable: true,
    } as const;
    return finish(drawing, routine, create);
  },
};

export const operatorFamily: Family = {
  name: 'operator',
  prefix: 'op',
  inSchema: true,
  draw({ name, index, world, decide }) {
    const fitting = world.functions(({ args, kind }) => args.length === 2 && kind === 'function');
    const used = decide.pick('function', fitting, nameOf);
    const arg = used?.args[0];
    if (used === undefined || arg === undefined) return undefined;
    const schema = name.slice(0, name.indexOf('.'));
    const operator = `${schema}.${'@'.repeat(index + 2)}#`;
    const isCondition = used.returns === BOOLEAN;
    world.operators.push({ name: `OPERATOR(${operator})`, arg, isCondition });
    const more = decide.chance('commutator', 30) ? `, COMMUTATOR = OPERATOR(${operator})` : '';
    return [
      `CREATE OPERATOR ${operator} (FUNCTION = ${used.name}, LEFTARG = ${arg.sql}, RIGHTARG = ${arg.sql}${more})`,
      ...drawFacets(decide, world, { target: `OPERATOR ${operator} (${arg.sql}, ${arg.sql})` }),
    ];
  },
};

export const castFamily: Family = {
  name: 'cast',
  prefix: 'cast',
  inSchema: false,
  draw({ world, decide }) {
    const own = new Set(
      world.types.filter(({ family }) => family === 'other').map(({ sql }) => sql),
    );
    const fitting = world.functions(
      ({ args, returns }) =>
        args.length === 1 && own.has(args[0]?.sql ?? '') && returns === INTEGER,
    );
    const used = decide.pick('function', fitting, nameOf);
    const arg = used?.args[0];
    if (used === undefined || arg === undefined || world.casts.has(arg.sql)) return undefined;
    world.casts.add(arg.sql);
    const how = decide.one('how', ['', ' AS ASSIGNMENT']);
    return [
      `CREATE CAST (${arg.sql} AS integer) WITH FUNCTION ${used.name}(${arg.sql})${how}`,
      ...drawFacets(decide, world, { target: `CAST (${arg.sql} AS integer)`, hasOwner: false }),
    ];
  },
};
