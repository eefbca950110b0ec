// What the kinds that live in pg_type share: the columns of their rows, the condition that a row
// is a user's, and how a type moves aside for its successor.

import { cutName, MAX_NAME_BYTES, quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { outerName, qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema, privileges } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { renameStatements } from '../writing/rename-statements.js';

type Named = Pick<CatalogObject, 'names'>;

/** The addresses of a type: its own and that of its array type, which is no object. */
export const TYPE_ADDRESSES = `${address('pg_type', 't.oid')}, ${address('pg_type', 't.typarray')}`;

/** The columns of a row but its addresses and its definition, from `pg_type t`, `pg_namespace n`. */
export const TYPE_COLUMNS = `ARRAY[n.nspname, t.typname]::text[] AS names,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(t.typowner) AS owner,
      ${privileges('T', 't.typacl', 't.typowner')} AS privileges`;

/** The condition that a type is the user's own. */
export const IS_USER_TYPE = `${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_type', 't.oid')}`;

export function typeTarget({ names }: Named): string {
  return `TYPE ${qualifiedName(names)}`;
}

export function occupiesType({ names }: Named): readonly string[] {
  return [`type ${qualifiedName(names)}`];
}

/** The statement that renames the old one; `target` is `TYPE public.mood`. */
export function moveAside(target: string, object: Named): readonly Statement[] {
  const aside = [...object.names.slice(0, -1), nameAside(object)];
  return renameStatements(target, object.names, aside);
}

/** The statement that drops what was moved aside; `noun` is `TYPE` or `DOMAIN`. */
export function discard(noun: string, object: Named): readonly Statement[] {
  const aside = `${outerName(object)}.${quoteIdentifier(nameAside(object))}`;
  return [statement(`DROP ${noun} ${aside}`)];
}

const SUFFIX = '__old';

/** The last part of the name that an object has while its successor takes its place. */
export function nameAside({ names }: Named): string {
  return cutName(names.at(-1) ?? '', MAX_NAME_BYTES - SUFFIX.length) + SUFFIX;
}
