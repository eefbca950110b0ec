// Storage parameters and options of relations, which PostgreSQL keeps as a list of `name=value`:
// how they are read, written after WITH, and changed with SET and RESET.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';

const PLAIN_VALUE = /^(?:[a-z_][a-z0-9_]*|-?\d+(?:\.\d+)?)$/;

/**
 * SQL for the parameters of a relation as a JSON list in PostgreSQL's order, which pg_dump shows;
 * those of its TOAST table stand last, with the prefix `toast.`. Without `toast` it has none.
 */
export function parameterList(options: string, toast = 'NULL::text[]'): string {
  return `(CASE WHEN ${options} IS NULL AND ${toast} IS NULL THEN '[]'::json ELSE
    (SELECT coalesce(json_agg(o.option ORDER BY o.part, o.place), '[]'::json) FROM (
      SELECT option, 0 AS part, place FROM unnest(${options}) WITH ORDINALITY AS a (option, place)
      WHERE ${IS_OF_USER}
      UNION ALL
      SELECT 'toast.' || option, 1, place FROM unnest(${toast}) WITH ORDINALITY AS b (option, place)
    ) o) END)`;
}

// PostgreSQL's own note on a column since the minor versions of November 2026: pg_dump leaves it out.
const IS_OF_USER = `option NOT LIKE 'pg\\_attver=%'`;

/** SQL that says whether a column has parameters that somebody gave it. */
export function hasParameters(options: string): string {
  return `(${options} IS NOT NULL AND EXISTS (SELECT FROM unnest(${options}) AS option WHERE ${IS_OF_USER}))`;
}

/** `fillfactor = 70, toast.autovacuum_enabled = off`: what stands in the parentheses after WITH or SET. */
export function parameterText(parameters: readonly string[]): string {
  return parameters
    .map(split)
    .map(({ name, value }) => `${writeName(name)} = ${writeValue(value)}`)
    .join(', ');
}

/**
 * The actions of ALTER that lead from one list to the other: `SET (…)`, `RESET (…)`. What is set
 * moves to the end of the list, so what stands after it is set again.
 */
export function changeParameters(
  before: readonly string[],
  after: readonly string[],
): readonly string[] {
  const names = new Set(after.map((parameter) => split(parameter).name));
  const stays = (parameter: string): boolean => names.has(split(parameter).name);
  const set = [false, true].flatMap((toast) => {
    const own = (parameter: string): boolean => parameter.startsWith('toast.') === toast;
    return endFrom(before.filter(own).filter(stays), after.filter(own));
  });
  const gone = before
    .filter((parameter) => !stays(parameter))
    .map((parameter) => split(parameter).name);
  return [
    ...(set.length === 0 ? [] : [`SET (${parameterText(set)})`]),
    ...(gone.length === 0 ? [] : [`RESET (${gone.map(writeName).join(', ')})`]),
  ];
}

/** The second list from where it is no longer the first. */
function endFrom(before: readonly string[], after: readonly string[]): readonly string[] {
  const at = after.findIndex((parameter, index) => before[index] !== parameter);
  return at === -1 ? [] : after.slice(at);
}

function split(parameter: string): { readonly name: string; readonly value: string } {
  const at = parameter.indexOf('=');
  return { name: parameter.slice(0, at), value: parameter.slice(at + 1) };
}

function writeName(name: string): string {
  return name.split('.').map(quoteIdentifier).join('.');
}

function writeValue(value: string): string {
  return PLAIN_VALUE.test(value) ? value : quoteLiteral(value);
}
