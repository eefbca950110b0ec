// The function that appends rows to chains, and the trigger that ends the work of a transaction with
// several: the bodies of both. They are the only ones that write a log.

import { ACTOR_SETTING, REQUEST_ID_SETTING, TENANT_SETTING } from '../../engine/index.js';
import { quoteLiteral } from '../../sql/index.js';
import type { AuditNames } from './audit-names.js';

export const APPEND_ARGS =
  'new_tenant text, new_action text, new_table text, new_key jsonb, new_columns text[], new_changes jsonb';

const TENANT = quoteLiteral(TENANT_SETTING);

/** The tenant of the scope, as SQL; NULL or empty without one. */
export const SCOPE = `current_setting(${TENANT}, true)`;

/** What the scope says, each read once. */
export const FACT_VARIABLES = `
  new_actor text := ${settingOf(ACTOR_SETTING)};
  new_request_id text := ${settingOf(REQUEST_ID_SETTING)};
  this_transaction xid8 := pg_current_xact_id();
  next_seq bigint;
  before_hash bytea;
  next_hash bytea;`;

function settingOf(name: string): string {
  return `nullif(current_setting(${quoteLiteral(name)}, true), '')`;
}

/** What a row has beside its place in the chain, in the order of the arguments of the hash. */
function writeFacts(table: string): string {
  return `new_tenant, statement_timestamp(), new_actor, new_request_id, session_user, new_action, ${table},
      new_key, new_columns, new_changes`;
}

/** Moves the row of a chain on by the first row of a transaction; `FOUND` where it is the first. */
function writeMoveOn({ chains, hash }: AuditNames, table: string): string {
  return `UPDATE ${chains} AS chain
    SET last_seq = last_seq + 1, previous_hash = last_hash, transaction_id = this_transaction,
      last_hash = ${hash}(last_hash, last_seq + 1, 1, ${writeFacts(table)})
    WHERE chain.tenant_id = new_tenant AND transaction_id <> this_transaction
    RETURNING last_seq, previous_hash, last_hash INTO next_seq, before_hash, next_hash;`;
}

function writeRow({ log }: AuditNames, table: string, row: string): string {
  return `INSERT INTO ${log} (previous_hash, hash, seq, transaction_row, tenant_id, occurred_at, actor,
      request_id, role, action, table_name, row_key, columns, changes)
    VALUES (before_hash, next_hash, next_seq, ${row}, ${writeFacts(table)});`;
}

/**
 * Appends a row to the chain of the scope, where it is the first that the transaction writes to it.
 *
 * @param table Its name in the log, as SQL.
 * @param then What follows where it was.
 */
export function writeFirstRow(names: AuditNames, table: string, then: string): string {
  return `${writeMoveOn(names, table)}
    IF FOUND THEN
      ${writeRow(names, table, '1')}
      ${then}
    END IF;`;
}

/**
 * The chain's own row is moved on by the first row of a transaction, which locks the chain. Moved by
 * each, it would have a version for each, and finding it would take longer with every one: so the
 * rows after the first look at the log, and a trigger at the end moves the chain's row once.
 */
export function writeAppendBody(names: AuditNames): string {
  const { log, chains, hash } = names;
  const ownHash = `next_hash := ${hash}(before_hash, next_seq, next_row, ${writeFacts('new_table')});`;
  return `
DECLARE
  scope text := ${SCOPE};
  next_row integer;
  is_own boolean;
  -- Of the last row that the log has, for a chain whose own row is missing.
  free_seq bigint;
  end_hash bytea;${FACT_VARIABLES}
BEGIN
  IF new_tenant IS NULL THEN
    RAISE not_null_violation USING MESSAGE = format('a row of %s belongs to no tenant, and cannot be audited', new_table);
  END IF;
  -- The owner, too, sees only the tenant of the scope.
  IF new_tenant IS DISTINCT FROM scope THEN
    PERFORM set_config(${TENANT}, new_tenant, true);
  END IF;
  LOOP
    SELECT entry.seq + 1, entry.transaction_row + 1, entry.hash,
      (SELECT chain.transaction_id = this_transaction FROM ${chains} AS chain WHERE chain.tenant_id = new_tenant)
    INTO next_seq, next_row, before_hash, is_own
    FROM ${log} AS entry WHERE entry.tenant_id = new_tenant ORDER BY entry.seq DESC LIMIT 1;
    IF is_own THEN
      ${ownHash}
      EXIT;
    END IF;
    next_row := 1;
    free_seq := coalesce(next_seq, 1);
    end_hash := coalesce(before_hash, '');
    ${writeMoveOn(names, 'new_table')}
    EXIT WHEN FOUND;
    next_seq := free_seq;
    before_hash := end_hash;
    ${ownHash}
    INSERT INTO ${chains} (tenant_id, last_seq, previous_hash, last_hash, transaction_id)
    VALUES (new_tenant, next_seq, before_hash, next_hash, this_transaction)
    ON CONFLICT DO NOTHING;
    EXIT WHEN FOUND;
  END LOOP;
  ${writeRow(names, 'new_table', 'next_row')}
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
  scope text := ${SCOPE};
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
