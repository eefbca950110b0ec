// The kind `conversion`: between two encodings of text.

import { quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { type KindSpec, REBUILT } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address, isUserSchema, standsAlone } from '../reading/query-fragments.js';
import { routineName } from '../routines/routine-query.js';
import { statement } from '../statement.js';
import { layOut } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

export interface ConversionDefinition {
  readonly from: string;
  readonly to: string;
  readonly function: string;
  readonly default: boolean;
}

type Conversion = CatalogObject<ConversionDefinition>;

export const conversion: KindSpec<ConversionDefinition> = {
  name: 'conversion',
  presence: { catalog: 'pg_conversion' },
  query: () => `
    SELECT ARRAY[${address('pg_conversion', 'c.oid')}] AS addresses,
      ARRAY[n.nspname, c.conname]::text[] AS names,
      ${address('pg_namespace', 'n.oid')} AS parent, pg_get_userbyid(c.conowner) AS owner,
      json_build_object('from', pg_encoding_to_char(c.conforencoding),
        'to', pg_encoding_to_char(c.contoencoding), 'function', ${routineName('c.conproc')},
        'default', c.condefault) AS definition
    FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace
    WHERE ${isUserSchema('n.nspname')} AND ${standsAlone('pg_conversion', 'c.oid')}
    ORDER BY n.nspname, c.conname`,
  target,
  create: (object) => [statement(createText(object))],
  drop: (object) => [statement(`DROP ${target(object)}`)],
  alter: () => REBUILT,
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function target({ names }: Conversion): string {
  return `CONVERSION ${qualifiedName(names)}`;
}

function createText(object: Conversion): string {
  const { from, to, default: isDefault, function: name } = object.definition;
  const head = `CREATE ${isDefault ? 'DEFAULT ' : ''}${target(object)}`;
  return layOut(head, [`FOR ${quoteLiteral(from)} TO ${quoteLiteral(to)}`, `FROM ${name}`]);
}
