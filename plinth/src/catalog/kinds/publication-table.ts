// The kind `publication-table`: that a publication holds a table, with its columns and condition.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec } from '../kind.js';
import { outerName, ownName } from '../object-id.js';
import { address, isNotOfExtension } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { stripParentheses } from '../writing/strip-parentheses.js';

interface PublicationTableDefinition {
  /** In the order of the table; `null` for all. */
  readonly columns: readonly string[] | null;
  readonly condition: string | null;
  /** Whether tables inherit from it: they are published each by itself. */
  readonly hasChildren: boolean;
}

/** Its name is the table's and then the publication's. */
type PublicationTable = CatalogObject<PublicationTableDefinition>;

const WITH_COLUMNS = 150_000;

export const publicationTable: KindSpec<PublicationTableDefinition> = {
  name: 'publication-table',
  presence: { catalog: 'pg_publication' },
  query: (serverVersion) => {
    const knows = serverVersion >= WITH_COLUMNS;
    const columns = `(SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute a
          WHERE a.attrelid = c.oid AND a.attnum = ANY (r.prattrs::int2[]))`;
    return `
    SELECT ARRAY[${address('pg_publication_rel', 'r.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname, p.pubname]::text[] AS names,
      ${address('pg_publication', 'p.oid')} AS parent,
      json_build_object('columns', ${knows ? `CASE WHEN r.prattrs IS NOT NULL THEN ${columns} END` : 'NULL'},
        'condition', ${knows ? 'pg_get_expr(r.prqual, r.prrelid)' : 'NULL'},
        'hasChildren', c.relkind = 'r' AND c.relhassubclass
          AND EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid)) AS definition
    FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
      JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${isNotOfExtension('pg_publication', 'p.oid')}
    ORDER BY p.pubname, n.nspname, c.relname`;
  },
  target: (object) => `TABLE ${tableOf(object)}`,
  clause: contents,
  create: (object) => [add(object)],
  drop: (object) => [remove(object)],
  isSame: ({ definition: before }, { definition: after }) =>
    before.condition === after.condition && sorted(before.columns) === sorted(after.columns),
  // ALTER PUBLICATION … SET TABLE would want every table of the publication.
  alter: (before, after) => altered(remove(before), add(after)),
};

/** As sets: the order of columns in a table is no part of it. */
function sorted(columns: readonly string[] | null): string {
  return JSON.stringify(columns && [...columns].sort());
}

function tableOf(object: PublicationTable): string {
  return `${object.definition.hasChildren ? 'ONLY ' : ''}${outerName(object)}`;
}

function contents(object: PublicationTable): string {
  const { columns, condition } = object.definition;
  return [
    tableOf(object),
    ...(columns === null ? [] : [`(${columns.map(quoteIdentifier).join(', ')})`]),
    ...(condition === null ? [] : [`WHERE (${stripParentheses(condition)})`]),
  ].join(' ');
}

function add(object: PublicationTable): Statement {
  return statement(`ALTER PUBLICATION ${ownName(object)} ADD TABLE ${contents(object)}`, {
    locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: outerName(object) }],
  });
}

function remove(object: PublicationTable): Statement {
  return statement(`ALTER PUBLICATION ${ownName(object)} DROP TABLE ${tableOf(object)}`, {
    locks: [{ mode: 'SHARE UPDATE EXCLUSIVE', on: outerName(object) }],
  });
}
