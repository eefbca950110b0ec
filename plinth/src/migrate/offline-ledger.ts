// How a script begins and ends: it takes the migration lock, and creates the ledger where there is
// none. Pure.

import { quoteLiteral } from '../sql/index.js';
import {
  createLedgerSql,
  DEFAULT_LEDGER,
  LEDGER_FORMAT,
  ledgerTable,
  modernizeLedgerSql,
} from './ledger-schema.js';
import { lockKeys } from './migration-lock.js';
import { guardProcedure, holdsLock, lockAssertion } from './offline-guard.js';
import { doBlock, inComment, RESET_TEXT } from './offline-text.js';
import { PLINTH_VERSION } from './plinth-version.js';

export interface Framing {
  /** What the script does, in a line: `upgrade base:head`. */
  readonly title: string;
  /** Lines of a comment: what it runs. */
  readonly contents: readonly string[];
  readonly ledger: string | undefined;
  /** How long a statement of a transaction waits for a lock; 0 waits for ever. */
  readonly lockTimeoutMs: number;
}

/** A whole script around what it does. */
export function frameScript(framing: Framing, parts: readonly string[]): string {
  const { title, contents, ledger, lockTimeoutMs } = framing;
  return [
    header(title, contents),
    RESET_TEXT,
    takeLock(ledger),
    ensureLedgerText(ledger),
    ...(parts.length === 0 ? [] : [guardProcedure(ledger, lockTimeoutMs)]),
    ...parts,
    `SELECT pg_advisory_unlock(${lockKeys(ledger).join(', ')});\n`,
  ].join('\n\n');
}

function header(title: string, contents: readonly string[]): string {
  const lines = [
    `${inComment(title)}, written by Plinth ${PLINTH_VERSION}`,
    ...contents.map((line) => `  ${inComment(line)}`),
    '',
    'Run it in one session and statement by statement, as psql does:',
    '  psql -X -v ON_ERROR_STOP=1 -f <this file> <database>',
    'Nothing is run twice, and nothing after what failed: each transaction asserts first where the',
    'database is. After a failure, or a second time, it may be run again without ON_ERROR_STOP: what',
    'is applied then fails with that message and changes nothing.',
  ];
  return lines.map((line) => `-- ${line}`.trimEnd()).join('\n');
}

function takeLock(ledger: string | undefined): string {
  return doBlock(`BEGIN
  IF NOT ${holdsLock(ledger)}
     AND NOT pg_try_advisory_lock(${lockKeys(ledger).join(', ')}) THEN
    RAISE EXCEPTION USING MESSAGE = 'another process holds the migration lock',
      HINT = 'Wait until it has ended, then run this script again.';
  END IF;
END`);
}

function ensureLedgerText(ledger = DEFAULT_LEDGER): string {
  const table = ledgerTable(ledger);
  return `BEGIN;
${doBlock(`DECLARE
  newer text;
BEGIN
${lockAssertion("'the ledger'", ledger)}
  IF to_regclass(${quoteLiteral(table)}) IS NULL THEN
${executeAll(createLedgerSql(ledger))}
  ELSIF NOT EXISTS (SELECT FROM pg_catalog.pg_attribute
                     WHERE attrelid = to_regclass(${quoteLiteral(table)}) AND attname = 'observed') THEN
${executeAll(modernizeLedgerSql(ledger))}
  ELSE
    SELECT plinth_version INTO newer FROM ${table} WHERE format > ${LEDGER_FORMAT} LIMIT 1;
    IF newer IS NOT NULL THEN
      -- Without the lock nothing below runs.
      PERFORM pg_advisory_unlock(${lockKeys(ledger).join(', ')});
      RAISE EXCEPTION USING MESSAGE = 'the ledger was written by Plinth ' || newer
        || ${quoteLiteral(`, in a newer form than Plinth ${PLINTH_VERSION} knows`)};
    END IF;
  END IF;
END`)}
COMMIT;`;
}

function executeAll(statements: readonly string[]): string {
  return statements.map((text) => `    EXECUTE ${quoteLiteral(text)};`).join('\n');
}
