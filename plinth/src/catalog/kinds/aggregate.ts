// The kind `aggregate`: plain, ordered-set and hypothetical-set aggregates.

import { quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec, REBUILT } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address, isUserSchema, privileges, standsAlone } from '../reading/query-fragments.js';
import { callerHazards } from '../routines/routine-hazards.js';
import { routineName, signature } from '../routines/routine-query.js';
import { signedName } from '../routines/routine-text.js';
import { statement } from '../statement.js';
import { renameStatements } from '../writing/rename-statements.js';

/** One of the two ways an aggregate computes: plainly, or over a moving window. */
interface Transition {
  readonly function: string;
  readonly inverse: string | null;
  readonly type: string;
  /** Estimated bytes of the state; 0 for the type's own. */
  readonly space: number;
  readonly initial: string | null;
  readonly final: string | null;
  /** Whether the final function takes the arguments as well. */
  readonly finalExtra: boolean;
  /** `null` for what is standard for the aggregate's sort. */
  readonly finalModify: string | null;
}

export interface AggregateDefinition {
  /** As CREATE AGGREGATE writes them, with modes, names and ORDER BY. */
  readonly arguments: string;
  readonly argumentNames: readonly string[];
  readonly returns: string;
  readonly sort: 'plain' | 'ordered-set' | 'hypothetical-set';
  readonly directArguments: number;
  readonly plain: Transition;
  readonly moving: Transition | null;
  readonly combine: string | null;
  readonly serialize: string | null;
  readonly deserialize: string | null;
  readonly sortOperator: string | null;
  readonly parallel: 'SAFE' | 'RESTRICTED' | 'UNSAFE';
}

type Aggregate = CatalogObject<AggregateDefinition>;

export const aggregate: KindSpec<AggregateDefinition> = {
  name: 'aggregate',
  presence: { catalog: 'pg_proc', where: `prokind = 'a'` },
  query,
  target,
  grantTarget: (object) => `FUNCTION ${signedName(object)}`,
  create: (object) => [statement(createText(object, 'CREATE'))],
  drop: (object, sides) => {
    const after = sides.isCreated(object.id) ? sides.after(object.id) : undefined;
    const hazards = callerHazards(signedName(object), changeOf(object, after));
    return [statement(`DROP ${target(object)}`, { hazards })];
  },
  alter: (before, after) =>
    isReplaceable(before.definition, after.definition)
      ? altered(statement(createText(after, 'CREATE OR REPLACE')))
      : REBUILT,
  occupies: (object) => [`routine ${signedName(object)}`],
  // The aggregate only names its types: one that is altered stays the same type.
  react: (_object, { manner }) => (manner === 'retyped' ? 'keep' : 'rebuild'),
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function isAggregate(object: CatalogObject | undefined): object is Aggregate {
  return object?.kind === 'aggregate';
}

/** What its callers feel. */
function changeOf(before: Aggregate, after: CatalogObject | undefined) {
  if (!isAggregate(after)) return 'gone';
  const isSame =
    before.definition.arguments === after.definition.arguments &&
    before.definition.returns === after.definition.returns;
  return isSame ? 'same' : 'changed';
}

function query(): string {
  return `
    SELECT ARRAY[${address('pg_proc', 'p.oid')}] AS addresses,
      ARRAY[n.nspname, p.proname]::text[] AS names, ${signature('p.proargtypes')} AS signature,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(p.proowner) AS owner,
      ${privileges('f', 'p.proacl', 'p.proowner')} AS privileges,
      json_build_object(
        'arguments', coalesce(nullif(pg_get_function_identity_arguments(p.oid), ''), '*'),
        'argumentNames', coalesce(p.proargnames, '{}'),
        'returns', format_type(p.prorettype, NULL),
        'sort', CASE a.aggkind WHEN 'o' THEN 'ordered-set' WHEN 'h' THEN 'hypothetical-set'
          ELSE 'plain' END,
        'directArguments', a.aggnumdirectargs,
        'plain', ${transition('')},
        'moving', CASE WHEN a.aggmtransfn::oid <> 0 THEN ${transition('m')} END,
        'combine', ${routineName('a.aggcombinefn')},
        'serialize', ${routineName('a.aggserialfn')},
        'deserialize', ${routineName('a.aggdeserialfn')},
        'sortOperator', CASE WHEN s.oprnamespace = 'pg_catalog'::regnamespace THEN s.oprname::text
          ELSE 'OPERATOR(' || quote_ident(sn.nspname) || '.' || s.oprname || ')' END,
        'parallel', CASE p.proparallel
          WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' ELSE 'UNSAFE' END
      ) AS definition
    FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid
      JOIN pg_namespace n ON n.oid = p.pronamespace
      LEFT JOIN pg_operator s ON s.oid = a.aggsortop
      LEFT JOIN pg_namespace sn ON sn.oid = s.oprnamespace
    WHERE ${isUserSchema('n.nspname')} AND ${standsAlone('pg_proc', 'p.oid')}
    ORDER BY n.nspname, p.proname, signature`;
}

/** `m` is the first letter of the columns for the moving way. */
function transition(m: '' | 'm'): string {
  return `json_build_object(
    'function', ${routineName(`a.agg${m}transfn`)},
    'inverse', ${m === '' ? 'NULL' : routineName('a.aggminvtransfn')},
    'type', format_type(a.agg${m}transtype, NULL), 'space', a.agg${m}transspace,
    'initial', a.agg${m}initval, 'final', ${routineName(`a.agg${m}finalfn`)},
    'finalExtra', a.agg${m}finalextra,
    'finalModify', CASE nullif(a.agg${m}finalmodify, CASE a.aggkind WHEN 'n' THEN 'r' ELSE 'w' END)
      WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' WHEN 'w' THEN 'READ_WRITE' END)`;
}

function target(object: Aggregate): string {
  return `AGGREGATE ${qualifiedName(object.names)}(${object.signature === '' ? '*' : object.signature})`;
}

function createText({ names, definition }: Aggregate, head: string): string {
  const { plain, moving, combine, serialize, deserialize, sortOperator, parallel } = definition;
  const clauses = [
    ...transitionClauses(plain, ''),
    ...(combine === null ? [] : [`COMBINEFUNC = ${combine}`]),
    ...(serialize === null ? [] : [`SERIALFUNC = ${serialize}`]),
    ...(deserialize === null ? [] : [`DESERIALFUNC = ${deserialize}`]),
    ...(moving === null ? [] : transitionClauses(moving, 'M')),
    ...(sortOperator === null ? [] : [`SORTOP = ${sortOperator}`]),
    ...(parallel === 'UNSAFE' ? [] : [`PARALLEL = ${parallel}`]),
    ...(definition.sort === 'hypothetical-set' ? ['HYPOTHETICAL'] : []),
  ];
  const body = clauses.map((clause) => `    ${clause}`).join(',\n');
  return `${head} AGGREGATE ${qualifiedName(names)}(${definition.arguments}) (\n${body}\n)`;
}

function transitionClauses(transition: Transition, m: '' | 'M'): readonly string[] {
  const { inverse, space, initial, final, finalExtra, finalModify } = transition;
  return [
    `${m}SFUNC = ${transition.function}`,
    ...(inverse === null ? [] : [`${m}INVFUNC = ${inverse}`]),
    `${m}STYPE = ${transition.type}`,
    ...(space === 0 ? [] : [`${m}SSPACE = ${space}`]),
    ...(final === null ? [] : [`${m}FINALFUNC = ${final}`]),
    ...(finalExtra ? [`${m}FINALFUNC_EXTRA`] : []),
    ...(finalModify === null ? [] : [`${m}FINALFUNC_MODIFY = ${finalModify}`]),
    ...(initial === null ? [] : [`${m}INITCOND = ${quoteLiteral(initial)}`]),
  ];
}

/** Whether PostgreSQL takes CREATE OR REPLACE: what callers rely on is the same. */
function isReplaceable(before: AggregateDefinition, after: AggregateDefinition): boolean {
  return (
    before.returns === after.returns &&
    before.sort === after.sort &&
    before.directArguments === after.directArguments &&
    before.argumentNames.every((name, position) => {
      return name === '' || name === after.argumentNames[position];
    })
  );
}
