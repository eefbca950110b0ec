// The kind `transform`: how a procedural language takes and gives values of a type.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec } from '../kind.js';
import { address, standsAlone } from '../reading/query-fragments.js';
import { routineName } from '../routines/routine-query.js';
import { statement } from '../statement.js';

export interface TransformDefinition {
  readonly type: string;
  readonly language: string;
  readonly fromSql: string | null;
  readonly toSql: string | null;
}

type Transform = CatalogObject<TransformDefinition>;

export const transform: KindSpec<TransformDefinition> = {
  name: 'transform',
  presence: { catalog: 'pg_transform' },
  query: () => `
    SELECT ARRAY[${address('pg_transform', 't.oid')}] AS addresses,
      ARRAY[format_type(t.trftype, NULL), l.lanname] COLLATE "C" AS names,
      json_build_object('type', format_type(t.trftype, NULL), 'language', l.lanname,
        'fromSql', ${routineName('t.trffromsql')}, 'toSql', ${routineName('t.trftosql')}
      ) AS definition
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
    WHERE t.oid >= 16384 AND ${standsAlone('pg_transform', 't.oid')}
    ORDER BY names`,
  target,
  create: (object) => [statement(createText(object, 'CREATE'))],
  drop: (object) => [statement(`DROP ${target(object)}`)],
  alter: (_before, after) => altered(statement(createText(after, 'CREATE OR REPLACE'))),
  // A type that is altered stays the same type.
  react: (_object, { manner }) => (manner === 'retyped' ? 'keep' : 'rebuild'),
};

function target({ definition }: Transform): string {
  return `TRANSFORM FOR ${definition.type} LANGUAGE ${quoteIdentifier(definition.language)}`;
}

function createText(object: Transform, head: string): string {
  const { fromSql, toSql } = object.definition;
  const functions = [
    // The types are the same for every transform: the rule of PostgreSQL.
    ...(fromSql === null ? [] : [`FROM SQL WITH FUNCTION ${fromSql}(internal)`]),
    ...(toSql === null ? [] : [`TO SQL WITH FUNCTION ${toSql}(internal)`]),
  ];
  return `${head} ${target(object)} (\n    ${functions.join(',\n    ')}\n)`;
}
