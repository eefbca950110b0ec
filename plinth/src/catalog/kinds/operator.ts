// The kind `operator`. One that was only promised, as the commutator or negator of another, is an
// object without a function.

import type { CatalogObject, ObjectId } from '../catalog-object.js';
import { type Alteration, altered, type KindSpec, REBUILT, refused, type Sides } from '../kind.js';
import { objectId } from '../object-id.js';
import { operatorName } from '../operators/operator-name.js';
import { address, isUserSchema, standsAlone } from '../reading/query-fragments.js';
import { routineName } from '../routines/routine-query.js';
import { statement } from '../statement.js';

export interface OperatorDefinition {
  /** `null` for one that is only promised. */
  readonly function: string | null;
  /** `null` for a prefix operator. */
  readonly left: string | null;
  readonly right: string;
  /** Schema and name; the types follow from those of the operator itself. */
  readonly commutator: readonly string[] | null;
  readonly negator: readonly string[] | null;
  /** The operators that name this one as theirs, and that it does not name in turn. */
  readonly commutatorOf: readonly (readonly string[])[];
  readonly negatorOf: readonly (readonly string[])[];
  readonly restrict: string | null;
  readonly join: string | null;
  readonly hashes: boolean;
  readonly merges: boolean;
}

type Operator = CatalogObject<OperatorDefinition>;
type Link = 'commutator' | 'negator';

export const operator: KindSpec<OperatorDefinition> = {
  name: 'operator',
  presence: { catalog: 'pg_operator' },
  query: () => `
    SELECT ARRAY[${address('pg_operator', 'o.oid')}] AS addresses,
      ARRAY[n.nspname, o.oprname]::text[] AS names,
      (CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END
        || ', ' || format_type(o.oprright, NULL)) COLLATE "C" AS signature,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(o.oprowner) AS owner,
      json_build_object('function', ${routineName('o.oprcode')},
        'left', format_type(nullif(o.oprleft, 0), NULL), 'right', format_type(o.oprright, NULL),
        'commutator', CASE WHEN c.oid IS NOT NULL THEN ARRAY[cn.nspname, c.oprname] END,
        'negator', CASE WHEN g.oid IS NOT NULL THEN ARRAY[gn.nspname, g.oprname] END,
        'commutatorOf', coalesce(co.names, '[]'), 'negatorOf', coalesce(ng.names, '[]'),
        'restrict', ${routineName('o.oprrest')}, 'join', ${routineName('o.oprjoin')},
        'hashes', o.oprcanhash, 'merges', o.oprcanmerge) AS definition
    FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
      LEFT JOIN pg_operator c ON c.oid = o.oprcom
      LEFT JOIN pg_namespace cn ON cn.oid = c.oprnamespace
      LEFT JOIN pg_operator g ON g.oid = o.oprnegate
      LEFT JOIN pg_namespace gn ON gn.oid = g.oprnamespace
      LEFT JOIN (${onesided('oprcom')}) co ON co.linked = o.oid
      LEFT JOIN (${onesided('oprnegate')}) ng ON ng.linked = o.oid
    WHERE ${isUserSchema('n.nspname')} AND ${standsAlone('pg_operator', 'o.oid')}
    ORDER BY n.nspname, o.oprname, signature`,
  target,
  // The operator that promises it creates the promise.
  create: (object) => (object.definition.function === null ? [] : [statement(createText(object))]),
  drop: (object, sides) => [
    statement(`DROP ${target(object)}`, {
      hazards: sides.isCreated(object.id)
        ? []
        : [{ kind: 'breaks-code', message: `what uses the operator ${nameOf(object)} fails` }],
    }),
  ],
  alter,
  // Created before them, it would be tied to them.
  requires: (object) => [...namersOf('commutator', object), ...namersOf('negator', object)],
  react: (object, { before, manner }, sides) => {
    if (manner === 'retyped') return 'keep';
    if (isOperator(before)) return sides.isCreated(before.id) ? 'rebuild' : 'keep';
    return unnamed(object) ?? 'rebuild';
  },
};

function onesided(link: 'oprcom' | 'oprnegate'): string {
  return `SELECT l.${link} AS linked,
      json_agg(ARRAY[ln.nspname, l.oprname] ORDER BY ln.nspname, l.oprname) AS names
    FROM pg_operator l JOIN pg_operator t ON t.oid = l.${link} AND t.${link} <> l.oid
      JOIN pg_namespace ln ON ln.oid = l.oprnamespace
    GROUP BY l.${link}`;
}

function nameOf({ names, definition: { left, right } }: Operator): string {
  return `${operatorName(names)} (${left ?? 'NONE'}, ${right})`;
}

function target(object: Operator): string {
  return `OPERATOR ${nameOf(object)}`;
}

function createText({ names, definition }: Operator): string {
  const { left, right, commutator, negator, restrict, join } = definition;
  const clauses = [
    `FUNCTION = ${definition.function}`,
    ...(left === null ? [] : [`LEFTARG = ${left}`]),
    `RIGHTARG = ${right}`,
    ...(commutator === null ? [] : [linkClause('commutator', commutator)]),
    ...(negator === null ? [] : [linkClause('negator', negator)]),
    ...(restrict === null ? [] : [`RESTRICT = ${restrict}`]),
    ...(join === null ? [] : [`JOIN = ${join}`]),
    ...(definition.hashes ? ['HASHES'] : []),
    ...(definition.merges ? ['MERGES'] : []),
  ];
  const body = clauses.map((clause) => `    ${clause}`).join(',\n');
  return `CREATE OPERATOR ${operatorName(names)} (\n${body}\n)`;
}

function linkClause(link: Link, names: readonly string[]): string {
  return `${link.toUpperCase()} = OPERATOR(${operatorName(names)})`;
}

/** From here on ALTER OPERATOR can also add what CREATE OPERATOR left out. */
const SETS_ALL = 170_000;

function alter(before: Operator, after: Operator, sides: Sides): Alteration {
  if (before.definition.function === null) return altered(statement(createText(after)));
  if (after.definition.function === null) {
    return refused('an operator that exists cannot become one that is only promised by another');
  }
  const actions = alterActions(before, after, sides);
  if (actions !== undefined) {
    if (actions.length === 0) return altered();
    return altered(statement(`ALTER ${target(after)} SET (${actions.join(', ')})`));
  }
  const reaction = unnamed(after, before);
  return reaction === undefined ? REBUILT : refused(reaction.refuse);
}

/** The actions of ALTER OPERATOR; `undefined` where it cannot do it. */
function alterActions(
  before: Operator,
  after: Operator,
  sides: Sides,
): readonly string[] | undefined {
  const [old, wanted] = [before.definition, after.definition];
  const links = LINKS.map((link) => changeLink(link, before, after, sides));
  if (links.includes(undefined) || old.function !== wanted.function) return undefined;
  const flags = FLAGS.filter((flag) => old[flag] !== wanted[flag]);
  if (flags.some((flag) => old[flag] || sides.serverVersion < SETS_ALL)) return undefined;
  const estimators = ESTIMATORS.filter((one) => old[one] !== wanted[one]);
  return [
    ...links.filter((action) => action !== undefined && action !== ''),
    ...flags.map((flag) => flag.toUpperCase()),
    ...estimators.map((one) => `${one.toUpperCase()} = ${wanted[one] ?? 'NONE'}`),
  ].filter((action) => action !== undefined);
}

const LINKS = ['commutator', 'negator'] as const;
const FLAGS = ['hashes', 'merges'] as const;
const ESTIMATORS = ['restrict', 'join'] as const;

/**
 * The action that changes a link: empty where none is needed, `undefined` where there is none.
 * PostgreSQL keeps both ends of a link: it lets go of the other end when an operator is dropped,
 * and ties it when one is created or altered.
 */
function changeLink(
  link: Link,
  before: Operator,
  after: Operator,
  sides: Sides,
): string | undefined {
  const old = linkedId(link, before);
  const wanted = linkedId(link, after);
  if (namersOf(link, after).some((id) => !namersOf(link, before).includes(id))) return undefined;
  if (old === wanted) return '';
  if (old !== null && !sides.isDropped(old) && !leavesTo(old, link, after, sides)) return undefined;
  const names = after.definition[link];
  if (names === null || wanted === null || leavesTo(wanted, link, after, sides)) return '';
  // ALTER OPERATOR promises nothing: the other one has to be there.
  const isThere = isReal(sides.before(wanted)) && !sides.isDropped(wanted);
  const isPossible = old === null && isThere && sides.serverVersion >= SETS_ALL;
  return isPossible ? linkClause(link, names) : undefined;
}

/** Whether the other end changes as well, and the change is left to it. */
function leavesTo(other: ObjectId, link: Link, { id }: Operator, sides: Sides): boolean {
  const [before, after] = [sides.before(other), sides.after(other)];
  const had = isOperator(before) && linkedId(link, before) === id;
  const has = isOperator(after) && linkedId(link, after) === id;
  if (had === has) return false;
  const isBorn = before === undefined && isReal(after);
  return isBorn || other < id;
}

function linkedId(link: Link, { definition }: Operator): ObjectId | null {
  const names = definition[link];
  return names === null ? null : otherId(link, names, definition);
}

/** The id of an operator at the other end of a link. */
function otherId(link: Link, names: readonly string[], definition: OperatorDefinition): ObjectId {
  const { left, right } = definition;
  const types = link === 'commutator' ? [right, left] : [left, right];
  return objectId('operator', names, types.map((type) => type ?? 'NONE').join(', '));
}

function namersOf(link: Link, { definition }: Operator): readonly ObjectId[] {
  return definition[`${link}Of`].map((names) => otherId(link, names, definition));
}

/** Why it cannot be dropped for a moment: an operator would lose its link to it for good. */
function unnamed(...operators: readonly Operator[]): { readonly refuse: string } | undefined {
  const named = operators.find((one) => LINKS.some((link) => namersOf(link, one).length > 0));
  if (named === undefined) return undefined;
  return {
    refuse: `another operator names ${nameOf(named)} as its commutator or negator, and not the other way round; name each in both`,
  };
}

/** Whether it is an operator, and not a promise of one. */
function isReal(object: CatalogObject | undefined): boolean {
  return isOperator(object) && object.definition.function !== null;
}

export function isOperator(object: CatalogObject | undefined): object is Operator {
  return object?.kind === 'operator';
}
