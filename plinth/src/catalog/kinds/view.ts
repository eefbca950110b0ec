// The kind `view`. What its columns carry (comments, privileges, defaults) are kinds of their own,
// and so are its rules, except the one that makes it a view.

import type { CatalogObject } from '../catalog-object.js';
import { isEqualData } from '../equal-data.js';
import { type Alteration, altered, type KindSpec, REBUILT } from '../kind.js';
import { qualifiedName } from '../object-id.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import { changeParameters, parameterList, parameterText } from '../tables/storage-parameters.js';
import { isSameQuery, queryText } from '../views/query-text.js';
import { lostColumnHazards, renameColumns, type ViewColumn } from '../views/view-columns.js';
import { fromViews, VIEW_PAIRS, VIEW_ROW } from '../views/view-rows.js';
import { renameStatements } from '../writing/rename-statements.js';

export interface ViewDefinition {
  readonly columns: readonly ViewColumn[];
  /** As PostgreSQL prints it, without a semicolon. */
  readonly query: string;
  /** Sorted: `security_barrier=true`, `check_option=local`. */
  readonly options: readonly string[];
}

type View = CatalogObject<ViewDefinition>;

export const view: KindSpec<ViewDefinition> = {
  name: 'view',
  presence: { catalog: 'pg_class', where: `relkind = 'v'` },
  query: () => `
    SELECT ${VIEW_ROW},
      json_build_object(${VIEW_PAIRS},
        'options', ${parameterList('c.reloptions')}) AS definition
    ${fromViews('v')}`,
  target,
  grantTarget: ({ names }) => `TABLE ${qualifiedName(names)}`,
  create: (object) => [statement(createText(object, 'CREATE'))],
  drop: (object, sides) => [dropStatement(object, sides.after(object.id))],
  alter: (before, after) => alter(before, after),
  isSame: ({ definition: before }, { definition: after }) =>
    isSameQuery(before.query, after.query) &&
    isEqualData({ ...before, query: '' }, { ...after, query: '' }),
  occupies: ({ names }) => [`relation ${qualifiedName(names)}`, `type ${qualifiedName(names)}`],
  ownWords: ['columns', 'options'],
  rename: (object, names) => renameStatements(target(object), object.names, names),
};

export function isView(object: CatalogObject): object is View {
  return object.kind === 'view';
}

function target({ names }: Pick<CatalogObject, 'names'>): string {
  return `VIEW ${qualifiedName(names)}`;
}

function createText(object: View, verb: 'CREATE' | 'CREATE OR REPLACE'): string {
  const { columns, options } = object.definition;
  const text = queryText(object.definition.query, columns);
  const inHead = options.filter((option) => !option.startsWith('check_option='));
  const head = [`${verb} ${target(object)}${text.columns}`];
  if (inHead.length > 0) head.push(`WITH (${parameterText(inHead)})`);
  return `${head.join(' ')} AS\n${text.query}${checkOption(options)}`;
}

function checkOption(options: readonly string[]): string {
  const option = options.find((one) => one.startsWith('check_option='));
  if (option === undefined) return '';
  return `\nWITH ${option.endsWith('=local') ? 'LOCAL' : 'CASCADED'} CHECK OPTION`;
}

function dropStatement(object: View, after: CatalogObject | undefined): Statement {
  const name = qualifiedName(object.names);
  const gone: Hazard = { kind: 'breaks-code', message: `what uses ${name} fails` };
  const hazards =
    after === undefined || !isView(after)
      ? [gone]
      : lostColumnHazards(name, object.definition.columns, after.definition.columns);
  return statement(`DROP ${target(object)}`, { locks: locks(object), hazards });
}

function locks({ names }: Pick<CatalogObject, 'names'>) {
  return [{ mode: 'ACCESS EXCLUSIVE', on: qualifiedName(names) } as const];
}

function alter(before: View, after: View): Alteration {
  const [old, wanted] = [before.definition, after.definition];
  const renames = renameColumns(target(after), after, old.columns, wanted.columns);
  if (renames === undefined) return REBUILT;
  const facts = { locks: locks(after), hazards: unprotectHazards(before, after) };
  // Where the columns have their new names, the old query puts out these.
  if (isSameQuery(old.query, wanted.query) && old.columns.length === wanted.columns.length) {
    const actions = changeParameters(old.options, wanted.options);
    const changes = actions.map((action) => statement(`ALTER ${target(after)} ${action}`, facts));
    return altered(...renames, ...changes);
  }
  return altered(...renames, statement(createText(after, 'CREATE OR REPLACE'), facts));
}

const PROTECTIONS: readonly (readonly [string, string])[] = [
  ['security_invoker', 'reads with the privileges of its owner, for whoever may read it'],
  ['security_barrier', 'may show rows that it hides to functions in a query'],
];

/** What guarded the rows under a view and no longer does. */
function unprotectHazards(before: View, after: View): readonly Hazard[] {
  const name = qualifiedName(after.names);
  return PROTECTIONS.filter(
    ([option]) => isOn(before.definition, option) && !isOn(after.definition, option),
  ).map(([, what]): Hazard => ({ kind: 'widens-privileges', message: `${name} ${what}` }));
}

function isOn({ options }: ViewDefinition, option: string): boolean {
  return options.some(
    (one) => /^\w+=(?:true|on|yes|1)$/i.test(one) && one.startsWith(`${option}=`),
  );
}
