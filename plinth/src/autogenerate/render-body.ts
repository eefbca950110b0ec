// A plan as the section of a revision: its SQL, with what it may do to a live system above each
// statement, in the words of `plinth diff`. It runs nothing.

import { type Plan, type PlannedStatement, renderPlan } from '../diff/index.js';
import { transactionRule } from '../sql/index.js';

export interface RevisionBody {
  readonly sql: string;
  /** Whether its statements had better not share a transaction. */
  readonly noTransaction: boolean;
}

export function renderBody(plan: Plan): RevisionBody {
  const statements = plan.statements.map(guardRole);
  return {
    sql: renderPlan({ ...plan, statements }),
    noTransaction: wantsNoTransaction(statements),
  };
}

/** A role belongs to the server: another database, or an earlier upgrade, may have made it. */
function guardRole(planned: PlannedStatement): PlannedStatement {
  if (!planned.object.startsWith('role:') || !planned.sql.startsWith('CREATE ROLE ')) {
    return planned;
  }
  const sql = [
    'DO $role$',
    'BEGIN',
    `    ${planned.sql};`,
    'EXCEPTION WHEN duplicate_object OR unique_violation THEN',
    '    NULL; -- It belongs to the server, and is there already.',
    'END',
    '$role$',
  ].join('\n');
  return { ...planned, sql };
}

/**
 * The runner sees by itself what PostgreSQL refuses in a transaction. What it cannot see: a scan
 * that would hold the locks of the statements before it, and an enumerated value that has to be
 * committed before something uses it.
 */
function wantsNoTransaction(statements: readonly PlannedStatement[]): boolean {
  let shared = 0;
  let uncommitted = false;
  for (const { sql, transactional, apart } of statements) {
    if (transactionRule(sql) === 'non-transactional') {
      shared = 0;
      uncommitted = false;
      continue;
    }
    if ((apart && shared > 0) || (transactional && uncommitted)) return true;
    shared += 1;
    uncommitted ||= !transactional;
  }
  return false;
}
