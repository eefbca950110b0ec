// The kind `domain-constraint`: the checks of a domain, and its NOT NULL.

import { quoteIdentifier } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { type Alteration, altered, type KindSpec, REBUILT, type Sides } from '../kind.js';
import { outerName } from '../object-id.js';
import { readable } from '../printed/readable.js';
import { address } from '../reading/query-fragments.js';
import { type Hazard, type Statement, statement } from '../statement.js';
import { IS_USER_TYPE } from '../types/type-rows.js';
import { layOut } from '../writing/lay-out.js';

export type DomainConstraintDefinition =
  | { readonly form: 'check'; readonly expression: string; readonly valid: boolean }
  /** A domain has one at most, so its name is not its identity; before 17 it has none. */
  | { readonly form: 'not-null'; readonly name: string | null };

type DomainConstraint = CatalogObject<DomainConstraintDefinition>;

/** Of a clause inside of CREATE DOMAIN. */
const INDENT = 4;

/** NOT NULL has a row in pg_constraint from here on. */
const NAMES_NOT_NULL = 170_000;

export const domainConstraint: KindSpec<DomainConstraintDefinition> = {
  name: 'domain-constraint',
  noun: 'CONSTRAINT',
  presence: { catalog: 'pg_type', where: `typtype = 'd'` },
  query: (serverVersion) => `
    SELECT ARRAY[c.address] AS addresses, ARRAY[n.nspname, t.typname, c.name]::text[] AS names,
      ${address('pg_type', 't.oid')} AS parent,
      c.definition
    FROM (${CHECKS} UNION ALL ${serverVersion < NAMES_NOT_NULL ? UNNAMED : NAMED}) c
      JOIN pg_type t ON t.oid = c.domain JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE ${IS_USER_TYPE}
    ORDER BY n.nspname, t.typname, c.place, c.name`,
  target: (object) => `CONSTRAINT ${nameOf(object)} ON DOMAIN ${outerName(object)}`,
  create,
  clause: (object) => (isValid(object) ? clauseOf(object) : undefined),
  drop: (object) => [
    statement(
      object.definition.form === 'check'
        ? `${alterDomain(object)} DROP CONSTRAINT ${nameOf(object)}`
        : `${alterDomain(object)} DROP NOT NULL`,
    ),
  ],
  alter: alterConstraint,
  renamesFreely: true,
  rename: (object, names) => [renameTo(object, names.at(-1) ?? '')],
};

const CHECKS = `SELECT ${address('pg_constraint', 'oid')} AS address, contypid AS domain,
        1 AS place, conname::text AS name, json_build_object('form', 'check',
          'expression', pg_get_expr(conbin, 0), 'valid', convalidated) AS definition
      FROM pg_constraint WHERE contypid <> 0 AND contype = 'c'`;

const NAMED = `SELECT ${address('pg_constraint', 'oid')}, contypid, 0, 'NOT NULL',
        json_build_object('form', 'not-null', 'name', conname)
      FROM pg_constraint WHERE contypid <> 0 AND contype = 'n'`;

const UNNAMED = `SELECT 'not-null of pg_type:' || oid, oid, 0, 'NOT NULL',
        '{"form": "not-null", "name": null}'::json
      FROM pg_type WHERE typtype = 'd' AND typnotnull`;

function alterDomain(object: DomainConstraint): string {
  return `ALTER DOMAIN ${outerName(object)}`;
}

function nameOf({ definition, names }: DomainConstraint): string {
  const name = definition.form === 'check' ? names.at(-1) : definition.name;
  return quoteIdentifier(name ?? standardName({ names }));
}

/** The name that PostgreSQL gives to a domain's NOT NULL. */
function standardName({ names }: Pick<DomainConstraint, 'names'>): string {
  return `${names.at(-2)}_not_null`;
}

function isValid({ definition }: DomainConstraint): boolean {
  return definition.form === 'not-null' || definition.valid;
}

/** Whether it is NOT NULL under no name that someone chose. */
function isPlain({ definition, names }: DomainConstraint): boolean {
  if (definition.form === 'check') return false;
  return definition.name === null || definition.name === standardName({ names });
}

function clauseOf(object: DomainConstraint): string {
  if (isPlain(object)) return 'NOT NULL';
  const { definition } = object;
  const what =
    definition.form === 'check' ? `CHECK (${readable(definition.expression, INDENT)})` : 'NOT NULL';
  return `CONSTRAINT ${nameOf(object)} ${what}`;
}

function create(object: DomainConstraint, sides: Sides): readonly Statement[] {
  const { parent } = object;
  const hazards = parent !== null && sides.isCreated(parent) ? [] : hazardsOf(object);
  if (isPlain(object)) return [statement(`${alterDomain(object)} SET NOT NULL`, { hazards })];
  const add = layOut(alterDomain(object), [`ADD ${clauseOf(object)}`]);
  if (!isValid(object)) return [statement(`${add} NOT VALID`)];
  const isShort = sides.plain || hazards.length === 0 || object.definition.form === 'not-null';
  return isShort
    ? [statement(add, { hazards })]
    : [statement(`${add} NOT VALID`), validate(object)];
}

function validate(object: DomainConstraint): Statement {
  const sql = `${alterDomain(object)} VALIDATE CONSTRAINT ${nameOf(object)}`;
  return statement(sql, { apart: true, hazards: hazardsOf(object) });
}

function hazardsOf(object: DomainConstraint): readonly Hazard[] {
  const domain = outerName(object);
  const condition = isPlain(object) ? 'NOT NULL' : nameOf(object);
  return [
    { kind: 'scans-table', message: `reads every table that has a column of ${domain}` },
    { kind: 'can-fail', message: `values of ${domain} that exist may not fulfil ${condition}` },
  ];
}

/** What has yet to be checked, and the name of NOT NULL, are altered in place. */
function alterConstraint(before: DomainConstraint, after: DomainConstraint): Alteration {
  const [old, wanted] = [before.definition, after.definition];
  if (wanted.form === 'not-null') {
    const name = wanted.name ?? standardName(after);
    return old.form === 'not-null' ? altered(renameTo(before, name)) : REBUILT;
  }
  const isChecked = old.form === 'check' && old.expression === wanted.expression && wanted.valid;
  return isChecked ? altered(validate(after)) : REBUILT;
}

function renameTo(object: DomainConstraint, name: string): Statement {
  const change = `RENAME CONSTRAINT ${nameOf(object)} TO ${quoteIdentifier(name)}`;
  return statement(`${alterDomain(object)} ${change}`);
}
