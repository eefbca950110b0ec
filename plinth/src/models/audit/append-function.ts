// The function that appends rows to chains, and the trigger that ends the work of a transaction with
// several: the bodies of both. They are the only ones that write a log.

import { ACTOR_SETTING, REQUEST_ID_SETTING, TENANT_SETTING } from '../../engine/index.js';
import { quoteLiteral } from '../../sql/index.js';
import type { AuditNames } from './audit-names.js';

export const APPEND_ARGS =
  'new_tenant text, new_action text, new_table text, new_key jsonb, new_columns text[], new_changes jsonb';

const TENANT = quoteLiteral(TENANT_SETTING);
const TIME = 'statement_timestamp()';
const ACTOR = settingOf(ACTOR_SETTING);
const REQUEST_ID = settingOf(REQUEST_ID_SETTING);

function settingOf(name: string): string {
  return `nullif(current_setting(${quoteLiteral(name)}, true), '')`;
}

/** What a row has beside its place in the chain, in the order of the arguments of the hash. */
const FACTS = [
  'new_tenant',
  TIME,
  ACTOR,
  REQUEST_ID,
  'session_user',
  'new_action',
  'new_table',
  'new_key',
  'new_columns',
  'new_changes',
].join(', ');

/**
 * The chain's own row is moved on by the first row of a transaction, which locks the chain. Moved by
 * each, it would have a version for each, and finding it would take longer with every one: so the
 * rows after the first look at the log, and a trigger at the end moves the chain's row once.
 */
export function writeAppendBody({ log, chains, hash }: AuditNames): string {
  const ownHash = `next_hash := ${hash}(before_hash, next_seq, next_row, ${FACTS});`;
  return `
DECLARE
  scope text := current_setting(${TENANT}, true);
  next_seq bigint;
  next_row integer := 1;
  before_hash bytea;
  next_hash bytea;
BEGIN
  IF new_tenant IS NULL THEN
    RAISE not_null_violation USING MESSAGE = format('a row of %s belongs to no tenant, and cannot be audited', new_table);
  END IF;
  -- The owner, too, sees only the tenant of the scope.
  IF new_tenant IS DISTINCT FROM scope THEN
    PERFORM set_config(${TENANT}, new_tenant, true);
  END IF;
  LOOP
    UPDATE ${chains} AS chain
    SET last_seq = last_seq + 1, previous_hash = last_hash, transaction_id = pg_current_xact_id(),
      last_hash = ${hash}(last_hash, last_seq + 1, 1, ${FACTS})
    WHERE chain.tenant_id = new_tenant AND transaction_id <> pg_current_xact_id()
    RETURNING last_seq, previous_hash, last_hash INTO next_seq, before_hash, next_hash;
    EXIT WHEN FOUND;
    SELECT entry.seq + 1, entry.transaction_row + 1, entry.hash INTO next_seq, next_row, before_hash
    FROM ${log} AS entry WHERE entry.tenant_id = new_tenant ORDER BY entry.seq DESC LIMIT 1;
    IF EXISTS (SELECT FROM ${chains} AS chain
        WHERE chain.tenant_id = new_tenant AND transaction_id = pg_current_xact_id()) THEN
      ${ownHash}
      EXIT;
    END IF;
    next_seq := coalesce(next_seq, 1);
    next_row := 1;
    before_hash := coalesce(before_hash, '');
    ${ownHash}
    INSERT INTO ${chains} (tenant_id, last_seq, previous_hash, last_hash, transaction_id)
    VALUES (new_tenant, next_seq, before_hash, next_hash, pg_current_xact_id())
    ON CONFLICT DO NOTHING;
    EXIT WHEN FOUND;
  END LOOP;
  INSERT INTO ${log} (previous_hash, hash, seq, transaction_row, tenant_id, occurred_at, actor,
    request_id, role, action, table_name, row_key, columns, changes)
  VALUES (before_hash, next_hash, next_seq, next_row, ${FACTS});
  IF new_tenant IS DISTINCT FROM scope THEN
    PERFORM set_config(${TENANT}, coalesce(scope, ''), true);
  END IF;
  RETURN next_seq;
END
`;
}

/** Of the rows that a transaction wrote to a chain, the last one moves the chain's own row. */
export function writeAdvanceBody({ log, chains }: AuditNames): string {
  return `
DECLARE
  scope text := current_setting(${TENANT}, true);
BEGIN
  IF NEW.tenant_id IS DISTINCT FROM scope THEN
    PERFORM set_config(${TENANT}, NEW.tenant_id, true);
  END IF;
  IF NOT EXISTS (SELECT FROM ${log} AS entry
      WHERE entry.tenant_id = NEW.tenant_id AND entry.seq = NEW.seq + 1) THEN
    UPDATE ${chains} AS chain
    SET last_seq = NEW.seq, previous_hash = NEW.previous_hash, last_hash = NEW.hash
    WHERE chain.tenant_id = NEW.tenant_id AND transaction_id = pg_current_xact_id();
  END IF;
  IF NEW.tenant_id IS DISTINCT FROM scope THEN
    PERFORM set_config(${TENANT}, coalesce(scope, ''), true);
  END IF;
  RETURN NULL;
END
`;
}
