// Says how a statement stands to transaction blocks, from its text alone. What PostgreSQL only
// knows at run time (a partitioned table in REINDEX or CLUSTER, a procedure that commits) cannot
// be seen here: such a revision says `no-transaction`.

import { isSignificant, type SqlToken } from './sql-token.js';
import { tokenize } from './tokenize.js';

/**
 * - `transactional`: may run inside a transaction block;
 * - `non-transactional`: PostgreSQL refuses it there;
 * - `transaction-control`: begins, ends or marks a transaction itself.
 */
export type TransactionRule = 'transactional' | 'non-transactional' | 'transaction-control';

const CONTROL =
  /^(?:BEGIN|START TRANSACTION|COMMIT|END|ROLLBACK|ABORT|SAVEPOINT|RELEASE|PREPARE TRANSACTION)(?: |$)/;

const OFF = '(?:FALSE|OFF|0)(?: |$)';

// The callers of PreventInTransactionBlock() in PostgreSQL 18.
const NON_TRANSACTIONAL: readonly RegExp[] = [
  /^CREATE (?:UNIQUE )?INDEX CONCURRENTLY /,
  /^DROP INDEX CONCURRENTLY /,
  /^REINDEX (?:\( [^)]*\) )?(?:SCHEMA|DATABASE|SYSTEM)(?: |$)/,
  /^REINDEX (?:\( [^)]*\) )?(?:INDEX|TABLE) CONCURRENTLY /,
  new RegExp(`^REINDEX \\( (?:[^)]* )?CONCURRENTLY (?!${OFF})`),
  /^VACUUM(?: |$)/,
  /^(?:CREATE|DROP) (?:DATABASE|TABLESPACE) /,
  /^ALTER SYSTEM /,
  /^ALTER DATABASE \S+ SET TABLESPACE /,
  /^ALTER TABLE .* DETACH PARTITION .* CONCURRENTLY$/s,
  new RegExp(`^CREATE SUBSCRIPTION (?!.* (?:CREATE_SLOT|CONNECT) = ${OFF})`, 's'),
  new RegExp(`^ALTER SUBSCRIPTION \\S+ (?:SET|ADD|DROP) PUBLICATION (?!.* REFRESH = ${OFF})`, 's'),
  /^ALTER SUBSCRIPTION \S+ REFRESH /,
  /^ALTER SUBSCRIPTION \S+ SET \( (?:.* )?(?:FAILOVER|TWO_PHASE) /s,
  /^DROP SUBSCRIPTION /,
  /^CLUSTER(?: VERBOSE)?(?: \( [^)]*\))?$/,
  /^DISCARD ALL$/,
];

/**
 * How one statement, with or without its semicolon, stands to transaction blocks.
 *
 * @see https://www.postgresql.org/docs/current/sql-commands.html each command's Notes
 * @example transactionRule('create index concurrently on t (a)') // 'non-transactional'
 */
export function transactionRule(statement: string): TransactionRule {
  const tokens = tokenize(statement).filter(isSignificant);
  const shape = tokens
    .map(shapeOf)
    .join(' ')
    .replace(/(?: ;)+$/, '');
  if (CONTROL.test(shape)) return 'transaction-control';
  return NON_TRANSACTIONAL.some((pattern) => pattern.test(shape))
    ? 'non-transactional'
    : 'transactional';
}

// Keywords in upper case; what is quoted becomes a mark, so that it can imitate no keyword.
function shapeOf(token: SqlToken): string {
  switch (token.kind) {
    case 'word':
      return token.text.toUpperCase();
    case 'string':
    case 'dollar-string':
    case 'quoted-identifier':
      return '"';
    default:
      return token.text;
  }
}
