// The kind `sequence-owner`: the column with which a sequence is dropped. It is a kind of its own
// because the sequence comes before the column, and this after it.

import { quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { type ColumnDefinition, isColumn } from '../columns/column-definition.js';
import { altered, type Disturbance, type KindSpec, type Reaction, type Sides } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import {
  columnOf,
  isAscending,
  type SequenceOwner,
  tableOf,
} from '../sequences/sequence-options.js';
import { type Statement, statement } from '../statement.js';
import { layOut } from '../writing/lay-out.js';
import { isSequence } from './sequence.js';

type Owner = CatalogObject<SequenceOwner>;

export const sequenceOwner: KindSpec<SequenceOwner> = {
  name: 'sequence-owner',
  noun: 'SEQUENCE',
  presence: { catalog: 'pg_class', where: `relkind = 'S'` },
  query: () => `
    SELECT ARRAY['sequence-owner:' || c.oid] AS addresses,
      ARRAY[n.nspname, c.relname]::text[] AS names,
      ${address('pg_class', 'c.oid')} AS parent,
      json_build_object('kind', CASE t.relkind WHEN 'f' THEN 'foreign-table' ELSE 'table' END,
        'column', json_build_array(tn.nspname, t.relname, a.attname)) AS definition
    FROM pg_depend d JOIN pg_class c ON c.oid = d.objid AND c.relkind = 'S'
      JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_class t ON t.oid = d.refobjid
      JOIN pg_namespace tn ON tn.oid = t.relnamespace
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
      AND d.refobjsubid > 0 AND d.deptype = 'a' AND ${isUserSchema('n.nspname')}
      AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname`,
  target: ({ names }) => `SEQUENCE ${qualifiedName(names)}`,
  requires: ({ definition }) => [tableOf(definition), columnOf(definition)],
  leavesAfter: ({ definition }, on, goes) =>
    !goes && (on === columnOf(definition) || on === tableOf(definition)),
  create: (object, sides) => [ownedBy(object), ...carryPosition(object, sides)],
  drop: (object) => [statement(`ALTER SEQUENCE ${qualifiedName(object.names)} OWNED BY NONE`)],
  alter: (_before, after) => altered(ownedBy(after)),
  react,
};

function ownedBy({ names, definition }: Owner): Statement {
  const sequence = qualifiedName(names);
  const column = qualifiedName(definition.column);
  return statement(`ALTER SEQUENCE ${sequence} OWNED BY ${column}`, {
    locks: [{ mode: 'SHARE ROW EXCLUSIVE', on: sequence }],
  });
}

/** A new sequence for a column that has values goes on where they end. */
function carryPosition(object: Owner, sides: Sides): readonly Statement[] {
  const { names, parent, definition } = object;
  const [whole, columnId] = [tableOf(definition), columnOf(definition)];
  const sequence = parent === null ? undefined : sides.after(parent);
  const isNew = sequence !== undefined && isSequence(sequence) && sides.isCreated(sequence.id);
  if (!isNew || sides.isCreated(whole) || sides.isCreated(columnId)) return [];
  const numbered = sides.after(columnId);
  if (numbered === undefined || !isColumn(numbered) || !isInteger(numbered)) return [];
  const [table, column] = [definition.column.slice(0, 2), definition.column.slice(-1)].map(
    qualifiedName,
  );
  const { min, max } = sequence.definition;
  const [last, fits] = isAscending(sequence.definition)
    ? [`max(${column})`, `max(${column}) >= ${min}`]
    : [`min(${column})`, `min(${column}) <= ${max}`];
  const move = `SELECT setval(${quoteLiteral(qualifiedName(names))}, ${last})`;
  return [
    statement(layOut(move, [`FROM ${table}`, `HAVING ${fits}`]), {
      locks: [{ mode: 'ACCESS SHARE', on: table ?? '' }],
    }),
  ];
}

function isInteger({ definition: { type } }: CatalogObject<ColumnDefinition>): boolean {
  return type === 'smallint' || type === 'integer' || type === 'bigint';
}

/** A column that is altered in place owns it still. */
function react(_object: Owner, { manner }: Disturbance): Reaction {
  return manner === 'rebuilt' ? 'rebuild' : 'keep';
}
