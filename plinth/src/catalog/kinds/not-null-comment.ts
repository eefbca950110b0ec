// The kind `not-null-comment`: the comment on a NOT NULL constraint, which PostgreSQL names since
// version 18. The constraint itself belongs to the column.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { isColumn } from '../columns/column-definition.js';
import { altered, type KindSpec, type Reaction, type Sides } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { lockChanges, relationOf } from '../tables/relation-locks.js';

interface NotNullCommentDefinition {
  readonly constraint: string;
  readonly text: string;
}

type NotNullComment = CatalogObject<NotNullCommentDefinition>;

const SINCE = 180_000;

export const notNullComment: KindSpec<NotNullCommentDefinition> = {
  name: 'not-null-comment',
  noun: 'CONSTRAINT',
  presence: { catalog: 'pg_constraint', where: `contype = 'n'` },
  query: (serverVersion) => (serverVersion < SINCE ? undefined : QUERY),
  asOn: (object, serverVersion) => (serverVersion < SINCE ? undefined : object),
  target: (object) => targetOf(object),
  create: (object) => [comment(object, quoteLiteral(object.definition.text))],
  drop: (object, sides) => (isThere(object, sides) ? [comment(object, 'NULL')] : []),
  alter: (_before, after) => altered(comment(after, quoteLiteral(after.definition.text))),
  react: (): Reaction => 'keep',
};

const QUERY = `
    SELECT ARRAY['not-null-comment:' || k.oid] AS addresses,
      ARRAY[n.nspname, c.relname, a.attname]::text[] AS names,
      ${address('pg_class', 'c.oid', 'a.attnum')} AS parent,
      json_build_object('constraint', k.conname, 'text', d.description) AS definition
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
      JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
    WHERE k.contype = 'n' AND ${isUserSchema('n.nspname')} AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname, a.attnum`;

function targetOf({ names, definition }: NotNullComment): string {
  return `CONSTRAINT ${quoteIdentifier(definition.constraint)} ON ${qualifiedName(names.slice(0, 2))}`;
}

function comment(object: NotNullComment, text: string): Statement {
  return statement(`COMMENT ON ${targetOf(object)} IS ${text}`, {
    locks: lockChanges(relationOf(object)),
  });
}

/** Whether the constraint outlives its comment, be it under another name. */
function isThere({ parent }: NotNullComment, sides: Sides): boolean {
  const column = parent === null || sides.isDropped(parent) ? undefined : sides.after(parent);
  return column !== undefined && isColumn(column) && column.definition.notNull;
}
