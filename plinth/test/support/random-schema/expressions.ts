// Random expressions over the columns of a relation, most of them true for the rows that are made.

import type { Decisions } from './decisions.js';
import { BIGINT, TEXT, type ValueType } from './value-type.js';
import { type Column, nameOf, type World } from './world.js';

export interface Expression {
  readonly sql: string;
  readonly type: ValueType;
}

/** A condition over one of the columns. */
export function drawCondition(
  decide: Decisions,
  label: string,
  columns: readonly Column[],
  world: World,
): string {
  const column = decide.pick(`${label} column`, columns, nameOf);
  if (column === undefined) return 'true';
  const own = applied(decide, label, column, world, ({ returns }) => returns !== 'rows');
  if (own !== undefined) return `${own.sql} IS NOT NULL`;
  const compared = operated(decide, label, column, world);
  if (compared !== undefined) return compared;
  const condition = conditionOn(decide, label, column);
  if (!decide.chance(`${label} joined`, 25)) return condition;
  const other = decide.pick(`${label} other column`, columns, nameOf) ?? column;
  const link = decide.one(`${label} link`, ['OR', 'AND']);
  return `(${condition} ${link} ${conditionOn(decide, `${label} other`, other)})`;
}

/** An operator of the schema between a column and itself. */
function operated(
  decide: Decisions,
  label: string,
  { name, type }: Column,
  world: World,
): string | undefined {
  const fitting = world.operators.filter(({ arg }) => arg.sql === type.sql);
  const operator = decide.pick(`${label} operator`, fitting, nameOf);
  if (operator === undefined || !decide.chance(`${label} is operated`, 50)) return undefined;
  const sql = `(${name} ${operator.name} ${name})`;
  return operator.isCondition ? `${sql} IS NOT NULL` : `num_nonnulls${sql} < 2`;
}

function conditionOn(decide: Decisions, label: string, { name, type }: Column): string {
  switch (type.family) {
    case 'number':
      return decide.one(`${label} test`, [
        `${name} >= 0`,
        `${name} < 9000`,
        `${name} <> 77`,
        `${name} BETWEEN 0 AND 9000`,
        `${name} NOT IN (55, 66)`,
      ]);
    case 'text':
      return decide.one(`${label} test`, [
        `length(${name}) > 0`,
        `${name} <> 'zz'`,
        `${name} !~ 'q'`,
        `upper(${name}) NOT IN ('X', 'Y')`,
      ]);
    case 'flag':
      return decide.one(`${label} test`, [`${name} OR NOT ${name}`, `${name} IS NOT NULL`]);
    case 'range':
      return `NOT isempty(${name})`;
    case 'time':
      return decide.one(`${label} test`, [`${name} > '-infinity'`, `${name} <> 'infinity'`]);
    case 'other':
      return type.isOrdered
        ? `${name} >= ${type.literal(0)}::${type.sql}`
        : `num_nonnulls(${name}) < 2`;
  }
}

/** A value made from one of the columns. */
export function drawExpression(
  decide: Decisions,
  label: string,
  columns: readonly Column[],
  world: World,
): Expression | undefined {
  const column = decide.pick(`${label} column`, columns, nameOf);
  if (column === undefined) return undefined;
  const own = applied(decide, label, column, world, ({ returns }) => typeof returns === 'object');
  if (own !== undefined) return own;
  const { name, type } = column;
  if (type.family === 'number') {
    const sql = decide.one(`${label} sum`, [`${name}::bigint + 1`, `${name}::bigint * 2`]);
    return { sql: `(${sql})`, type: BIGINT };
  }
  if (type.family !== 'text') return undefined;
  const sql = decide.one(`${label} text`, [
    `upper(${name})`,
    `lower(${name})`,
    `(${name}::text || 'x')`,
  ]);
  return { sql, type: TEXT };
}

/** An immutable function of the schema on a column. */
function applied(
  decide: Decisions,
  label: string,
  { name, type }: Column,
  world: World,
  fits: (routine: { readonly returns: unknown }) => boolean,
): Expression | undefined {
  if (!decide.chance(`${label} by function`, 35)) return undefined;
  const fitting = world.functions(
    ({ args, isImmutable, returns }) =>
      isImmutable && args.length === 1 && args[0]?.sql === type.sql && fits({ returns }),
  );
  const chosen = decide.pick(`${label} function`, fitting, nameOf);
  if (chosen === undefined || typeof chosen.returns !== 'object') return undefined;
  return { sql: `${chosen.name}(${name})`, type: chosen.returns };
}
