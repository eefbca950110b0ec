// The kind `cast`. It is named by its two types and lives in no schema.

import type { CatalogObject } from '../catalog-object.js';
import { type KindSpec, REBUILT } from '../kind.js';
import { address, standsAlone } from '../reading/query-fragments.js';
import { signature } from '../routines/routine-query.js';
import { type Hazard, statement } from '../statement.js';
import { layOut } from '../writing/lay-out.js';

export interface CastDefinition {
  readonly source: string;
  readonly target: string;
  readonly method: { readonly function: string } | 'inout' | 'binary';
  readonly context: 'explicit' | 'assignment' | 'implicit';
}

type Cast = CatalogObject<CastDefinition>;

export const cast: KindSpec<CastDefinition> = {
  name: 'cast',
  presence: { catalog: 'pg_cast' },
  query: () => `
    SELECT ARRAY[${address('pg_cast', 'c.oid')}] AS addresses,
      ARRAY[format_type(c.castsource, NULL), format_type(c.casttarget, NULL)] COLLATE "C" AS names,
      json_build_object(
        'source', format_type(c.castsource, NULL), 'target', format_type(c.casttarget, NULL),
        'method', CASE c.castmethod WHEN 'b' THEN to_json('binary'::text)
          WHEN 'i' THEN to_json('inout'::text)
          ELSE json_build_object('function', CASE n.nspname WHEN 'pg_catalog' THEN ''
              ELSE quote_ident(n.nspname) || '.' END
            || quote_ident(p.proname) || '(' || ${signature('p.proargtypes')} || ')') END,
        'context', CASE c.castcontext WHEN 'i' THEN 'implicit' WHEN 'a' THEN 'assignment'
          ELSE 'explicit' END) AS definition
    FROM pg_cast c LEFT JOIN pg_proc p ON p.oid = c.castfunc
      LEFT JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE c.oid >= 16384 AND ${standsAlone('pg_cast', 'c.oid')}
    ORDER BY names`,
  target,
  create: (object) => [statement(createText(object))],
  drop: (object, sides) => [
    statement(`DROP ${target(object)}`, {
      hazards: sides.isCreated(object.id) ? [] : [breaksCode(object)],
    }),
  ],
  alter: () => REBUILT,
  // A type that is altered stays the same type.
  react: (_object, { manner }) => (manner === 'retyped' ? 'keep' : 'rebuild'),
};

function target({ definition }: Cast): string {
  return `CAST (${definition.source} AS ${definition.target})`;
}

function breaksCode({ definition: { source, target: wanted } }: Cast): Hazard {
  const message = `what turns ${source} into ${wanted} fails, or does it another way`;
  return { kind: 'breaks-code', message };
}

function createText(object: Cast): string {
  const { method, context } = object.definition;
  const how = typeof method === 'string' ? METHODS[method] : `WITH FUNCTION ${method.function}`;
  return layOut(`CREATE ${target(object)}`, [how, ...CONTEXTS[context]]);
}

const METHODS = { inout: 'WITH INOUT', binary: 'WITHOUT FUNCTION' } as const;

const CONTEXTS = {
  explicit: [],
  assignment: ['AS ASSIGNMENT'],
  implicit: ['AS IMPLICIT'],
} as const;
