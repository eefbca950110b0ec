// The kind `access-method`: of indexes and of tables, outside extensions.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { type KindSpec, REBUILT } from '../kind.js';
import { address, standsAlone } from '../reading/query-fragments.js';
import { routineName } from '../routines/routine-query.js';
import { statement } from '../statement.js';

export interface AccessMethodDefinition {
  readonly type: 'INDEX' | 'TABLE';
  readonly handler: string;
}

type AccessMethod = CatalogObject<AccessMethodDefinition>;

export const accessMethod: KindSpec<AccessMethodDefinition> = {
  name: 'access-method',
  presence: { catalog: 'pg_am' },
  query: () => `
    SELECT ARRAY[${address('pg_am', 'm.oid')}] AS addresses, ARRAY[m.amname::text] AS names,
      json_build_object('type', CASE m.amtype WHEN 'i' THEN 'INDEX' ELSE 'TABLE' END,
        'handler', ${routineName('m.amhandler')}) AS definition
    FROM pg_am m
    WHERE m.oid >= 16384 AND ${standsAlone('pg_am', 'm.oid')}
    ORDER BY m.amname`,
  target,
  create: (object) => {
    const { type, handler } = object.definition;
    return [statement(`CREATE ${target(object)} TYPE ${type} HANDLER ${handler}`)];
  },
  drop: (object) => [statement(`DROP ${target(object)}`)],
  alter: () => REBUILT,
};

function target({ names }: AccessMethod): string {
  return `ACCESS METHOD ${names.map(quoteIdentifier).join('.')}`;
}
