// The kind `language`: procedural languages that did not come with an extension.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec } from '../kind.js';
import { address, privileges, standsAlone } from '../reading/query-fragments.js';
import { routineName } from '../routines/routine-query.js';
import { statement } from '../statement.js';
import { layOut } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

export interface LanguageDefinition {
  readonly trusted: boolean;
  readonly handler: string;
  readonly inline: string | null;
  readonly validator: string | null;
}

type Language = CatalogObject<LanguageDefinition>;

export const language: KindSpec<LanguageDefinition> = {
  name: 'language',
  presence: { catalog: 'pg_language' },
  query: () => `
    SELECT ARRAY[${address('pg_language', 'l.oid')}] AS addresses, ARRAY[l.lanname::text] AS names,
      pg_get_userbyid(l.lanowner) AS owner,
      ${privileges('l', 'l.lanacl', 'l.lanowner')} AS privileges,
      json_build_object('trusted', l.lanpltrusted, 'handler', ${routineName('l.lanplcallfoid')},
        'inline', ${routineName('l.laninline')}, 'validator', ${routineName('l.lanvalidator')}
      ) AS definition
    FROM pg_language l
    WHERE l.lanispl AND l.oid >= 16384 AND ${standsAlone('pg_language', 'l.oid')}
    ORDER BY l.lanname`,
  target,
  create: (object) => [statement(createText(object, 'CREATE'))],
  drop: (object) => [statement(`DROP ${target(object)}`)],
  alter: (_before, after) => altered(statement(createText(after, 'CREATE OR REPLACE'))),
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function target({ names }: Language): string {
  return `LANGUAGE ${names.map(quoteIdentifier).join('.')}`;
}

function createText(object: Language, head: string): string {
  const { trusted, handler, inline, validator } = object.definition;
  return layOut(`${head} ${trusted ? 'TRUSTED ' : ''}${target(object)}`, [
    `HANDLER ${handler}`,
    ...(inline === null ? [] : [`INLINE ${inline}`]),
    ...(validator === null ? [] : [`VALIDATOR ${validator}`]),
  ]);
}
