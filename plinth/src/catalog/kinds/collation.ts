// The kind `collation`. PostgreSQL alters nothing of one but its name, owner and version; another
// definition means a new collation, which the columns follow.

import { quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { type KindSpec, REBUILT } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { statement } from '../statement.js';
import { discard, moveAside } from '../types/type-rows.js';
import { dropStatement } from '../writing/drop-statement.js';
import { layOutList } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

/** The version of the library that sorts is the machine's matter and not the schema's. */
export interface CollationDefinition {
  readonly provider: 'libc' | 'icu' | 'builtin';
  /** Of ICU and of the built-in provider. */
  readonly locale: string | null;
  /** Of libc. */
  readonly lcCollate: string | null;
  readonly lcCtype: string | null;
  readonly deterministic: boolean;
  readonly rules: string | null;
}

type Collation = CatalogObject<CollationDefinition>;

export function isCollation(object: CatalogObject): object is Collation {
  return object.kind === 'collation';
}

export const collation: KindSpec<CollationDefinition> = {
  name: 'collation',
  presence: { catalog: 'pg_collation' },
  query: (serverVersion) => `
    SELECT ARRAY[${address('pg_collation', 'c.oid')}] AS addresses,
      ARRAY[n.nspname, c.collname]::text[] AS names,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(c.collowner) AS owner,
      json_build_object(
        'provider', CASE c.collprovider WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' ELSE 'libc' END,
        'locale', CASE WHEN c.collprovider <> 'c' THEN ${localeColumn(serverVersion)} END,
        'lcCollate', CASE WHEN c.collprovider = 'c' THEN c.collcollate END,
        'lcCtype', CASE WHEN c.collprovider = 'c' THEN c.collctype END,
        'deterministic', c.collisdeterministic,
        'rules', ${serverVersion < 160_000 ? 'NULL' : 'c.collicurules'}) AS definition
    FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
    WHERE c.oid >= 16384 AND ${isUserSchema('n.nspname')}
      AND c.collencoding IN (-1,
        (SELECT encoding FROM pg_database WHERE datname = current_database()))
      AND ${isNotOfExtension('pg_collation', 'c.oid')}
    ORDER BY n.nspname, c.collname`,
  target,
  create: (object) => [
    statement(layOutList(`CREATE ${target(object)}`, optionsOf(object.definition))),
  ],
  drop: (object, sides) => [dropStatement(target(object), object, sides)],
  alter: () => REBUILT,
  moveAside: (object) => moveAside(target(object), object),
  discard: (object) => discard('COLLATION', object),
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function localeColumn(serverVersion: number): string {
  if (serverVersion < 150_000) return 'c.collcollate';
  return serverVersion < 170_000 ? 'c.colliculocale' : 'c.colllocale';
}

function target({ names }: Pick<Collation, 'names'>): string {
  return `COLLATION ${qualifiedName(names)}`;
}

function optionsOf(definition: CollationDefinition): readonly string[] {
  const { provider, locale, lcCollate, lcCtype, deterministic, rules } = definition;
  const options: string[] = [];
  if (provider !== 'libc') options.push(`PROVIDER = ${provider}`);
  if (locale !== null) options.push(`LOCALE = ${quoteLiteral(locale)}`);
  if (lcCollate !== null && lcCollate === lcCtype) {
    options.push(`LOCALE = ${quoteLiteral(lcCollate)}`);
  } else {
    if (lcCollate !== null) options.push(`LC_COLLATE = ${quoteLiteral(lcCollate)}`);
    if (lcCtype !== null) options.push(`LC_CTYPE = ${quoteLiteral(lcCtype)}`);
  }
  if (!deterministic) options.push('DETERMINISTIC = false');
  if (rules !== null) options.push(`RULES = ${quoteLiteral(rules)}`);
  return options;
}
