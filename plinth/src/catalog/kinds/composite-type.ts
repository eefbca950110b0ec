// The kind `composite-type`. The order of its attributes is part of what it is: a value is written
// by position. Comments of attributes belong to it.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { isColumn } from '../columns/column-definition.js';
import {
  type Alteration,
  altered,
  alteredAlone,
  type Disturbance,
  type KindSpec,
  REBUILT,
  type Reaction,
  type RenamedWithin,
  refused,
  type Sides,
} from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address } from '../reading/query-fragments.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import {
  type CompositeAttribute,
  type CompositeType,
  type CompositeTypeDefinition,
  hasSameNames,
  isCompositeType,
} from '../types/composite-definition.js';
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
import { layOutCommands, layOutList } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';
import { isDomain } from './domain.js';
import { isRangeType } from './range-type.js';

export const compositeType: KindSpec<CompositeTypeDefinition> = {
  name: 'composite-type',
  noun: 'TYPE',
  presence: { catalog: 'pg_class', where: `relkind = 'c'` },
  query: () => `
    SELECT ARRAY[${TYPE_ADDRESSES}, ${address('pg_class', 'c.oid')}] AS addresses, ${TYPE_COLUMNS},
      json_build_object('attributes', coalesce(a.list, '[]'::json)) AS definition
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
      JOIN pg_class c ON c.oid = t.typrelid
      LEFT JOIN (SELECT a.attrelid, json_agg(json_build_object('name', a.attname,
            'type', format_type(a.atttypid, a.atttypmod),
            'collation', CASE WHEN a.attcollation <> y.typcollation
              THEN a.attcollation::regcollation::text END,
            'comment', d.description) ORDER BY a.attnum) AS list
        FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid AND r.relkind = 'c'
          JOIN pg_type y ON y.oid = a.atttypid
          LEFT JOIN pg_description d ON d.classoid = 'pg_class'::regclass
            AND d.objoid = a.attrelid AND d.objsubid = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped
        GROUP BY a.attrelid) a ON a.attrelid = c.oid
    WHERE t.typtype = 'c' AND c.relkind = 'c' AND ${IS_USER_TYPE}
    ORDER BY n.nspname, t.typname`,
  target: typeTarget,
  create: (object) => [
    statement(createText(object)),
    ...object.definition.attributes.flatMap((attribute) => comment(object, null, attribute)),
  ],
  drop: (object, sides) => [dropStatement(typeTarget(object), object, sides)],
  alter: alterCompositeType,
  react,
  occupies: (object) => [`relation ${qualifiedName(object.names)}`, ...occupiesType(object)],
  moveAside: (object) => moveAside(typeTarget(object), object),
  discard: (object) => discard('TYPE', object),
  rename: (object, names) => renameStatements(typeTarget(object), object.names, names),
  renameWithin: renameAttribute,
};

function renameAttribute(
  object: CompositeType,
  name: string,
  newName: string,
): RenamedWithin<CompositeTypeDefinition> | undefined {
  const { attributes } = object.definition;
  const old = attributes.find((one) => one.name === name);
  if (old === undefined || attributes.some((one) => one.name === newName)) return undefined;
  const change = `RENAME ATTRIBUTE ${quoteIdentifier(name)} TO ${quoteIdentifier(newName)}`;
  return {
    definition: {
      attributes: attributes.with(attributes.indexOf(old), { ...old, name: newName }),
    },
    statements: [statement(`ALTER ${typeTarget(object)} ${change}`)],
  };
}

function createText(object: CompositeType): string {
  const attributes = object.definition.attributes.map(attributeText);
  return layOutList(`CREATE ${typeTarget(object)} AS`, attributes);
}

function attributeText({ name, type, collation }: CompositeAttribute): string {
  const tail = collation === null ? '' : ` COLLATE ${collation}`;
  return `${quoteIdentifier(name)} ${type}${tail}`;
}

function comment(
  object: CompositeType,
  before: CompositeAttribute | null,
  { name, comment: text }: CompositeAttribute,
): readonly Statement[] {
  if (text === (before?.comment ?? null)) return [];
  const column = qualifiedName([...object.names, name]);
  const value = text === null ? 'NULL' : quoteLiteral(text);
  return [statement(`COMMENT ON COLUMN ${column} IS ${value}`)];
}

/**
 * Attributes come at the end and go from anywhere. Another order takes a new type, and so does
 * another type of an attribute once values are stored: PostgreSQL converts none of them.
 */
function alterCompositeType(before: CompositeType, after: CompositeType, sides: Sides): Alteration {
  const [old, wanted] = [before.definition.attributes, after.definition.attributes];
  const gone = old.filter(({ name }) => !wanted.some((one) => one.name === name));
  const kept = old.filter((one) => !gone.includes(one));
  const isInOrder = kept.every(({ name }, index) => name === wanted[index]?.name);
  const retyped = kept.flatMap((one) => {
    const successor = wanted.find(({ name }) => name === one.name);
    return successor === undefined || isAlike(one, successor) ? [] : [successor];
  });
  const users = sides.dependentsBefore(before.id).filter(holdsValues);
  if (!isInOrder || (retyped.length > 0 && users.length > 0)) {
    return rebuild(before, after, users);
  }
  const commands = [
    ...gone.map(({ name }) => `DROP ATTRIBUTE ${quoteIdentifier(name)}`),
    ...retyped.map(retypeText),
    ...wanted.slice(kept.length).map((one) => `ADD ATTRIBUTE ${attributeText(one)}`),
  ];
  const comments = wanted.flatMap((one) => comment(after, findNamed(old, one), one));
  if (commands.length === 0) return altered(...comments);
  const hazards = gone.flatMap((one) => hazardsOf(after, one, users.length > 0));
  const alter = statement(layOutCommands(`ALTER ${typeTarget(after)}`, commands), { hazards });
  return gone.length + retyped.length === 0
    ? altered(alter, ...comments)
    : alteredAlone(alter, ...comments);
}

function isAlike(a: CompositeAttribute, b: CompositeAttribute): boolean {
  return a.type === b.type && a.collation === b.collation;
}

function findNamed(
  attributes: readonly CompositeAttribute[],
  { name }: CompositeAttribute,
): CompositeAttribute | null {
  return attributes.find((one) => one.name === name) ?? null;
}

function retypeText({ name, type, collation }: CompositeAttribute): string {
  const tail = collation === null ? '' : ` COLLATE ${collation}`;
  return `ALTER ATTRIBUTE ${quoteIdentifier(name)} TYPE ${type}${tail}`;
}

function hazardsOf(
  { names }: CompositeType,
  { name }: CompositeAttribute,
  isStored: boolean,
): readonly Hazard[] {
  const attribute = qualifiedName([...names, name]);
  const breaks: Hazard = { kind: 'breaks-code', message: `what names ${attribute} fails` };
  if (!isStored) return [breaks];
  return [{ kind: 'loses-data', message: `every value of ${attribute} is lost` }, breaks];
}

/** Whether rows may hold values of a type through it. */
function holdsValues(object: CatalogObject): boolean {
  return isColumn(object) || isDomain(object) || isCompositeType(object) || isRangeType(object);
}

/** Values inside of others, and in arrays, can only be carried over as text, by position. */
function rebuild(
  before: CompositeType,
  after: CompositeType,
  users: readonly CatalogObject[],
): Alteration {
  if (hasSameNames(before, after)) return REBUILT;
  const type = qualifiedName(before.names);
  const nested = users.find((user) => !isColumn(user) || user.definition.type !== type);
  if (nested === undefined) return REBUILT;
  return refused(
    `its attributes are others, or stand in another order, and ${qualifiedName(nested.names)} holds its values inside of other values, which PostgreSQL cannot convert by name`,
  );
}

/** A type that is altered in place under an attribute stays the same type. */
function react(_object: CompositeType, { manner }: Disturbance): Reaction {
  return manner === 'retyped' ? 'keep' : 'rebuild';
}
