// The kind `base-type`: a type that functions read and write, and a shell type, which is no more
// than a name until such functions are there.

import { quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { type Alteration, altered, type KindSpec, REBUILT, refused } from '../kind.js';
import { statement } from '../statement.js';
import {
  IS_USER_TYPE,
  occupiesType,
  TYPE_ADDRESSES,
  TYPE_COLUMNS,
  typeTarget,
} from '../types/type-rows.js';
import { dropStatement } from '../writing/drop-statement.js';
import { layOutList } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

export interface BaseTypeDefinition {
  /**
   * What CREATE TYPE sets, by the name it has there, in its order, without what is the default;
   * `null` for a shell type.
   */
  readonly options: Readonly<Record<string, string>> | null;
}

type BaseType = CatalogObject<BaseTypeDefinition>;

export function isBaseType(object: CatalogObject): object is BaseType {
  return object.kind === 'base-type';
}

/** What ALTER TYPE … SET takes. */
const ALTERABLE: ReadonlySet<string> = new Set([
  'RECEIVE',
  'SEND',
  'TYPMOD_IN',
  'TYPMOD_OUT',
  'ANALYZE',
  'SUBSCRIPT',
  'STORAGE',
]);

export const baseType: KindSpec<BaseTypeDefinition> = {
  name: 'base-type',
  noun: 'TYPE',
  presence: {
    catalog: 'pg_type',
    where: `typtype = 'p' OR (typtype = 'b' AND typinput <> 'pg_catalog.array_in'::regproc)`,
  },
  query: () => `
    SELECT ARRAY[${TYPE_ADDRESSES}] AS addresses, ${TYPE_COLUMNS},
      json_build_object('options', CASE WHEN t.typisdefined THEN ${OPTIONS} END) AS definition
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE (t.typtype = 'b' OR (t.typtype = 'p' AND NOT t.typisdefined)) AND ${IS_USER_TYPE}
      AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)
    ORDER BY n.nspname, t.typname`,
  target: typeTarget,
  create: (object) => [statement(createText(object))],
  forward: (object) => (object.definition.options === null ? undefined : shell(object)),
  drop: (object, sides) => {
    // Its functions need it, and it needs them.
    const tail = object.definition.options === null ? '' : ' CASCADE';
    return [dropStatement(typeTarget(object), object, sides, tail)];
  },
  alter: alterBaseType,
  react: (_object, { manner }) =>
    manner === 'retyped'
      ? 'keep'
      : { refuse: 'what a type is made of can only be altered in place while the type exists' },
  occupies: occupiesType,
  rename: (object, names) => renameStatements(typeTarget(object), object.names, names),
};

const OPTIONS = `json_strip_nulls(json_build_object(
        'INTERNALLENGTH', CASE WHEN t.typlen > 0 THEN t.typlen::text END,
        'INPUT', t.typinput::text, 'OUTPUT', t.typoutput::text,
        'RECEIVE', nullif(t.typreceive::text, '-'), 'SEND', nullif(t.typsend::text, '-'),
        'TYPMOD_IN', nullif(t.typmodin::text, '-'), 'TYPMOD_OUT', nullif(t.typmodout::text, '-'),
        'ANALYZE', nullif(t.typanalyze::text, '-'),
        'SUBSCRIPT', nullif(t.typsubscript::text, '-'),
        'COLLATABLE', CASE WHEN t.typcollation <> 0 THEN 'true' END,
        'DEFAULT', coalesce(pg_get_expr(t.typdefaultbin, 'pg_type'::regclass), t.typdefault),
        'ELEMENT', CASE WHEN t.typelem <> 0 THEN format_type(t.typelem, NULL) END,
        'CATEGORY', nullif(t.typcategory, 'U'),
        'PREFERRED', CASE WHEN t.typispreferred THEN 'true' END,
        'DELIMITER', nullif(t.typdelim, ','),
        'ALIGNMENT', CASE t.typalign WHEN 'c' THEN 'char' WHEN 's' THEN 'int2'
          WHEN 'd' THEN 'double' END,
        'STORAGE', CASE t.typstorage WHEN 'e' THEN 'external' WHEN 'x' THEN 'extended'
          WHEN 'm' THEN 'main' END,
        'PASSEDBYVALUE', CASE WHEN t.typbyval THEN 'true' END))`;

const TEXTS: ReadonlySet<string> = new Set(['DEFAULT', 'CATEGORY', 'DELIMITER']);
const WORDS: ReadonlySet<string> = new Set(['PASSEDBYVALUE']);

function shell(object: BaseType) {
  return [statement(`CREATE ${typeTarget(object)}`)];
}

function createText(object: BaseType): string {
  const { options } = object.definition;
  if (options === null) return `CREATE ${typeTarget(object)}`;
  return layOutList(`CREATE ${typeTarget(object)}`, Object.entries(options).map(optionText));
}

function optionText([name, value]: readonly [string, string]): string {
  if (WORDS.has(name)) return name;
  return `${name} = ${TEXTS.has(name) ? quoteLiteral(value) : value}`;
}

function alterBaseType(before: BaseType, after: BaseType): Alteration {
  const [old, wanted] = [before.definition.options, after.definition.options];
  if (old === null || wanted === null) return REBUILT;
  const changed = [...new Set([...Object.keys(old), ...Object.keys(wanted)])].filter(
    (name) => old[name] !== wanted[name],
  );
  const fixed = changed.filter((name) => !ALTERABLE.has(name));
  if (fixed.length > 0) {
    return refused(`PostgreSQL cannot change ${fixed.join(', ')} of a type that exists`);
  }
  const items = changed.map((name) => `${name} = ${wanted[name] ?? unset(name)}`);
  return altered(statement(layOutList(`ALTER ${typeTarget(after)} SET`, items)));
}

function unset(name: string): string {
  return name === 'STORAGE' ? 'plain' : 'NONE';
}
