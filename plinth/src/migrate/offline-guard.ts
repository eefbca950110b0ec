// What each transaction of a script asserts before it changes anything: that this session holds the
// migration lock, and where revisions stand. Where it does not hold, the transaction fails, and
// with it all that is built on it, whether or not the client goes on after an error. Pure.

import type { Revision } from '../revisions/index.js';
import { quoteLiteral } from '../sql/index.js';
import { type Direction, STEP_STARTED } from './ledger.js';
import { ledgerTable } from './ledger-schema.js';
import { lockKeys } from './migration-lock.js';
import { doBlock, dollarQuoted } from './offline-text.js';

/** Where a revision has to stand. */
export interface Expectation {
  readonly revision: Pick<Revision, 'id'>;
  readonly place: 'applied' | 'not applied' | `${Direction} ${'step' | 'started'} ${number}`;
  /** What its entry has to say of the file, where that matters. */
  readonly fingerprint?: string;
}

export interface Guard {
  /** What is about to happen, for the error. */
  readonly what: string;
  readonly expectations: readonly Expectation[];
  /** A condition on what is in the database; `entry` is the last one of the first expectation. */
  readonly condition?: { readonly sql: string; readonly otherwise: string };
  readonly ledger: string | undefined;
}

/** Calls what `guardProcedure` has made. */
export function guardText(guard: Guard): string {
  const { what, expectations, condition } = guard;
  const rows = expectations.map(expectationRow).join(',\n');
  const call = `CALL pg_temp.plinth_assert(${quoteLiteral(what)}, ARRAY[\n${rows}]);`;
  return condition === undefined ? call : `${call}\n${conditionBlock(guard, condition)}`;
}

function expectationRow({ revision, place, fingerprint = '' }: Expectation): string {
  // Of a whole file the upgrade counts: a downgrade may be corrected after it was applied.
  const [upgrade = ''] = fingerprint.split('.');
  return `  [${[revision.id, place, upgrade].map(quoteLiteral).join(', ')}]`;
}

/**
 * Made in the session's own schema, once: a script is there to be read, too.
 *
 * @param lockTimeoutMs How long a statement of a transaction waits for a lock.
 */
export function guardProcedure(ledger: string | undefined, lockTimeoutMs: number): string {
  const body = `DECLARE
  problem text;
BEGIN
${lockAssertion('what', ledger)}
  SELECT format('revision %s is %s', expected.revision,
           CASE WHEN entry.place = expected.place THEN 'applied from another file'
                WHEN entry.place IN ('applied', 'not applied') THEN entry.place
                ELSE 'half-way (' || entry.place || ')' END)
    INTO problem
    FROM (SELECT number, expectations[number][1] AS revision, expectations[number][2] AS place,
                 nullif(expectations[number][3], '') AS fingerprint
            FROM generate_subscripts(expectations, 1) AS number) AS expected
    LEFT JOIN LATERAL (${lastEntry(ledger, 'expected.revision')}) AS last ON true
   CROSS JOIN LATERAL (SELECT coalesce(last.place, 'not applied') AS place) AS entry
   WHERE entry.place <> expected.place OR last.fingerprint <> expected.fingerprint
   ORDER BY expected.number
   LIMIT 1;
  IF problem IS NOT NULL THEN
    RAISE EXCEPTION USING MESSAGE = what || ': ' || problem,
      HINT = 'Nothing was changed. Look with plinth current.';
  END IF;
  PERFORM set_config('lock_timeout', '${lockTimeoutMs}', true);
  PERFORM set_config('${STEP_STARTED}', extract(epoch FROM clock_timestamp())::text, true);
END`;
  return `CREATE OR REPLACE PROCEDURE pg_temp.plinth_assert(what text, expectations text[])
LANGUAGE plpgsql AS ${dollarQuoted(body)};`;
}

/**
 * Raises unless the migration lock is held by this very session.
 *
 * @param what An SQL expression: what is about to happen.
 */
export function lockAssertion(what: string, ledger: string | undefined): string {
  return `  IF NOT ${holdsLock(ledger)} THEN
    RAISE EXCEPTION USING MESSAGE = ${what} || ': this session does not hold the migration lock',
      HINT = 'Run the whole script in one session, when no other process runs revisions.';
  END IF;`;
}

export function holdsLock(ledger: string | undefined): string {
  const [one, two] = lockKeys(ledger);
  return `EXISTS (SELECT FROM pg_catalog.pg_locks
                  WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()
                    AND database = (SELECT oid FROM pg_catalog.pg_database
                                     WHERE datname = current_database())
                    AND classid = (${one})::integer::oid AND objid = (${two})::integer::oid
                    AND objsubid = 2)`;
}

function lastEntry(ledger: string | undefined, revision: string): string {
  return `
           SELECT CASE WHEN state <> 'finished' THEN format('%s %s %s', direction, state, step)
                       WHEN direction = 'upgrade' THEN 'applied' ELSE 'not applied' END AS place,
                  split_part(fingerprint, '.', 1) AS fingerprint, observed
             FROM ${ledgerTable(ledger)} AS ledger
            WHERE ledger.revision = ${revision} ORDER BY ledger.entry DESC LIMIT 1`;
}

function conditionBlock(
  { what, expectations, ledger }: Guard,
  { sql, otherwise }: NonNullable<Guard['condition']>,
): string {
  const revision = quoteLiteral(expectations[0]?.revision.id ?? '');
  return doBlock(`BEGIN
  IF NOT EXISTS (
    SELECT FROM (${lastEntry(ledger, revision)}) AS entry
     WHERE ${sql}) THEN
    RAISE EXCEPTION USING MESSAGE = ${quoteLiteral(`${what}: ${otherwise}`)},
      HINT = 'Look with plinth current; plinth can finish a revision that is half-way.';
  END IF;
END`);
}
