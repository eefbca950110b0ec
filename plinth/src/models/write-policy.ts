// Policies and roles.

import type { SQL } from 'drizzle-orm';
import type { PgPolicy, PgRole } from 'drizzle-orm/pg-core';
import { quoteIdentifier } from '../sql/index.js';
import { linkedTable, roleOptions } from './drizzle-internals.js';
import { writeQuery } from './expression.js';
import { type Target, tableTarget } from './extras/target.js';
import { invalidModel } from './model-problem.js';
import { checkLength } from './names.js';
import type { Part } from './part.js';
import { writeRoles } from './role-name.js';

export function writePolicy(policy: PgPolicy, target: Target): string {
  checkLength(policy.name, 'policy');
  const roles = writeRoles(policy.to);
  return [
    `CREATE POLICY ${quoteIdentifier(policy.name)} ON ${target.sql}`,
    ...(policy.as === 'restrictive' ? ['AS RESTRICTIVE'] : []),
    ...(policy.for === undefined ? [] : [`FOR ${policy.for.toUpperCase()}`]),
    ...(roles === '' ? [] : [`TO ${roles}`]),
    ...writeClause('USING', policy.using),
    ...writeClause('WITH CHECK', policy.withCheck),
  ].join(' ');
}

/**
 * A policy that stands beside its table.
 *
 * @param known Tables of the models, as SQL writes them: only theirs is row-level security enabled.
 */
export function writeLinkedPolicy(policy: PgPolicy, known: ReadonlySet<string>): readonly Part[] {
  const table = linkedTable(policy);
  if (table === undefined) {
    throw invalidModel(
      `the policy ${policy.name} belongs to no table`,
      'Put it into the third argument of pgTable, or say .link(table).',
    );
  }
  const target = tableTarget(table);
  return [
    ...(known.has(target.sql) ? [enableRls(target)] : []),
    { phase: 'policy', sql: writePolicy(policy, target) },
  ];
}

export function enableRls({ sql }: Target): Part {
  const enable = `ALTER TABLE ${sql} ENABLE ROW LEVEL SECURITY`;
  return { phase: 'row-security', sql: enable, shared: true };
}

// With the names of tables, because it may hold a query. An empty one is none, as in Drizzle.
function writeClause(words: string, condition: SQL | undefined): string[] {
  const text = condition === undefined ? '' : writeQuery(condition);
  return text === '' ? [] : [`${words} (${text})`];
}

export function writeRole(role: PgRole): string {
  checkLength(role.name, 'role');
  const { createDb, createRole, inherit } = roleOptions(role);
  return [
    `CREATE ROLE ${quoteIdentifier(role.name)}`,
    ...(createDb === true ? ['CREATEDB'] : []),
    ...(createRole === true ? ['CREATEROLE'] : []),
    ...(inherit === false ? ['NOINHERIT'] : []),
  ].join(' ');
}
