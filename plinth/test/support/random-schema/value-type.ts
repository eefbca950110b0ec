// The types that columns and arguments may have, with literals for rows: the same row number gives
// the same value in every column of a type, so that rows of different tables refer to each other.

import type { Decisions } from './decisions.js';

/** What expressions may do with a value. */
export type ValueClass = 'number' | 'text' | 'flag' | 'time' | 'range' | 'other';

export interface ValueType {
  /** As SQL writes it. */
  readonly sql: string;
  readonly family: ValueClass;
  /** Whether btree can index it. */
  readonly isOrdered: boolean;
  readonly hasCollation: boolean;
  /** A literal of row 0, 1, 2 …, ascending. */
  readonly literal: (row: number) => string;
}

type Builtin = readonly [sql: string, literal: (row: number) => string];

const NUMBERS: readonly [Builtin, ...Builtin[]] = [
  ['integer', (row) => `${row}`],
  ['bigint', (row) => `${row}`],
  ['smallint', (row) => `${row}`],
  ['numeric(10,2)', (row) => `${row}`],
  ['double precision', (row) => `${row}`],
];
const TEXTS: readonly [Builtin, ...Builtin[]] = [
  ['text', (row) => `'${row}'`],
  ['character varying(20)', (row) => `'${row}'`],
  ['character(4)', (row) => `'${row}'`],
];
const TIMES: readonly [Builtin, ...Builtin[]] = [
  ['date', (row) => `'2020-01-0${row + 1}'`],
  ['timestamp with time zone', (row) => `'2020-01-0${row + 1} 00:00:00+00'`],
  ['timestamp(3) without time zone', (row) => `'2020-01-0${row + 1} 00:00:00'`],
];
const ORDERED: readonly [Builtin, ...Builtin[]] = [
  ['uuid', (row) => `'00000000-0000-0000-0000-00000000000${row}'`],
  ['interval', (row) => `'${row} days'`],
  ['inet', (row) => `'10.0.0.${row}'`],
  ['bytea', (row) => `'\\x0${row}'`],
  ['jsonb', (row) => `'${row}'`],
  ['integer[]', (row) => `'{${row}}'`],
  ['text[]', (row) => `'{a,${row}}'`],
  ['time without time zone', (row) => `'0${row}:00:00'`],
  ['bit varying(8)', (row) => `B'${row.toString(2)}'`],
];
const UNORDERED: readonly [Builtin, ...Builtin[]] = [
  ['json', (row) => `'${row}'`],
  ['point', (row) => `'(${row},${row})'`],
  ['xml', (row) => `'<a>${row}</a>'`],
];
const RANGES: readonly [Builtin, ...Builtin[]] = [
  ['int4range', (row) => `'[${row * 10},${row * 10 + 5})'`],
  ['tstzrange', (row) => `'[2020-01-0${row + 1},2020-01-0${row + 2})'`],
];

function builtin([sql, literal]: Builtin, family: ValueClass, isOrdered = true): ValueType {
  return { sql, family, isOrdered, hasCollation: family === 'text', literal };
}

export const INTEGER: ValueType = builtin(NUMBERS[0], 'number');
export const BIGINT: ValueType = { ...INTEGER, sql: 'bigint' };
export const TEXT: ValueType = builtin(TEXTS[0], 'text');
export const BOOLEAN: ValueType = {
  sql: 'boolean',
  family: 'flag',
  isOrdered: true,
  hasCollation: false,
  literal: (row) => (row % 2 === 0 ? 'false' : 'true'),
};

function arrayOf({ sql, isOrdered, literal }: ValueType): ValueType {
  const list = (row: number): string => `ARRAY[${literal(row)}]::${sql}[]`;
  return { sql: `${sql}[]`, family: 'other', isOrdered, hasCollation: false, literal: list };
}

/** A type of PostgreSQL's own, or one of `own`. */
export function pickType(decide: Decisions, label: string, own: readonly ValueType[]): ValueType {
  const share = decide.integer(label, 100);
  if (share < 25) {
    const type = decide.pick(`${label} of its own`, own, ({ sql }) => sql);
    if (type !== undefined) return decide.chance(`${label} as array`, 20) ? arrayOf(type) : type;
  }
  if (share < 55) return builtin(decide.one(`${label} of numbers`, NUMBERS), 'number');
  if (share < 75) return builtin(decide.one(`${label} of texts`, TEXTS), 'text');
  if (share < 80) return BOOLEAN;
  if (share < 87) return builtin(decide.one(`${label} of times`, TIMES), 'time');
  if (share < 95) return builtin(decide.one(`${label} of others`, ORDERED), 'other');
  if (share < 98) return builtin(decide.one(`${label} of ranges`, RANGES), 'range');
  return builtin(decide.one(`${label} of unordered`, UNORDERED), 'other', false);
}
