// The kind `domain`. Its constraints, NOT NULL among them, are a kind of their own. A changed base
// type means a new domain, which the columns follow.

import type { CatalogObject } from '../catalog-object.js';
import { isColumn } from '../columns/column-definition.js';
import { literalFor } from '../columns/plain-literal.js';
import {
  type Alteration,
  altered,
  type Disturbance,
  type KindSpec,
  type Part,
  REBUILT,
  type Reaction,
  type Sides,
} from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { statement } from '../statement.js';
import { isCompositeType } from '../types/composite-definition.js';
import {
  discard,
  IS_USER_TYPE,
  moveAside,
  occupiesType,
  TYPE_ADDRESSES,
  TYPE_COLUMNS,
  typeTarget,
} from '../types/type-rows.js';
import { dropStatement } from '../writing/drop-statement.js';
import { layOut } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';
import { isRangeType } from './range-type.js';

export interface DomainDefinition {
  /** The type it restricts, with its modifier: `character varying(80)`. */
  readonly type: string;
  /** Where it is not the base type's own. */
  readonly collation: string | null;
  readonly default: string | null;
  /** What its values have been checked against, sorted. The constraints are a kind of their own. */
  readonly conditions: readonly string[];
}

type Domain = CatalogObject<DomainDefinition>;

export function isDomain(object: CatalogObject): object is Domain {
  return object.kind === 'domain';
}

export const domain: KindSpec<DomainDefinition> = {
  name: 'domain',
  presence: { catalog: 'pg_type', where: `typtype = 'd'` },
  query: () => `
    SELECT ARRAY[${TYPE_ADDRESSES}] AS addresses, ${TYPE_COLUMNS},
      json_build_object('type', format_type(t.typbasetype, t.typtypmod),
        'collation', CASE WHEN t.typcollation <> b.typcollation
          THEN t.typcollation::regcollation::text END,
        'default', pg_get_expr(t.typdefaultbin, 'pg_type'::regclass),
        'conditions', array_remove(coalesce(c.list, '{}')
          || CASE WHEN t.typnotnull THEN 'NOT NULL' END, NULL)) AS definition
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      JOIN pg_type b ON b.oid = t.typbasetype
      LEFT JOIN (SELECT contypid, array_agg(pg_get_expr(conbin, 0)
          ORDER BY pg_get_expr(conbin, 0) COLLATE "C") AS list
        FROM pg_constraint WHERE contypid <> 0 AND contype = 'c' AND convalidated
        GROUP BY contypid) c ON c.contypid = t.oid
    WHERE t.typtype = 'd' AND ${IS_USER_TYPE}
    ORDER BY n.nspname, t.typname`,
  target,
  grantTarget: typeTarget,
  create: (object, _sides, parts) => [statement(createText(object, parts))],
  drop: (object, sides) => [dropStatement(target(object), object, sides)],
  alter: alterDomain,
  isSame: (before, after, sides) =>
    isSameType(before, after) && hasSameDefault(before, after) && !mustFollow(before, after, sides),
  react,
  occupies: occupiesType,
  moveAside: (object) => moveAside(target(object), object),
  discard: (object) => discard('DOMAIN', object),
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function target({ names }: Pick<Domain, 'names'>): string {
  return `DOMAIN ${qualifiedName(names)}`;
}

function createText(object: Domain, parts: readonly Part[]): string {
  const { type, collation, default: value } = object.definition;
  const clauses = parts.map(({ clause }) => clause);
  if (value !== null) clauses.unshift(`DEFAULT ${literalFor(value, type)}`);
  if (collation !== null) clauses.unshift(`COLLATE ${collation}`);
  return layOut(`CREATE ${target(object)} AS ${type}`, clauses);
}

function alterDomain(before: Domain, after: Domain, sides: Sides): Alteration {
  if (!isSameType(before, after) || mustFollow(before, after, sides)) return REBUILT;
  const { default: value, type } = after.definition;
  const change = value === null ? 'DROP DEFAULT' : `SET DEFAULT ${literalFor(value, type)}`;
  return altered(statement(`ALTER ${target(after)} ${change}`));
}

function isSameType({ definition: a }: Domain, { definition: b }: Domain): boolean {
  return a.type === b.type && a.collation === b.collation;
}

function hasSameDefault({ definition: a }: Domain, { definition: b }: Domain): boolean {
  return a.default === b.default;
}

/** PostgreSQL checks no values inside of others, so a new condition takes a new type there. */
function mustFollow(before: Domain, after: Domain, sides: Sides): boolean {
  const old = new Set(before.definition.conditions);
  const isStricter = after.definition.conditions.some((condition) => !old.has(condition));
  return isStricter && isHeldInside(before, sides);
}

/** Whether arrays, composite types or ranges hold its values, or those of a domain over it. */
function isHeldInside(object: CatalogObject, sides: Sides): boolean {
  return sides.dependentsBefore(object.id).some((user) => {
    if (isDomain(user)) return isHeldInside(user, sides);
    if (isColumn(user)) return user.definition.type.endsWith('[]');
    return isCompositeType(user) || isRangeType(user);
  });
}

/** A base type that is altered in place stays the same type. */
function react(_object: Domain, { manner }: Disturbance): Reaction {
  return manner === 'retyped' ? 'keep' : 'rebuild';
}
