// Writes functions and procedures as SQL: their names, their arguments, and the statement that
// creates or replaces one.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { literalFor } from '../columns/plain-literal.js';
import { qualifiedName } from '../object-id.js';
import { dollarQuote } from './dollar-quote.js';
import type { Routine, RoutineArgument, RoutineBody } from './routine-definition.js';
import { settingClause } from './routine-settings.js';

const LONGEST_LINE = 100;

/** `public.area(double precision)`, for what is named by the types of its arguments. */
export function signedName({
  names,
  signature,
}: Pick<CatalogObject, 'names' | 'signature'>): string {
  return `${qualifiedName(names)}(${signature ?? ''})`;
}

/** `FUNCTION public.area(double precision)`. */
export function routineTarget(routine: Routine): string {
  const { returns, arguments: list } = routine.definition;
  if (returns !== null) return `FUNCTION ${signedName(routine)}`;
  // Without the modes it could be mistaken for one with OUT arguments.
  const types = list.map(({ mode, type }) => `${mode.toUpperCase()} ${type}`);
  return `PROCEDURE ${qualifiedName(routine.names)}(${types.join(', ')})`;
}

/** The whole statement; `head` is `CREATE` or `CREATE OR REPLACE`. */
export function routineText(routine: Routine, head: string): string {
  const { definition } = routine;
  const noun = definition.returns === null ? 'PROCEDURE' : 'FUNCTION';
  const start = `${head} ${noun} ${qualifiedName(routine.names)}`;
  const inside = definition.arguments.filter(({ mode }) => mode !== 'table').map(argumentText);
  return [
    `${start}${bracketed(inside, start.length)}`,
    ...returnsClause(routine),
    ...attributeClauses(routine),
    bodyClause(definition.body),
  ].join('\n');
}

function argumentText({ mode, name, type, default: value }: RoutineArgument): string {
  const words = mode === 'in' || mode === 'table' ? [] : [mode.toUpperCase()];
  if (name !== null) words.push(quoteIdentifier(name));
  words.push(type);
  if (value !== null) words.push('DEFAULT', defaultText(value, type));
  return words.join(' ');
}

function defaultText(value: string, type: string): string {
  return value === `NULL::${type}` ? 'NULL' : literalFor(value, type);
}

/** On one line where that is not long, else an item a line. */
function bracketed(items: readonly string[], indent: number): string {
  const line = items.join(', ');
  if (indent + line.length + 2 <= LONGEST_LINE) return `(${line})`;
  return `(\n${items.map((item) => `    ${item}`).join(',\n')}\n)`;
}

function returnsClause({ definition }: Routine): readonly string[] {
  const { returns, arguments: list } = definition;
  if (returns === null) return [];
  const columns = list.filter(({ mode }) => mode === 'table').map(argumentText);
  if (columns.length > 0) return [`RETURNS TABLE ${bracketed(columns, 'RETURNS TABLE '.length)}`];
  if (returns.set) return [`RETURNS SETOF ${returns.type}`];
  // OUT arguments say it already.
  const isSaid = list.some(({ mode }) => mode === 'out' || mode === 'inout');
  return isSaid ? [] : [`RETURNS ${returns.type}`];
}

function attributeClauses({ definition }: Routine): readonly string[] {
  const { transforms, volatility, parallel, cost, rows, support, settings } = definition;
  const types = transforms.map((type) => `FOR TYPE ${type}`);
  return [
    `LANGUAGE ${quoteIdentifier(definition.language)}`,
    ...(types.length > 0 ? [`TRANSFORM ${types.join(', ')}`] : []),
    ...(definition.window ? ['WINDOW'] : []),
    ...(volatility === 'VOLATILE' ? [] : [volatility]),
    ...(definition.strict ? ['STRICT'] : []),
    ...(definition.securityDefiner ? ['SECURITY DEFINER'] : []),
    ...(definition.leakproof ? ['LEAKPROOF'] : []),
    ...(parallel === 'UNSAFE' ? [] : [`PARALLEL ${parallel}`]),
    ...(cost === null ? [] : [`COST ${cost}`]),
    ...(rows === null ? [] : [`ROWS ${rows}`]),
    ...(support === null ? [] : [`SUPPORT ${support}`]),
    ...settings.map(settingClause),
  ];
}

function bodyClause(body: RoutineBody): string {
  switch (body.form) {
    case 'sql':
      return body.text;
    case 'text':
      return `AS ${dollarQuote(body.text)}`;
    case 'link': {
      const symbol = quoteLiteral(body.symbol);
      return body.file === null ? `AS ${symbol}` : `AS ${quoteLiteral(body.file)}, ${symbol}`;
    }
  }
}
