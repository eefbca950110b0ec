// The kind `replica-identity`: what a table tells subscribers of the rows it changes, where that
// is not its primary key. It is a kind of its own because an index has to be there before it.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { isIndexed } from '../indexes/index-definition.js';
import { INDEX_CONSTRAINT, INDEX_USE, type IndexUse, indexUsed } from '../indexes/index-use.js';
import { altered, type Disturbance, type KindSpec, type Reaction } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { lockAll } from '../tables/relation-locks.js';

interface ReplicaIdentityDefinition {
  readonly mode: 'FULL' | 'NOTHING' | 'INDEX';
  /** The index whose columns tell a row. */
  readonly index: IndexUse | null;
}

type ReplicaIdentity = CatalogObject<ReplicaIdentityDefinition>;

export const replicaIdentity: KindSpec<ReplicaIdentityDefinition> = {
  name: 'replica-identity',
  noun: 'TABLE',
  presence: { catalog: 'pg_class', where: `relkind IN ('r', 'p') AND relreplident <> 'd'` },
  query: () => `
    SELECT ARRAY['replica-identity:' || c.oid] AS addresses,
      ARRAY[n.nspname, c.relname]::text[] AS names,
      ${address('pg_class', 'c.oid')} AS parent,
      json_build_object(
        'mode', CASE c.relreplident WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' ELSE 'INDEX' END,
        'index', CASE WHEN c.relreplident = 'i' THEN ${INDEX_USE} END) AS definition
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisreplident
      LEFT JOIN pg_class x ON x.oid = i.indexrelid
      ${INDEX_CONSTRAINT}
    WHERE c.relkind IN ('r', 'p') AND c.relreplident <> 'd'
      -- The index may be gone; then nothing is told, and pg_dump says nothing.
      AND (c.relreplident <> 'i' OR x.oid IS NOT NULL)
      AND ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname`,
  target: ({ names }) => `TABLE ${qualifiedName(names)}`,
  create: (object) => [set(object, wordsFor(object))],
  drop: (object) => [set(object, 'DEFAULT')],
  alter: (_before, after) => altered(set(after, wordsFor(after))),
  requires: ({ definition: { index } }) => (index === null ? [] : [indexUsed(index)]),
  react,
};

function wordsFor({ definition: { mode, index } }: ReplicaIdentity): string {
  return index === null ? mode : `USING INDEX ${quoteIdentifier(index.names.at(-1) ?? '')}`;
}

function set({ names }: ReplicaIdentity, words: string): Statement {
  const name = qualifiedName(names);
  return statement(`ALTER TABLE ${name} REPLICA IDENTITY ${words}`, { locks: lockAll(name) });
}

/** PostgreSQL keeps it when a column takes another type, but not when another index comes. */
function react(_object: ReplicaIdentity, { before, manner }: Disturbance): Reaction {
  return manner === 'rebuilt' || isIndexed(before) ? 'rebuild' : 'keep';
}
