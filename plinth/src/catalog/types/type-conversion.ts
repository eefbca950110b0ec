// What ALTER COLUMN … TYPE does to values that exist: whether PostgreSQL converts them by itself,
// whether it writes every row anew, whether something may be lost. It knows PostgreSQL's own types;
// of others it assumes no cast but the one through text.

import { readTypeName, type TypeName } from './type-name.js';

export interface Conversion {
  /** The expression after USING; `undefined` where PostgreSQL needs none. */
  readonly using: string | undefined;
  readonly rewrites: boolean;
  /** What values may lose; `undefined` where they keep all. */
  readonly loses: string | undefined;
  readonly canFail: boolean;
}

const STRINGS = new Set(['text', 'character varying', 'character']);

/** Casts that an assignment makes by itself. Source: pg_cast of PostgreSQL 14 to 18. */
const ASSIGNED: Readonly<Record<string, readonly string[]>> = {
  smallint: ['integer', 'bigint', 'numeric', 'real', 'double precision', 'oid'],
  integer: ['smallint', 'bigint', 'numeric', 'real', 'double precision', 'money', 'oid'],
  bigint: ['smallint', 'integer', 'numeric', 'real', 'double precision', 'money', 'oid'],
  numeric: ['smallint', 'integer', 'bigint', 'real', 'double precision', 'money'],
  real: ['smallint', 'integer', 'bigint', 'numeric', 'double precision'],
  'double precision': ['smallint', 'integer', 'bigint', 'numeric', 'real'],
  money: ['numeric'],
  oid: ['integer', 'bigint'],
  date: ['timestamp without time zone', 'timestamp with time zone'],
  'timestamp without time zone': ['date', 'time without time zone', 'timestamp with time zone'],
  'timestamp with time zone': [
    'date',
    'time without time zone',
    'timestamp without time zone',
    'time with time zone',
  ],
  'time without time zone': ['interval', 'time with time zone'],
  'time with time zone': ['time without time zone'],
  interval: ['time without time zone'],
  json: ['jsonb'],
  jsonb: ['json'],
  cidr: ['inet'],
  inet: ['cidr'],
  macaddr: ['macaddr8'],
  macaddr8: ['macaddr'],
  bit: ['bit varying'],
  'bit varying': ['bit'],
  point: ['box'],
  path: ['polygon'],
  box: ['polygon'],
  polygon: ['path'],
};

/** Casts that have to be asked for. */
const EXPLICIT: Readonly<Record<string, readonly string[]>> = {
  boolean: ['integer'],
  integer: ['boolean', 'bit'],
  bigint: ['bit'],
  bit: ['integer', 'bigint'],
  jsonb: ['boolean', 'smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'],
  lseg: ['point'],
  box: ['point', 'lseg', 'circle'],
  polygon: ['point', 'box', 'circle'],
  circle: ['point', 'box', 'polygon'],
  int4range: ['int4multirange'],
  int8range: ['int8multirange'],
  numrange: ['nummultirange'],
  tsrange: ['tsmultirange'],
  tstzrange: ['tstzmultirange'],
  daterange: ['datemultirange'],
};

/** Pairs whose values are stored alike. */
const ALIKE: Readonly<Record<string, readonly string[]>> = {
  text: ['character varying'],
  'character varying': ['text'],
  cidr: ['inet'],
  xml: ['text', 'character varying'],
  bit: ['bit varying'],
  oid: ['integer'],
  integer: ['oid'],
};

/**
 * How values of one type become another.
 *
 * @param column As SQL writes its name.
 * @param hasCast Whether the user has made a cast for a pair of types.
 */
export function conversionOf(
  column: string,
  from: string,
  to: string,
  hasCast: (from: string, to: string) => boolean,
): Conversion {
  const [source, target] = [readTypeName(from), readTypeName(to)];
  const using = usingOf(column, source, target, to, hasCast);
  return {
    using,
    rewrites: using !== undefined || rewrites(source, target),
    loses: lossOf(source, target),
    canFail: using !== undefined || canFail(source, target),
  };
}

function usingOf(
  column: string,
  source: TypeName,
  target: TypeName,
  to: string,
  hasCast: (from: string, to: string) => boolean,
): string | undefined {
  if (target.isArray && !source.isArray && !isString(source)) {
    const item = conversionOf(column, source.base, target.base, hasCast).using ?? column;
    // An array of one unknown value is not what no value stands for.
    return `CASE WHEN ${column} IS NOT NULL THEN ARRAY[${item}] END`;
  }
  if (source.isArray !== target.isArray) {
    if (isString(target)) return undefined;
    return isString(source) ? `${column}::${to}` : `${column}::text::${to}`;
  }
  if (isAssigned(source, target)) return undefined;
  const isDirect =
    STRINGS.has(source.base) ||
    isCitext(source.base) ||
    EXPLICIT[source.base]?.includes(target.base) === true ||
    hasCast(source.base, target.base);
  if (isDirect) return `${column}::${to}`;
  return `${column}::text${source.isArray ? '[]' : ''}::${to}`;
}

/** Text is read and written by every type; PostgreSQL writes it by itself and reads it if asked. */
function isAssigned({ base: source }: TypeName, { base: target }: TypeName): boolean {
  if (source === target || STRINGS.has(target) || isCitext(target)) return true;
  if (STRINGS.has(source) && isCitext(target)) return true;
  return ASSIGNED[source]?.includes(target) === true;
}

function isString({ base, isArray }: TypeName): boolean {
  return !isArray && (STRINGS.has(base) || isCitext(base));
}

/** The one type of an extension that half of all schemas use: text that ignores case. */
function isCitext(base: string): boolean {
  return base === 'citext' || base.endsWith('.citext');
}

function rewrites(source: TypeName, target: TypeName): boolean {
  const [from, to] = [source.base, target.base];
  const isAlike =
    from === to ||
    ALIKE[from]?.includes(to) === true ||
    (isCitext(from) && (to === 'text' || to === 'character varying')) ||
    (isCitext(to) && (from === 'text' || from === 'character varying'));
  if (!isAlike || source.isArray !== target.isArray) return true;
  if (source.isArray) return from !== to || isNarrower(source, target) || isWider(source, target);
  if (from === 'character' || to === 'bit' || from === 'bit') return true;
  return isNarrower(source, target);
}

/** Whether modifiers of the same type, or of one stored alike, leave less room. */
function isNarrower({ base, modifiers: old }: TypeName, { modifiers: wanted }: TypeName): boolean {
  if (wanted.length === 0) return false;
  if (old.length === 0) return true;
  if (base === 'numeric') {
    const [precision = 0, scale = 0] = old;
    const [newPrecision = 0, newScale = 0] = wanted;
    return newPrecision < precision || newScale !== scale;
  }
  return (wanted[0] ?? 0) < (old[0] ?? 0);
}

function isWider({ modifiers: old }: TypeName, { modifiers: wanted }: TypeName): boolean {
  return old.join() !== wanted.join();
}

const EXACT = new Set(['smallint', 'integer', 'bigint']);
const FLOATING = new Set(['real', 'double precision']);
const NUMBERS = ['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision'];

/** What may be lost without an error. */
function lossOf(source: TypeName, target: TypeName): string | undefined {
  const [from, to] = [source.base, target.base];
  if (from === 'numeric' && to === 'numeric') return roundedScale(source, target);
  if ((from === 'numeric' || FLOATING.has(from)) && EXACT.has(to)) {
    return 'fractions are rounded away';
  }
  if (FLOATING.has(to) && losesDigits(from, to)) return 'digits beyond its precision are rounded';
  if (from.startsWith('timestamp') && to === 'date') return 'the time of day is lost';
  if (from.startsWith('timestamp') && to.startsWith('time ')) return 'the date is lost';
  if (from.startsWith('time') && from === to && isNarrower(source, target)) {
    return 'fractions of seconds are rounded';
  }
  if (from === 'interval' && to.startsWith('time ')) return 'whole days are lost';
  if (from === 'json' && to === 'jsonb')
    return 'white space, the order of keys and repeated keys are lost';
  if (from === 'integer' && to === 'boolean') return 'every number but 0 becomes true';
  if (from === 'time with time zone' && to !== from) return 'the zone is lost';
  return undefined;
}

function roundedScale(source: TypeName, target: TypeName): string | undefined {
  if (target.modifiers.length === 0) return undefined;
  const [, scale = source.modifiers.length === 0 ? Number.POSITIVE_INFINITY : 0] = source.modifiers;
  return (target.modifiers[1] ?? 0) < scale ? 'fractions are rounded' : undefined;
}

function losesDigits(from: string, to: string): boolean {
  const exact = to === 'real' ? 'smallint' : 'integer';
  return NUMBERS.indexOf(from) > NUMBERS.indexOf(exact) && !(from === 'real' || from === to);
}

/** Whether PostgreSQL may refuse a value. */
function canFail(source: TypeName, target: TypeName): boolean {
  const [from, to] = [source.base, target.base];
  if (STRINGS.has(to))
    return target.modifiers.length > 0 && (from !== to || isNarrower(source, target));
  if (from === to) return from === 'numeric' && isNarrower(source, target);
  const [a, b] = [NUMBERS.indexOf(from), NUMBERS.indexOf(to)];
  if (a !== -1 && b !== -1) return b < a || target.modifiers.length > 0 || to === 'real';
  return ['money', 'cidr', 'macaddr'].includes(to);
}
