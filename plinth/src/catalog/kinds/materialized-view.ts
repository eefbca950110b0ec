// The kind `materialized-view`. Its indexes are a kind of their own, and so is what its columns
// carry. Whether it holds rows at the moment is its state and no part of the schema.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { isEqualData } from '../equal-data.js';
import { type Alteration, altered, type KindSpec, REBUILT, type Sides } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { changeTies, extensionTiesTable } from '../reading/extension-ties.js';
import { type Hazard, type Lock, type Statement, statement } from '../statement.js';
import { changeParameters, parameterList, parameterText } from '../tables/storage-parameters.js';
import { isSameQuery, queryText } from '../views/query-text.js';
import { lostColumnHazards, renameColumns, type ViewColumn } from '../views/view-columns.js';
import { fromViews, VIEW_PAIRS, VIEW_ROW } from '../views/view-rows.js';
import { renameStatements } from '../writing/rename-statements.js';

export interface MaterializedViewDefinition {
  readonly columns: readonly ViewColumn[];
  /** As PostgreSQL prints it, without a semicolon. */
  readonly query: string;
  /** Storage parameters, sorted: `fillfactor=70`. */
  readonly parameters: readonly string[];
  /** `null` for the database's own. */
  readonly tablespace: string | null;
  /** `null` for `heap`. */
  readonly accessMethod: string | null;
  /** Extensions it is dropped with. */
  readonly extensions: readonly string[];
  /** Whether it has rows, or REFRESH has to come first. Not compared. */
  readonly populated: boolean;
}

type MaterializedView = CatalogObject<MaterializedViewDefinition>;

const SET_ACCESS_METHOD_SINCE = 150_000;

export const materializedView: KindSpec<MaterializedViewDefinition> = {
  name: 'materialized-view',
  noun: 'MATERIALIZED VIEW',
  presence: { catalog: 'pg_class', where: `relkind = 'm'` },
  query: () => `
    SELECT ${VIEW_ROW},
      json_build_object(${VIEW_PAIRS},
        'parameters', ${parameterList('c.reloptions', 'o.reloptions')},
        'tablespace', s.spcname, 'accessMethod', nullif(m.amname, 'heap'),
        'extensions', coalesce(x.extensions, '[]'::json),
        'populated', c.relispopulated) AS definition
    ${fromViews(
      'm',
      `
      LEFT JOIN pg_class o ON o.oid = c.reltoastrelid
      LEFT JOIN pg_am m ON m.oid = c.relam
      LEFT JOIN pg_tablespace s ON s.oid = c.reltablespace
      LEFT JOIN ${extensionTiesTable('pg_class')} x ON x.objid = c.oid`,
    )}`,
  target,
  grantTarget: ({ names }) => `TABLE ${qualifiedName(names)}`,
  create: (object, sides) => [create(object, sides), ...alterEach(object, ties([], object))],
  drop: (object, sides) => [dropStatement(object, sides.after(object.id))],
  alter,
  isSame: (before, after) =>
    isSameQuery(before.definition.query, after.definition.query) &&
    isEqualData(withoutState(before), withoutState(after)),
  occupies: ({ names }) => [`relation ${qualifiedName(names)}`, `type ${qualifiedName(names)}`],
  ownWords: ['columns', 'parameters', 'tablespace', 'accessMethod', 'extensions'],
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

function isMaterializedView(object: CatalogObject): object is MaterializedView {
  return object.kind === 'materialized-view';
}

function target({ names }: Pick<CatalogObject, 'names'>): string {
  return `MATERIALIZED VIEW ${qualifiedName(names)}`;
}

function withoutState({ definition }: MaterializedView): unknown {
  return { ...definition, query: null, populated: null };
}

function create(object: MaterializedView, sides: Sides): Statement {
  const { parameters, tablespace, accessMethod } = object.definition;
  const text = queryText(object.definition.query, object.definition.columns);
  const head = [`CREATE ${target(object)}${text.columns}`];
  if (accessMethod !== null) head.push(`USING ${quoteIdentifier(accessMethod)}`);
  if (parameters.length > 0) head.push(`WITH (${parameterText(parameters)})`);
  if (tablespace !== null) head.push(`TABLESPACE ${quoteIdentifier(tablespace)}`);
  const fills = isToBeFilled(object, sides);
  return statement(`${head.join(' ')} AS\n${text.query}${fills ? '' : '\nWITH NO DATA'}`, {
    hazards: hazardsOfCreation(object, fills, hadRows(object, sides)),
  });
}

function hadRows({ id }: CatalogObject, sides: Sides): boolean {
  const before = sides.before(id);
  return before !== undefined && isMaterializedView(before) && before.definition.populated;
}

/** Whether it shall have rows, has had them, or something that the plan fills reads them. */
function isToBeFilled(object: CatalogObject, sides: Sides, seen = new Set<string>()): boolean {
  if (seen.has(object.id)) return false;
  seen.add(object.id);
  if (isMaterializedView(object)) {
    if (object.definition.populated || hadRows(object, sides)) return true;
  }
  return sides
    .dependentsAfter(object.id)
    .some((dependent) => sides.isCreated(dependent.id) && isToBeFilled(dependent, sides, seen));
}

function hazardsOfCreation(
  { names }: MaterializedView,
  fills: boolean,
  isAnew: boolean,
): readonly Hazard[] {
  const name = qualifiedName(names);
  if (!fills) {
    const message = `${name} cannot be read until REFRESH MATERIALIZED VIEW has filled it`;
    return [{ kind: 'breaks-code', message }];
  }
  if (!isAnew) return [];
  return [
    { kind: 'rewrites-table', message: `every row of ${name} is computed anew` },
    { kind: 'blocks-reads', message: `nobody can read ${name} until its rows are there again` },
  ];
}

function dropStatement(object: MaterializedView, after: CatalogObject | undefined): Statement {
  const name = qualifiedName(object.names);
  const gone: Hazard = { kind: 'breaks-code', message: `what reads ${name} fails` };
  const hazards =
    after === undefined || !isMaterializedView(after)
      ? [gone]
      : lostColumnHazards(name, object.definition.columns, after.definition.columns);
  return statement(`DROP ${target(object)}`, { locks: locks('ACCESS EXCLUSIVE', object), hazards });
}

function locks(mode: Lock['mode'], { names }: MaterializedView): readonly Lock[] {
  return [{ mode, on: qualifiedName(names) }];
}

function alter(before: MaterializedView, after: MaterializedView, sides: Sides): Alteration {
  const [old, wanted] = [before.definition, after.definition];
  const isSame =
    isSameQuery(old.query, wanted.query) && old.columns.length === wanted.columns.length;
  const renames = isSame
    ? renameColumns(target(after), after, old.columns, wanted.columns)
    : undefined;
  if (renames === undefined) return REBUILT;
  const moves: string[] = [];
  if (old.accessMethod !== wanted.accessMethod) {
    if (sides.serverVersion < SET_ACCESS_METHOD_SINCE) return REBUILT;
    moves.push(`SET ACCESS METHOD ${quoteIdentifier(wanted.accessMethod ?? 'heap')}`);
  }
  if (old.tablespace !== wanted.tablespace) {
    moves.push(`SET TABLESPACE ${quoteIdentifier(wanted.tablespace ?? 'pg_default')}`);
  }
  return altered(
    ...renames,
    ...moves.map((action) => move(after, action)),
    ...alterEach(after, changeParameters(old.parameters, wanted.parameters)),
    ...alterEach(after, ties(old.extensions, after)),
  );
}

function move(object: MaterializedView, action: string): Statement {
  const name = qualifiedName(object.names);
  return statement(`ALTER ${target(object)} ${action}`, {
    locks: locks('ACCESS EXCLUSIVE', object),
    hazards: [
      { kind: 'rewrites-table', message: `every row of ${name} is copied` },
      { kind: 'blocks-reads', message: `nobody can read ${name} while it is copied` },
    ],
  });
}

function ties(before: readonly string[], { definition }: MaterializedView): readonly string[] {
  return changeTies(before, definition.extensions);
}

function alterEach(object: MaterializedView, actions: readonly string[]): readonly Statement[] {
  return actions.map((action) =>
    statement(`ALTER ${target(object)} ${action}`, {
      locks: locks('SHARE UPDATE EXCLUSIVE', object),
    }),
  );
}
