// The columns that a view or a materialized view puts out: how they are read, and what may become
// of them while the view stays.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { qualifiedName } from '../object-id.js';
import { type Hazard, type Statement, statement } from '../statement.js';

export interface ViewColumn {
  readonly name: string;
  readonly type: string;
  /** Where it is not the default of the type. */
  readonly collation: string | null;
}

/**
 * A table of `attrelid` and `columns`, the JSON list of columns in their order, for every user's
 * relation of this `relkind`.
 */
export function viewColumnsTable(relkind: 'v' | 'm'): string {
  return `(SELECT a.attrelid, json_agg(json_build_object('name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'collation', CASE WHEN a.attcollation <> t.typcollation
          THEN a.attcollation::regcollation::text END) ORDER BY a.attnum) AS columns
      FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid
        JOIN pg_type t ON t.oid = a.atttypid
      WHERE r.relkind = '${relkind}' AND r.oid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
      GROUP BY a.attrelid)`;
}

/**
 * The renames after which every old column stands in its place among the wanted ones, which is what
 * CREATE OR REPLACE VIEW asks for; `undefined` where a type differs too, or where a name is still
 * taken by another column. `target` is `VIEW public.v`.
 */
export function renameColumns(
  target: string,
  { names }: Pick<CatalogObject, 'names'>,
  old: readonly ViewColumn[],
  wanted: readonly ViewColumn[],
): readonly Statement[] | undefined {
  const taken = new Set(old.map(({ name }) => name));
  const statements: Statement[] = [];
  for (const [index, { name, type, collation }] of old.entries()) {
    const other = wanted[index];
    if (other?.type !== type || other.collation !== collation) return undefined;
    if (other.name === name) continue;
    if (taken.has(other.name)) return undefined;
    statements.push(renameColumn(target, qualifiedName(names), name, other.name));
  }
  return statements;
}

function renameColumn(target: string, on: string, from: string, to: string): Statement {
  const message = `the column ${from} of ${on} is ${to} now`;
  return statement(
    `ALTER ${target} RENAME COLUMN ${quoteIdentifier(from)} TO ${quoteIdentifier(to)}`,
    {
      locks: [{ mode: 'ACCESS EXCLUSIVE', on }],
      hazards: [{ kind: 'breaks-code', message }],
    },
  );
}

/** What a program that reads the view no longer finds as it was. */
export function lostColumnHazards(
  name: string,
  before: readonly ViewColumn[],
  after: readonly ViewColumn[],
): readonly Hazard[] {
  return before.flatMap((column): readonly Hazard[] => {
    const other = after.find((one) => one.name === column.name);
    if (other?.type === column.type) return [];
    const what = other === undefined ? 'is gone' : `is ${other.type}, no longer ${column.type}`;
    return [{ kind: 'breaks-code', message: `the column ${column.name} of ${name} ${what}` }];
  });
}
