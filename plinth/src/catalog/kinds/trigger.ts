// The kind `trigger`: those that users make, of tables, foreign tables and views. The copies that
// PostgreSQL makes on partitions come with theirs.

import type { CatalogObject } from '../catalog-object.js';
import {
  type Alteration,
  altered,
  alteredAlone,
  type KindSpec,
  REBUILT,
  type Sides,
} from '../kind.js';
import { outerName, ownName } from '../object-id.js';
import { readable } from '../printed/readable.js';
import { changeTies, extensionTiesTable } from '../reading/extension-ties.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { type Statement, statement } from '../statement.js';
import { breakBefore } from '../views/clause-breaks.js';
import { type FiringState, stateAction } from '../writing/firing-state.js';
import { layOut } from '../writing/lay-out.js';
import { renameStatements } from '../writing/rename-statements.js';

export interface TriggerDefinition {
  readonly constraint: boolean;
  /** `BEFORE INSERT OR UPDATE OF email`. */
  readonly events: string;
  /** All that stands behind the table: `FOR EACH ROW EXECUTE FUNCTION public.audit()`. */
  readonly action: string;
  readonly fires: FiringState;
  /** Extensions it is dropped with. */
  readonly extensions: readonly string[];
}

type Trigger = CatalogObject<TriggerDefinition>;

export const trigger: KindSpec<TriggerDefinition> = {
  name: 'trigger',
  presence: { catalog: 'pg_trigger', where: 'NOT tgisinternal' },
  query: () => `
    SELECT CASE WHEN t.tgconstraint = 0 THEN ARRAY[${address('pg_trigger', 't.oid')}]
        ELSE ARRAY[${address('pg_trigger', 't.oid')}, ${address('pg_constraint', 't.tgconstraint')}]
        END AS addresses,
      ARRAY[n.nspname, c.relname, t.tgname]::text[] AS names,
      ${address('pg_class', 'c.oid')} AS parent,
      json_build_object('constraint', t.tgconstraint <> 0,
        'events', left(d.text, strpos(d.text, d.relation) - 1),
        'action', substr(d.text, strpos(d.text, d.relation) + length(d.relation)),
        'fires', t.tgenabled, 'extensions', coalesce(x.extensions, '[]'::json)) AS definition
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN LATERAL (SELECT
        substr(pg_get_triggerdef(t.oid), length(CASE t.tgconstraint WHEN 0 THEN '' ELSE 'CONSTRAINT '
          END || 'CREATE TRIGGER  ' || quote_ident(t.tgname)) + 1) AS text,
        ' ON ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' ' AS relation
        OFFSET 0) d
      LEFT JOIN ${extensionTiesTable('pg_trigger')} x ON x.objid = t.oid
    WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND ${isUserSchema('n.nspname')}
      AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname, t.tgname`,
  target,
  create: (object) => [create(object, 'CREATE'), ...stateStatements(object), ...tie(object, [])],
  drop: (object, sides) => [dropStatement(object, sides)],
  alter,
  ownWords: ['fires', 'extensions'],
  rename: (object, names) => renameStatements(target(object), object.names, names),
  renamesFreely: true,
};

function target(object: Pick<CatalogObject, 'names'>): string {
  return `TRIGGER ${ownName(object)} ON ${outerName(object)}`;
}

/** Of a clause that stands on a line of its own. */
const INDENT = 4;
const CLAUSES = ['FROM', 'NOT', 'DEFERRABLE', 'REFERENCING', 'FOR', 'WHEN', 'EXECUTE'] as const;

function create(object: Trigger, verb: 'CREATE' | 'CREATE OR REPLACE'): Statement {
  const { constraint, events, action } = object.definition;
  const head = `${verb} ${constraint ? 'CONSTRAINT ' : ''}TRIGGER ${ownName(object)}`;
  const clauses = breakBefore(CLAUSES, shorten(action)).map(readableClause);
  return statement(layOut(head, [`${events} ON ${outerName(object)}`, ...clauses]), {
    locks: [{ mode: 'SHARE ROW EXCLUSIVE', on: outerName(object) }],
  });
}

/** The condition of WHEN has parentheses of its own. */
function readableClause(clause: string): string {
  return clause.startsWith('WHEN ') ? `WHEN (${readable(clause.slice(5), INDENT)})` : clause;
}

/** Takes away what is so without being said. */
function shorten(action: string): string {
  return action
    .replace(/(^|\s)NOT DEFERRABLE INITIALLY IMMEDIATE /, '$1')
    .replace(/(^|\s)DEFERRABLE INITIALLY IMMEDIATE /, '$1DEFERRABLE ');
}

function dropStatement(object: Trigger, sides: Sides): Statement {
  const table = outerName(object);
  const message = `the trigger ${ownName(object)} no longer acts on ${table}`;
  return statement(`DROP ${target(object)}`, {
    locks: [{ mode: 'ACCESS EXCLUSIVE', on: table }],
    hazards: sides.after(object.id) === undefined ? [{ kind: 'breaks-code', message }] : [],
  });
}

/** PostgreSQL replaces no constraint trigger, and what it replaces is as if it were new. */
function alter(before: Trigger, after: Trigger): Alteration {
  const [old, wanted] = [before.definition, after.definition];
  if (old.constraint !== wanted.constraint) return REBUILT;
  if (old.events !== wanted.events || old.action !== wanted.action) {
    if (old.constraint) return REBUILT;
    const replaced = create(after, 'CREATE OR REPLACE');
    return alteredAlone(replaced, ...stateStatements(after), ...tie(after, []));
  }
  const ties = tie(after, old.extensions);
  if (old.fires === wanted.fires) return altered(...ties);
  // It reaches the copies on partitions too, some of which may have a state of their own.
  return alteredAlone(fire(after), ...ties);
}

function stateStatements(object: Trigger): readonly Statement[] {
  return object.definition.fires === 'O' ? [] : [fire(object)];
}

function fire(object: Trigger): Statement {
  const table = outerName(object);
  const action = stateAction('TRIGGER', ownName(object), object.definition.fires);
  return statement(`ALTER TABLE ${table} ${action}`, {
    locks: [{ mode: 'SHARE ROW EXCLUSIVE', on: table }],
  });
}

function tie(object: Trigger, before: readonly string[]): readonly Statement[] {
  return changeTies(before, object.definition.extensions).map((action) =>
    statement(`ALTER ${target(object)} ${action}`, {
      locks: [{ mode: 'ACCESS EXCLUSIVE', on: outerName(object) }],
    }),
  );
}
