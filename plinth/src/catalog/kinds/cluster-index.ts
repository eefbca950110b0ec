// The kind `cluster-index`: the index by which CLUSTER orders a table or a materialized view.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { isIndexed } from '../indexes/index-definition.js';
import { INDEX_CONSTRAINT, INDEX_USE, type IndexUse, indexUsed } from '../indexes/index-use.js';
import { altered, type Disturbance, type KindSpec, type Reaction } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { lockChanges } from '../tables/relation-locks.js';

interface ClusterIndexDefinition {
  readonly index: IndexUse;
}

type ClusterIndex = CatalogObject<ClusterIndexDefinition>;

export const clusterIndex: KindSpec<ClusterIndexDefinition> = {
  name: 'cluster-index',
  noun: 'TABLE',
  presence: { catalog: 'pg_index', oid: 'indexrelid', where: 'indisclustered' },
  query: () => `
    SELECT ARRAY['cluster-index:' || c.oid] AS addresses,
      ARRAY[n.nspname, c.relname]::text[] AS names,
      ${address('pg_class', 'c.oid')} AS parent,
      json_build_object('index', ${INDEX_USE}) AS definition
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_class x ON x.oid = i.indexrelid
      ${INDEX_CONSTRAINT}
    WHERE i.indisclustered AND c.relkind IN ('r', 'p', 'm') AND ${isUserSchema('n.nspname')}
      AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname`,
  target: ({ names }) => `TABLE ${qualifiedName(names)}`,
  create: (object) => [change(object, wordsFor(object))],
  drop: (object) => [change(object, 'SET WITHOUT CLUSTER')],
  alter: (_before, after) => altered(change(after, wordsFor(after))),
  requires: ({ definition: { index } }) => [indexUsed(index)],
  react,
};

function wordsFor({ definition: { index } }: ClusterIndex): string {
  return `CLUSTER ON ${quoteIdentifier(index.names.at(-1) ?? '')}`;
}

function change({ names, parent }: ClusterIndex, words: string): Statement {
  const name = qualifiedName(names);
  const noun = parent?.startsWith('materialized-view:') === true ? 'MATERIALIZED VIEW' : 'TABLE';
  return statement(`ALTER ${noun} ${name} ${words}`, { locks: lockChanges(name) });
}

/** PostgreSQL keeps it when a column takes another type, but not when another index comes. */
function react(_object: ClusterIndex, { before, manner }: Disturbance): Reaction {
  return manner === 'rebuilt' || isIndexed(before) ? 'rebuild' : 'keep';
}
