// What the tenant role may call of an audit log: to record that a secret was read, and to remove rows
// whose time is up. And what refuses TRUNCATE. The bodies only.

import { TENANT_SETTING } from '../../engine/index.js';
import { quoteLiteral } from '../../sql/index.js';
import type { AuditNames } from './audit-names.js';

const SCOPE = `nullif(current_setting(${quoteLiteral(TENANT_SETTING)}, true), '')`;

export const RECORD_READ_ARGS = 'read_table text, read_key jsonb, read_columns text[]';

export function writeRecordReadBody({ append }: AuditNames): string {
  return `
DECLARE
  scope text := ${SCOPE};
BEGIN
  IF scope IS NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'a read is recorded in the scope of a tenant, and there is none';
  END IF;
  RETURN ${append}(scope, 'read', read_table, read_key, read_columns, NULL);
END
`;
}

export const PRUNE_ARGS = 'of_tenant text, before timestamp with time zone, most bigint';

/** Rows of one call: what it removes is one transaction. */
const MOST_PRUNED = 1_000_000;

/**
 * The moment that all rows are older than which may be pruned at another moment, as SQL. In UTC: with
 * daylight saving, other sessions would count other hours.
 */
export function youngestPrunable(moment: string, keep: string): string {
  return `(${moment} AT TIME ZONE 'UTC' - ${keep}::interval) AT TIME ZONE 'UTC'`;
}

/** Oldest first and without holes, so that what is left is a chain. */
export function writePruneBody({ log, chains }: AuditNames, keep: string): string {
  return `
DECLARE
  first bigint;
  stop bigint;
  stop_hash bytea;
  removed integer;
BEGIN
  IF of_tenant IS NULL OR before IS NULL OR most IS NULL THEN
    RAISE null_value_not_allowed USING MESSAGE = 'rows are removed of a tenant, before a moment, and at most so many: none of it can be NULL';
  END IF;
  IF of_tenant IS DISTINCT FROM ${SCOPE} THEN
    RAISE insufficient_privilege USING MESSAGE = format('rows of tenant %s are removed in its own scope only', of_tenant);
  END IF;
  -- Whoever may call it can hide nothing that is younger than this.
  before := least(before, ${youngestPrunable('statement_timestamp()', quoteLiteral(keep))});
  -- The last row stays: a chain without rows is one that somebody emptied.
  SELECT chain.first_seq, least(chain.first_seq + greatest(least(most, ${MOST_PRUNED}), 0), chain.last_seq) INTO first, stop
  FROM ${chains} AS chain WHERE chain.tenant_id = of_tenant FOR UPDATE;
  SELECT min(entry.seq) INTO stop FROM (
    SELECT entry.seq FROM ${log} AS entry
    WHERE entry.tenant_id = of_tenant AND entry.seq >= first AND entry.seq < stop AND entry.occurred_at >= before
    UNION ALL SELECT stop
  ) AS entry;
  SELECT entry.hash INTO stop_hash FROM ${log} AS entry
  WHERE entry.tenant_id = of_tenant AND entry.seq >= first AND entry.seq < stop ORDER BY entry.seq DESC LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  DELETE FROM ${log} AS entry
  WHERE entry.tenant_id = of_tenant AND entry.seq >= first AND entry.seq < stop;
  GET DIAGNOSTICS removed = ROW_COUNT;
  UPDATE ${chains} AS chain SET first_seq = stop, first_previous_hash = stop_hash,
    pruned_before = greatest(pruned_before, before)
  WHERE chain.tenant_id = of_tenant;
  RETURN removed;
END
`;
}

export const REFUSE_TRUNCATE_BODY = `
BEGIN
  RAISE feature_not_supported USING
    MESSAGE = format('%I is audited, and TRUNCATE tells of no row', TG_TABLE_NAME),
    HINT = 'Delete the rows.';
END
`;
