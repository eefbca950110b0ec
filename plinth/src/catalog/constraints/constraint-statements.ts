// What the statements about constraints of tables have in common.

import { quoteIdentifier, quoteLiteral } from '../../sql/index.js';
import type { CatalogObject } from '../catalog-object.js';
import { outerName, ownName, qualifiedName } from '../object-id.js';
import { type Statement, type StatementFacts, statement } from '../statement.js';
import { alterRelation, lockAll } from '../tables/relation-locks.js';
import { layOut, layOutCommands } from '../writing/lay-out.js';

type Constraint = Pick<CatalogObject, 'names' | 'parent'>;

/** As COMMENT ON names it. */
export function constraintTarget(object: Constraint): string {
  return `CONSTRAINT ${ownName(object)} ON ${outerName(object)}`;
}

/** A table has one constraint of a name, whatever its kind. */
export function constraintName({ names }: Pick<CatalogObject, 'names'>): string {
  return `constraint ${qualifiedName(names)}`;
}

/**
 * `text` is the constraint without its name, in clauses. `only`: not on partitions and children.
 */
export function addConstraint(
  object: Constraint,
  text: readonly string[],
  facts: StatementFacts,
  only = false,
): Statement {
  const head = `${alterRelation(object.parent)} ${only ? 'ONLY ' : ''}${outerName(object)}`;
  return statement(layOut(head, named(`ADD CONSTRAINT ${ownName(object)}`, text)), facts);
}

/** Puts a constraint in the place of another one of its name, so that one of them always holds. */
export function replaceConstraint(
  object: Constraint,
  text: readonly string[],
  facts: StatementFacts,
): Statement {
  const name = ownName(object);
  const commands = [`DROP CONSTRAINT ${name}`, ['ADD CONSTRAINT', name, ...text].join(' ')];
  return statement(layOutCommands(alterTableOf(object), commands), facts);
}

/** As an item of CREATE TABLE. */
export function constraintClause(object: Constraint, text: readonly string[]): string {
  const [head = '', ...clauses] = named(`CONSTRAINT ${ownName(object)}`, text);
  return layOut(head, clauses, '        ');
}

/** The name stands before the first clause. */
function named(name: string, [first = '', ...rest]: readonly string[]): readonly string[] {
  return [`${name} ${first}`, ...rest];
}

export function dropConstraint(object: Constraint, facts: StatementFacts = {}): Statement {
  const locks = lockAll(outerName(object));
  const sql = `${alterTableOf(object)} DROP CONSTRAINT ${ownName(object)}`;
  return statement(sql, { locks, ...facts });
}

export function renameConstraint(object: Constraint, names: readonly string[]): Statement {
  const name = quoteIdentifier(names.at(-1) ?? '');
  return statement(`${alterTableOf(object)} RENAME CONSTRAINT ${ownName(object)} TO ${name}`, {
    locks: lockAll(outerName(object)),
  });
}

/** Reads the rows that are there, while they can be read and written. */
export function validateConstraint(object: Constraint, facts: StatementFacts): Statement {
  const sql = `${alterTableOf(object)} VALIDATE CONSTRAINT ${ownName(object)}`;
  return statement(sql, { apart: true, ...facts });
}

export function alterTableOf(object: Constraint): string {
  return `${alterRelation(object.parent)} ${outerName(object)}`;
}

/**
 * Says a comment again that went with what was replaced. Where the comments differ, the plan says
 * the new one anyway.
 */
export function repeatComment(
  target: string,
  before: string | null,
  after: string | null,
): readonly Statement[] {
  if (after === null || before !== after) return [];
  return [statement(`COMMENT ON ${target} IS ${quoteLiteral(after)}`)];
}

/** `DEFERRABLE INITIALLY DEFERRED` */
export function deferrableWords({
  deferrable,
  deferred,
}: {
  readonly deferrable: boolean;
  readonly deferred: boolean;
}): readonly string[] {
  if (!deferrable) return [];
  return [deferred ? 'DEFERRABLE INITIALLY DEFERRED' : 'DEFERRABLE'];
}
