// The kind `statistics`: extended statistics over several columns or expressions of a table.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { isEqualData } from '../equal-data.js';
import { indexedRelation } from '../indexes/index-definition.js';
import { IS_USER_RELATION, RELATION_ADDRESS } from '../indexes/index-rows.js';
import {
  type Alteration,
  altered,
  type Disturbance,
  type KindSpec,
  REBUILT,
  type Reaction,
  type Sides,
} from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { readable } from '../printed/readable.js';
import { address, isUserSchema } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { lockChanges } from '../tables/relation-locks.js';
import { layOut } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

export interface StatisticsDefinition {
  /** Schema and name of the relation. */
  readonly on: readonly string[];
  /** `ndistinct`, `dependencies`, `mcv`; empty for statistics of one expression. */
  readonly forms: readonly string[];
  /** Sorted: PostgreSQL keeps no order of them. */
  readonly columns: readonly string[];
  /** As PostgreSQL prints them. */
  readonly expressions: readonly string[];
  /** `null` for the database's own. */
  readonly target: number | null;
}

type Statistics = CatalogObject<StatisticsDefinition>;

const FORMS = ['ndistinct', 'dependencies', 'mcv'];

export const statistics: KindSpec<StatisticsDefinition> = {
  name: 'statistics',
  presence: { catalog: 'pg_statistic_ext' },
  query,
  target,
  create: (object) => [create(object), ...setTarget(null, object)],
  drop: (object) => [
    statement(`DROP ${target(object)}`, { locks: lockChanges(indexedRelation(object)) }),
  ],
  alter,
  occupies: ({ names }) => [`statistics ${qualifiedName(names)}`],
  react,
  rename: (object, names) => renameStatements(target(object), object.names, names),
  renamesFreely: true,
};

function query(): string {
  return `
    SELECT ARRAY[${address('pg_statistic_ext', 's.oid')}] AS addresses,
      ARRAY[sn.nspname, s.stxname]::text[] AS names,
      ${RELATION_ADDRESS} AS parent, pg_get_userbyid(s.stxowner) AS owner,
      json_build_object('on', json_build_array(n.nspname, c.relname),
        'forms', to_json(array_remove(ARRAY[
          CASE WHEN 'd' = ANY (s.stxkind) THEN 'ndistinct' END,
          CASE WHEN 'f' = ANY (s.stxkind) THEN 'dependencies' END,
          CASE WHEN 'm' = ANY (s.stxkind) THEN 'mcv' END], NULL)),
        'columns', (SELECT coalesce(json_agg(a.attname ORDER BY a.attname), '[]'::json)
          FROM pg_attribute a WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys)),
        'expressions', coalesce(to_json(pg_get_statisticsobjdef_expressions(s.oid)), '[]'::json),
        'target', nullif(s.stxstattarget, -1)) AS definition
    FROM pg_statistic_ext s JOIN pg_namespace sn ON sn.oid = s.stxnamespace
      JOIN pg_class c ON c.oid = s.stxrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${isUserSchema('sn.nspname')} AND ${IS_USER_RELATION}
    ORDER BY sn.nspname, s.stxname`;
}

function target({ names }: Pick<CatalogObject, 'names'>): string {
  return `STATISTICS ${qualifiedName(names)}`;
}

function create(object: Statistics): Statement {
  const { forms, columns, expressions } = object.definition;
  const isAll = forms.length === 0 || forms.length === FORMS.length;
  const items = [
    ...columns.map(quoteIdentifier),
    ...expressions.map((expression) => item(expression)),
  ];
  const relation = indexedRelation(object);
  const head = `CREATE ${target(object)}${isAll ? '' : ` (${forms.join(', ')})`}`;
  return statement(layOut(head, [`ON ${items.join(', ')}`, `FROM ${relation}`]), {
    locks: lockChanges(relation),
  });
}

/** A call stands as it is; everything else needs parentheses. */
function item(expression: string): string {
  return expression.startsWith('(') ? `(${readable(expression)})` : expression;
}

function setTarget(before: number | null, object: Statistics): readonly Statement[] {
  const wanted = object.definition.target;
  if (before === wanted) return [];
  return [
    statement(`ALTER ${target(object)} SET STATISTICS ${wanted ?? -1}`, {
      locks: lockChanges(indexedRelation(object)),
    }),
  ];
}

function alter(before: Statistics, after: Statistics): Alteration {
  const { target: old, ...rest } = before.definition;
  const { target: _wanted, ...wantedRest } = after.definition;
  return isEqualData(rest, wantedRest) ? altered(...setTarget(old, after)) : REBUILT;
}

/**
 * PostgreSQL makes them anew when a column takes another type: it forgets the target, and whoever
 * changes the column owns them then.
 */
function react(object: Statistics, { before, manner }: Disturbance, sides: Sides): Reaction {
  if (manner !== 'retyped' || before.kind !== 'column') return 'rebuild';
  const { definition } = object;
  const isKept =
    isEqualData(definition, sides.after(object.id)?.definition) && object.owner === sides.role;
  return isKept && definition.target === null ? 'keep' : 'rebuild';
}
