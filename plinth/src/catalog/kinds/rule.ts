// The kind `rule`: of tables and views, except the one that makes a view a view.

import type { CatalogObject } from '../catalog-object.js';
import { altered, type KindSpec } from '../kind.js';
import { outerName, ownName } from '../object-id.js';
import { ruleClauses } from '../printed/rule-clauses.js';
import { address, isNotOfExtension, isUserSchema } from '../reading/query-fragments.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import { type FiringState, stateAction } from '../writing/firing-state.js';
import { renameStatements } from '../writing/rename-statements.js';

export interface RuleDefinition {
  /** What follows CREATE RULE name AS, as PostgreSQL prints it. */
  readonly text: string;
  readonly fires: FiringState;
}

type Rule = CatalogObject<RuleDefinition>;

export const rule: KindSpec<RuleDefinition> = {
  name: 'rule',
  presence: { catalog: 'pg_rewrite', where: `rulename <> '_RETURN'` },
  query: () => `
    SELECT ARRAY[${address('pg_rewrite', 'r.oid')}] AS addresses,
      ARRAY[n.nspname, c.relname, r.rulename]::text[] AS names,
      ${address('pg_class', 'c.oid')} AS parent,
      json_build_object(
        'text', rtrim(ltrim(substr(pg_get_ruledef(r.oid),
          length('CREATE RULE ' || quote_ident(r.rulename) || ' AS') + 1), E' \\n'), ';'),
        'fires', r.ev_enabled) AS definition
    FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
      JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE r.rulename <> '_RETURN' AND ${isUserSchema('n.nspname')}
      AND ${isNotOfExtension('pg_class', 'c.oid')}
    ORDER BY n.nspname, c.relname, r.rulename`,
  target,
  create: (object) => [create(object, 'CREATE'), ...stateStatements(object, 'O')],
  drop: (object, sides) => [
    statement(`DROP ${target(object)}`, {
      locks: locks(object),
      hazards: sides.after(object.id) === undefined ? [stops(object)] : [],
    }),
  ],
  alter(before, after) {
    const isNew = before.definition.text !== after.definition.text;
    return altered(
      ...(isNew ? [create(after, 'CREATE OR REPLACE')] : []),
      ...stateStatements(after, before.definition.fires),
    );
  },
  ownWords: ['fires'],
  rename: (object, names) => renameStatements(target(object), object.names, names),
  renamesFreely: true,
};

function target(object: CatalogObject<RuleDefinition>): string {
  return `RULE ${ownName(object)} ON ${outerName(object)}`;
}

function create(object: Rule, verb: string): Statement {
  const lines = [`${verb} RULE ${ownName(object)} AS`, ...ruleClauses(object.definition.text)];
  return statement(lines.join('\n    '), { locks: locks(object) });
}

function stateStatements(object: Rule, before: FiringState): readonly Statement[] {
  const { fires } = object.definition;
  if (before === fires) return [];
  const action = stateAction('RULE', ownName(object), fires);
  return [statement(`ALTER TABLE ${outerName(object)} ${action}`, { locks: locks(object) })];
}

function locks(object: Rule) {
  return [{ mode: 'ACCESS EXCLUSIVE', on: outerName(object) } as const];
}

function stops(object: Rule): Hazard {
  const message = `the rule ${ownName(object)} no longer acts on ${outerName(object)}`;
  return { kind: 'breaks-code', message };
}
