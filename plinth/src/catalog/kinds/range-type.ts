// The kind `range-type`. Its multirange type and its constructors come and go with it; they are
// addresses of it and no objects.

import { cutName, MAX_NAME_BYTES, quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { isEqualData } from '../equal-data.js';
import {
  type Alteration,
  altered,
  type Disturbance,
  type KindSpec,
  REBUILT,
  type Reaction,
} from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import {
  discard,
  IS_USER_TYPE,
  nameAside,
  occupiesType,
  TYPE_ADDRESSES,
  TYPE_COLUMNS,
  typeTarget,
} from '../types/type-rows.js';
import { dropStatement } from '../writing/drop-statement.js';
import { layOutList } from '../writing/lay-out.js';

export interface RangeTypeDefinition {
  readonly subtype: string;
  /** Where it is not the subtype's default. */
  readonly operatorClass: string | null;
  /** Where it is not the subtype's own. */
  readonly collation: string | null;
  /** The function that brings equal ranges to one form. */
  readonly canonical: string | null;
  readonly subtypeDiff: string | null;
  /** The name of the multirange type, in the same schema. */
  readonly multirange: string;
}

type RangeType = CatalogObject<RangeTypeDefinition>;

export function isRangeType(object: CatalogObject): object is RangeType {
  return object.kind === 'range-type';
}

export const rangeType: KindSpec<RangeTypeDefinition> = {
  name: 'range-type',
  noun: 'TYPE',
  presence: { catalog: 'pg_type', where: `typtype = 'r'` },
  query: () => `
    SELECT ARRAY[${TYPE_ADDRESSES}, ${address('pg_type', 'm.oid')},
        ${address('pg_type', 'm.typarray')}] || coalesce(f.addresses, '{}') AS addresses,
      ${TYPE_COLUMNS},
      json_build_object('subtype', format_type(r.rngsubtype, NULL),
        'operatorClass', CASE WHEN NOT o.opcdefault THEN CASE WHEN p.nspname = 'pg_catalog'
          THEN quote_ident(o.opcname) ELSE format('%I.%I', p.nspname, o.opcname) END END,
        'collation', CASE WHEN r.rngcollation <> s.typcollation
          THEN r.rngcollation::regcollation::text END,
        'canonical', nullif(r.rngcanonical::text, '-'),
        'subtypeDiff', nullif(r.rngsubdiff::text, '-'),
        'multirange', m.typname) AS definition
    FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid
      JOIN pg_namespace n ON n.oid = t.typnamespace JOIN pg_type s ON s.oid = r.rngsubtype
      JOIN pg_type m ON m.oid = r.rngmultitypid
      JOIN pg_opclass o ON o.oid = r.rngsubopc JOIN pg_namespace p ON p.oid = o.opcnamespace
      LEFT JOIN (SELECT refobjid, array_agg(${address('pg_proc', 'objid')}) AS addresses
        FROM pg_depend
        WHERE classid = 'pg_proc'::regclass AND refclassid = 'pg_type'::regclass
          AND deptype = 'i' AND refobjid >= 16384
        GROUP BY refobjid) f ON f.refobjid = t.oid
    WHERE ${IS_USER_TYPE}
    ORDER BY n.nspname, t.typname`,
  target: typeTarget,
  create: (object) => [statement(createText(object))],
  drop: (object, sides) => {
    // A canonical function and its type need each other.
    const tail = object.definition.canonical === null ? '' : ' CASCADE';
    return [dropStatement(typeTarget(object), object, sides, tail)];
  },
  alter: alterRangeType,
  react,
  occupies: (object) => [...occupiesType(object), `type ${multirangeName(object)}`],
  moveAside: (object) => [
    ...renameMultirange(object, nameAside({ names: [object.definition.multirange] })),
    ...renameRange(object, nameAside(object)),
  ],
  discard: (object) => discard('TYPE', object),
  forward: (object) =>
    object.definition.canonical === null ? undefined : [statement(`CREATE ${typeTarget(object)}`)],
  rename: (object, names) => renameRange(object, names.at(-1) ?? ''),
};

function multirangeName({ definition, names }: RangeType): string {
  return qualifiedName([...names.slice(0, -1), definition.multirange]);
}

function createText(object: RangeType): string {
  const { subtype, operatorClass, collation, canonical, subtypeDiff, multirange } =
    object.definition;
  const items = [`SUBTYPE = ${subtype}`];
  if (operatorClass !== null) items.push(`SUBTYPE_OPCLASS = ${operatorClass}`);
  if (collation !== null) items.push(`COLLATION = ${collation}`);
  if (canonical !== null) items.push(`CANONICAL = ${canonical}`);
  if (subtypeDiff !== null) items.push(`SUBTYPE_DIFF = ${subtypeDiff}`);
  if (multirange !== standardMultirange(object.names.at(-1) ?? '')) {
    items.push(`MULTIRANGE_TYPE_NAME = ${multirangeName(object)}`);
  }
  return layOutList(`CREATE ${typeTarget(object)} AS RANGE`, items);
}

/** The name that PostgreSQL gives to a multirange type by itself. */
function standardMultirange(name: string): string {
  const suffix = '_multirange';
  return name.includes('range')
    ? cutName(name.replace('range', 'multirange'), MAX_NAME_BYTES)
    : `${cutName(name, MAX_NAME_BYTES - suffix.length)}${suffix}`;
}

function alterRangeType(before: RangeType, after: RangeType): Alteration {
  const { multirange } = after.definition;
  return isEqualData({ ...before.definition, multirange }, after.definition)
    ? altered(...renameMultirange(before, multirange))
    : REBUILT;
}

/** PostgreSQL leaves the constructors of a type that is renamed under their old name. */
function renameRange(object: RangeType, name: string): readonly Statement[] {
  const own = qualifiedName(object.names);
  const { subtype } = object.definition;
  return [
    renameTo(`FUNCTION ${own}(${subtype}, ${subtype})`, name),
    renameTo(`FUNCTION ${own}(${subtype}, ${subtype}, text)`, name),
    renameTo(typeTarget(object), name),
  ];
}

function renameMultirange(object: RangeType, name: string): readonly Statement[] {
  const multirange = multirangeName(object);
  const range = qualifiedName(object.names);
  return [
    renameTo(`FUNCTION ${multirange}()`, name),
    renameTo(`FUNCTION ${multirange}(${range})`, name),
    renameTo(`FUNCTION ${multirange}(VARIADIC ${range}[])`, name),
    renameTo(`TYPE ${multirange}`, name),
  ];
}

function renameTo(target: string, name: string): Statement {
  return statement(`ALTER ${target} RENAME TO ${quoteIdentifier(name)}`);
}

/** A type that is altered in place under it stays the same type. */
function react(_object: RangeType, { manner }: Disturbance): Reaction {
  return manner === 'retyped' ? 'keep' : 'rebuild';
}
