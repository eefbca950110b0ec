// The query that reads functions or procedures from pg_proc. It returns rows and writes no DDL.

import { address, isUserSchema, privileges, standsAlone } from '../reading/query-fragments.js';

/**
 * The query for every routine whose `prokind` is among the letters.
 *
 * A setting that was taken over from a session with an empty search path is read as pg_dump reads
 * it.
 */
export function routineQuery(letters: string): string {
  return `
    SELECT ARRAY[${address('pg_proc', 'p.oid')}] AS addresses,
      ARRAY[n.nspname, p.proname]::text[] AS names, ${signature('p.proargtypes')} AS signature,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(p.proowner) AS owner,
      ${privileges('f', 'p.proacl', 'p.proowner')} AS privileges,
      json_build_object(
        'arguments', ${argumentList('p')},
        'returns', CASE WHEN p.prokind <> 'p' THEN
          json_build_object('type', format_type(p.prorettype, NULL), 'set', p.proretset) END,
        'language', l.lanname,
        'body', CASE WHEN p.prosqlbody IS NOT NULL THEN
            json_build_object('form', 'sql', 'text', pg_get_function_sqlbody(p.oid))
          WHEN l.lanname IN ('internal', 'c') THEN
            json_build_object('form', 'link', 'file', p.probin, 'symbol', p.prosrc)
          ELSE json_build_object('form', 'text', 'text', p.prosrc) END,
        'transforms', ARRAY(SELECT format_type(t, NULL)
          FROM unnest(p.protrftypes) WITH ORDINALITY AS u(t, i) ORDER BY i),
        'window', p.prokind = 'w',
        'volatility', CASE p.provolatile
          WHEN 'i' THEN 'IMMUTABLE' WHEN 's' THEN 'STABLE' ELSE 'VOLATILE' END,
        'strict', p.proisstrict, 'securityDefiner', p.prosecdef, 'leakproof', p.proleakproof,
        'parallel', CASE p.proparallel
          WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' ELSE 'UNSAFE' END,
        'cost', nullif(p.procost,
          CASE WHEN l.lanname IN ('internal', 'c') THEN 1 ELSE 100 END),
        'rows', CASE WHEN p.proretset THEN nullif(p.prorows, 1000) END,
        'support', ${routineName('p.prosupport')},
        'settings', coalesce(array_replace(p.proconfig, 'search_path=', 'search_path=""'), '{}')
      ) AS definition
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
      JOIN pg_language l ON l.oid = p.prolang
    WHERE p.prokind = ANY ('{${letters}}') AND ${isUserSchema('n.nspname')}
      AND ${standsAlone('pg_proc', 'p.oid')}
    ORDER BY n.nspname, p.proname, signature`;
}

/** The types of a list of arguments, as a routine's identity has them. */
export function signature(types: string): string {
  return `array_to_string(ARRAY(SELECT format_type(t, NULL)
    FROM unnest(${types}::oid[]) WITH ORDINALITY AS u(t, i) ORDER BY i), ', ') COLLATE "C"`;
}

/** A function's name where a clause takes it without its arguments; NULL for none. */
export function routineName(oid: string): string {
  return `regexp_replace(nullif(${oid}::oid, 0)::regproc::text, '^pg_catalog\\.', '')`;
}

function argumentList(routine: string): string {
  return `(SELECT coalesce(json_agg(json_build_object(
      'mode', CASE a.mode WHEN 'o' THEN 'out' WHEN 'b' THEN 'inout' WHEN 'v' THEN 'variadic'
        WHEN 't' THEN 'table' ELSE 'in' END,
      'name', nullif(a.name, ''), 'type', format_type(a.type, NULL),
      'default', CASE WHEN ${routine}.pronargdefaults > 0 THEN
        pg_get_function_arg_default(${routine}.oid, a.i::int) END) ORDER BY a.i), '[]')
    FROM unnest(coalesce(${routine}.proallargtypes, ${routine}.proargtypes::oid[]),
      ${routine}.proargmodes, ${routine}.proargnames) WITH ORDINALITY AS a(type, mode, name, i))`;
}
