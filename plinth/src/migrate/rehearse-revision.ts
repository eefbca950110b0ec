// Runs a revision where no ledger is, as in a scratch: step by step, as it runs elsewhere.

import type { Connection } from '../engine/index.js';
import type { Revision } from '../revisions/index.js';
import type { SqlStatement } from '../sql/index.js';
import type { Direction } from './ledger.js';
import { rehearseModuleSteps } from './rehearse-module.js';
import { type RevisionStep, revisionSteps } from './revision-steps.js';
import { runModule } from './run-module.js';
import { resetSession, rollBack } from './run-transaction.js';
import {
  commitFailed,
  type FailedRun,
  type FailedStatement,
  statementFailed,
} from './statement-failed.js';
import { RESET_SESSION } from './transaction-script.js';

/**
 * The work may be called again after it failed: it goes on at the step that did.
 *
 * @throws PlinthError MIGRATE_STATEMENT_FAILED; the step that failed is undone.
 */
export function rehearseRevision(
  revision: Revision,
  direction: Direction,
): (connection: Connection) => Promise<void> {
  const steps = revisionSteps(revision, direction);
  const context = { direction, x: {}, tag: undefined };
  const inSteps = rehearseModuleSteps({ revision, context });
  let done = 0;
  const rehearse = async (connection: Connection, step: RevisionStep): Promise<void> => {
    const run = { revision, direction, step: done + 1, steps: steps.length, together: false };
    switch (step.kind) {
      case 'transaction':
        return await rehearseTransaction(connection, run, step.statements);
      case 'alone':
      case 'procedure':
        return await rehearseAlone(connection, run, step.statement);
      case 'module': {
        if (step.inSteps) return await inSteps(connection);
        const work = () => runModule(connection, { revision, context });
        return await inTransaction(connection, run, work);
      }
      default:
        return step satisfies never;
    }
  };
  return async (connection) => {
    for (const step of steps.slice(done)) {
      await rehearse(connection, step);
      done += 1;
    }
  };
}

async function rehearseTransaction(
  connection: Connection,
  run: FailedRun,
  statements: readonly SqlStatement[],
): Promise<void> {
  if (await rehearseAtOnce(connection, statements)) return;
  await inTransaction(connection, run, async () => {
    for (const statement of statements) {
      await runStatement(connection, { run, statement, alone: false });
    }
  });
}

/** All in one message. Where it fails, it has to be run again to tell the statement. */
async function rehearseAtOnce(
  connection: Connection,
  statements: readonly SqlStatement[],
): Promise<boolean> {
  const texts = statements.map(({ text }) => text);
  try {
    await connection.query(
      ['BEGIN', ...texts, 'RESET ROLE', 'COMMIT', RESET_SESSION].join('\n;\n'),
    );
    return true;
  } catch {
    // The next run says what is wrong.
    await rollBack(connection);
    return false;
  }
}

async function rehearseAlone(
  connection: Connection,
  run: FailedRun,
  statement: SqlStatement,
): Promise<void> {
  try {
    await runStatement(connection, { run, statement, alone: true });
  } finally {
    await resetSession(connection);
  }
}

async function runStatement(
  connection: Connection,
  failed: Omit<FailedStatement, 'blockers'>,
): Promise<void> {
  try {
    await connection.query(failed.statement.text);
  } catch (error) {
    throw statementFailed({ ...failed, blockers: [] }, error);
  }
}

async function inTransaction(
  connection: Connection,
  run: FailedRun,
  work: () => Promise<void>,
): Promise<void> {
  await connection.query('BEGIN');
  try {
    await work();
    await connection.query('RESET ROLE');
  } catch (error) {
    await rollBack(connection);
    throw error;
  }
  try {
    await connection.query(`COMMIT; ${RESET_SESSION}`);
  } catch (error) {
    await resetSession(connection);
    throw commitFailed(run, error);
  }
}
