-- plinth:revision d7b3905ea648
-- plinth:revises c2f84d1b6e37
-- plinth:message create audit

-- plinth:upgrade
CREATE FUNCTION public.audit_log_hash(
    previous_hash bytea,
    seq bigint,
    transaction_row integer,
    tenant text,
    occurred_at timestamp with time zone,
    actor text,
    request_id text,
    role text,
    action text,
    table_name text,
    row_key jsonb,
    columns text[],
    changes jsonb
)
RETURNS bytea
LANGUAGE sql
STABLE
AS $$SELECT pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.json_build_array('plinth:audit:1',
  pg_catalog.encode($1, 'hex'), $2, $3, $4,
  (extract(epoch FROM $5) OPERATOR(pg_catalog.*) 1000000)::bigint, $6, $7,
  $8, $9, $10, $11, $12, $13)::text, 'UTF8'))$$;

REVOKE EXECUTE ON FUNCTION public.audit_log_hash(bytea, bigint, integer, text, timestamp with time zone, text, text, text, text, text, jsonb, text[], jsonb) FROM PUBLIC, admin, app_user;

CREATE FUNCTION public.audit_log_refuse_truncate()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RAISE feature_not_supported USING
    MESSAGE = format('%I is audited, and TRUNCATE tells of no row', TG_TABLE_NAME),
    HINT = 'Delete the rows.';
END
$$;

REVOKE EXECUTE ON FUNCTION public.audit_log_refuse_truncate() FROM PUBLIC, admin, app_user;

CREATE TABLE public.audit_chains (
    tenant_id character varying(100) NOT NULL,
    first_seq bigint NOT NULL DEFAULT 1,
    first_previous_hash bytea NOT NULL DEFAULT '\x',
    pruned_before timestamp with time zone,
    last_seq bigint NOT NULL,
    previous_hash bytea NOT NULL,
    last_hash bytea NOT NULL,
    transaction_id xid8 NOT NULL,
    CONSTRAINT audit_chains_pkey PRIMARY KEY (tenant_id)
);

ALTER TABLE public.audit_chains ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.audit_chains FORCE ROW LEVEL SECURITY;
-- Nobody writes the log but its functions: what ALTER DEFAULT PRIVILEGES may have given goes.
REVOKE ALL ON TABLE public.audit_chains FROM PUBLIC, admin, app_user;
GRANT SELECT ON TABLE public.audit_chains TO admin, app_user;

CREATE POLICY tenant_isolation_policy ON public.audit_chains
    USING (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ))
    WITH CHECK (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ));

CREATE TABLE public.audit_log (
    tenant_id character varying(100) NOT NULL,
    seq bigint NOT NULL,
    occurred_at timestamp with time zone NOT NULL,
    transaction_row integer NOT NULL,
    actor text,
    request_id text,
    role text NOT NULL,
    action text NOT NULL,
    table_name text NOT NULL,
    row_key jsonb NOT NULL,
    columns text[] NOT NULL,
    changes jsonb,
    previous_hash bytea NOT NULL,
    hash bytea NOT NULL,
    CONSTRAINT audit_log_pkey PRIMARY KEY (tenant_id, seq)
);

ALTER TABLE public.audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.audit_log FORCE ROW LEVEL SECURITY;
-- Nobody writes the log but its functions: what ALTER DEFAULT PRIVILEGES may have given goes.
REVOKE ALL ON TABLE public.audit_log FROM PUBLIC, admin, app_user;
GRANT SELECT ON TABLE public.audit_log TO admin, app_user;

CREATE TRIGGER audit_log_refuse_truncate
    BEFORE TRUNCATE ON public.audit_log
    FOR EACH STATEMENT
    EXECUTE FUNCTION public.audit_log_refuse_truncate();

CREATE POLICY tenant_isolation_policy ON public.audit_log
    USING (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ))
    WITH CHECK (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ));

SET check_function_bodies = off;

CREATE FUNCTION public.audit_log_advance()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  scope text := current_setting('app.current_tenant_id', true);
BEGIN
  IF NEW.tenant_id IS DISTINCT FROM scope THEN
    PERFORM set_config('app.current_tenant_id', NEW.tenant_id, true);
  END IF;
  IF NOT EXISTS (SELECT FROM public.audit_log AS entry
      WHERE entry.tenant_id = NEW.tenant_id AND entry.seq = NEW.seq + 1) THEN
    UPDATE public.audit_chains AS chain
    SET last_seq = NEW.seq, previous_hash = NEW.previous_hash, last_hash = NEW.hash
    WHERE chain.tenant_id = NEW.tenant_id AND transaction_id = pg_current_xact_id();
  END IF;
  IF NEW.tenant_id IS DISTINCT FROM scope THEN
    PERFORM set_config('app.current_tenant_id', coalesce(scope, ''), true);
  END IF;
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION public.audit_log_advance() FROM PUBLIC, admin, app_user;
RESET check_function_bodies;

CREATE CONSTRAINT TRIGGER audit_log_advance
    AFTER INSERT ON public.audit_log
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    WHEN (new.transaction_row > 1)
    EXECUTE FUNCTION public.audit_log_advance();

CREATE FUNCTION public.audit_log_append(
    new_tenant text,
    new_action text,
    new_table text,
    new_key jsonb,
    new_columns text[],
    new_changes jsonb
)
RETURNS bigint
LANGUAGE plpgsql
AS $$
DECLARE
  scope text := current_setting('app.current_tenant_id', true);
  next_row integer;
  is_own boolean;
  -- Of the last row that the log has, for a chain whose own row is missing.
  free_seq bigint;
  end_hash bytea;
  new_actor text := nullif(current_setting('app.actor', true), '');
  new_request_id text := nullif(current_setting('app.request_id', true), '');
  this_transaction xid8 := pg_current_xact_id();
  next_seq bigint;
  before_hash bytea;
  next_hash bytea;
BEGIN
  IF new_tenant IS NULL THEN
    RAISE not_null_violation USING MESSAGE = format('a row of %s belongs to no tenant, and cannot be audited', new_table);
  END IF;
  -- The owner, too, sees only the tenant of the scope.
  IF new_tenant IS DISTINCT FROM scope THEN
    PERFORM set_config('app.current_tenant_id', new_tenant, true);
  END IF;
  LOOP
    SELECT entry.seq + 1, entry.transaction_row + 1, entry.hash,
      (SELECT chain.transaction_id = this_transaction FROM public.audit_chains AS chain WHERE chain.tenant_id = new_tenant)
    INTO next_seq, next_row, before_hash, is_own
    FROM public.audit_log AS entry WHERE entry.tenant_id = new_tenant ORDER BY entry.seq DESC LIMIT 1;
    IF is_own THEN
      next_hash := public.audit_log_hash(before_hash, next_seq, next_row, new_tenant, statement_timestamp(), new_actor, new_request_id, session_user, new_action, new_table,
      new_key, new_columns, new_changes);
      EXIT;
    END IF;
    next_row := 1;
    free_seq := coalesce(next_seq, 1);
    end_hash := coalesce(before_hash, '');
    UPDATE public.audit_chains AS chain
    SET last_seq = last_seq + 1, previous_hash = last_hash, transaction_id = this_transaction,
      last_hash = public.audit_log_hash(last_hash, last_seq + 1, 1, new_tenant, statement_timestamp(), new_actor, new_request_id, session_user, new_action, new_table,
      new_key, new_columns, new_changes)
    WHERE chain.tenant_id = new_tenant AND transaction_id <> this_transaction
    RETURNING last_seq, previous_hash, last_hash INTO next_seq, before_hash, next_hash;
    EXIT WHEN FOUND;
    next_seq := free_seq;
    before_hash := end_hash;
    next_hash := public.audit_log_hash(before_hash, next_seq, next_row, new_tenant, statement_timestamp(), new_actor, new_request_id, session_user, new_action, new_table,
      new_key, new_columns, new_changes);
    INSERT INTO public.audit_chains (tenant_id, last_seq, previous_hash, last_hash, transaction_id)
    VALUES (new_tenant, next_seq, before_hash, next_hash, this_transaction)
    ON CONFLICT DO NOTHING;
    EXIT WHEN FOUND;
  END LOOP;
  INSERT INTO public.audit_log (previous_hash, hash, seq, transaction_row, tenant_id, occurred_at, actor,
      request_id, role, action, table_name, row_key, columns, changes)
    VALUES (before_hash, next_hash, next_seq, next_row, new_tenant, statement_timestamp(), new_actor, new_request_id, session_user, new_action, new_table,
      new_key, new_columns, new_changes);
  IF new_tenant IS DISTINCT FROM scope THEN
    PERFORM set_config('app.current_tenant_id', coalesce(scope, ''), true);
  END IF;
  RETURN next_seq;
END
$$;

REVOKE EXECUTE ON FUNCTION public.audit_log_append(text, text, text, jsonb, text[], jsonb) FROM PUBLIC, admin, app_user;

CREATE FUNCTION public.audit_log_prune(of_tenant text, before timestamp with time zone, most bigint)
RETURNS integer
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  first bigint;
  stop bigint;
  stop_hash bytea;
  removed integer;
BEGIN
  IF of_tenant IS NULL OR before IS NULL OR most IS NULL THEN
    RAISE null_value_not_allowed USING MESSAGE = 'rows are removed of a tenant, before a moment, and at most so many: none of it can be NULL';
  END IF;
  IF of_tenant IS DISTINCT FROM nullif(current_setting('app.current_tenant_id', true), '') THEN
    RAISE insufficient_privilege USING MESSAGE = format('rows of tenant %s are removed in its own scope only', of_tenant);
  END IF;
  -- Whoever may call it can hide nothing that is younger than this.
  before := least(before, (statement_timestamp() AT TIME ZONE 'UTC' - '6 years'::interval) AT TIME ZONE 'UTC');
  -- The last row stays: a chain without rows is one that somebody emptied.
  SELECT chain.first_seq, least(chain.first_seq + greatest(least(most, 1000000), 0), chain.last_seq) INTO first, stop
  FROM public.audit_chains AS chain WHERE chain.tenant_id = of_tenant FOR UPDATE;
  SELECT min(entry.seq) INTO stop FROM (
    SELECT entry.seq FROM public.audit_log AS entry
    WHERE entry.tenant_id = of_tenant AND entry.seq >= first AND entry.seq < stop AND entry.occurred_at >= before
    UNION ALL SELECT stop
  ) AS entry;
  SELECT entry.hash INTO stop_hash FROM public.audit_log AS entry
  WHERE entry.tenant_id = of_tenant AND entry.seq >= first AND entry.seq < stop ORDER BY entry.seq DESC LIMIT 1;
  IF NOT FOUND THEN
    RETURN 0;
  END IF;
  DELETE FROM public.audit_log AS entry
  WHERE entry.tenant_id = of_tenant AND entry.seq >= first AND entry.seq < stop;
  GET DIAGNOSTICS removed = ROW_COUNT;
  UPDATE public.audit_chains AS chain SET first_seq = stop, first_previous_hash = stop_hash,
    pruned_before = greatest(pruned_before, before)
  WHERE chain.tenant_id = of_tenant;
  RETURN removed;
END
$$;

REVOKE EXECUTE ON FUNCTION public.audit_log_prune(text, timestamp with time zone, bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.audit_log_prune(text, timestamp with time zone, bigint) TO app_user;

CREATE FUNCTION public.audit_log_record_read(read_table text, read_key jsonb, read_columns text[])
RETURNS bigint
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  scope text := nullif(current_setting('app.current_tenant_id', true), '');
BEGIN
  IF scope IS NULL THEN
    RAISE insufficient_privilege USING MESSAGE = 'a read is recorded in the scope of a tenant, and there is none';
  END IF;
  RETURN public.audit_log_append(scope, 'read', read_table, read_key, read_columns, NULL);
END
$$;

REVOKE EXECUTE ON FUNCTION public.audit_log_record_read(text, jsonb, text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION public.audit_log_record_read(text, jsonb, text[]) TO app_user;

CREATE TRIGGER data_keys_audit_truncate
    BEFORE TRUNCATE ON public.data_keys
    FOR EACH STATEMENT
    EXECUTE FUNCTION public.audit_log_refuse_truncate();

SET check_function_bodies = off;

CREATE FUNCTION public.data_keys_audit()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  scope text := current_setting('app.current_tenant_id', true);
  new_tenant text;
  new_action text;
  new_key jsonb;
  new_columns text[];
  new_changes jsonb;
  new_actor text := nullif(current_setting('app.actor', true), '');
  new_request_id text := nullif(current_setting('app.request_id', true), '');
  this_transaction xid8 := pg_current_xact_id();
  next_seq bigint;
  before_hash bytea;
  next_hash bytea;
BEGIN
  IF TG_OP = 'UPDATE' AND NOT (NEW.tenant_id COLLATE "C" IS DISTINCT FROM OLD.tenant_id COLLATE "C" OR NEW.id IS DISTINCT FROM OLD.id) THEN
    new_columns := array_remove(ARRAY[
      CASE WHEN NEW.wrapped_key COLLATE "C" IS DISTINCT FROM OLD.wrapped_key COLLATE "C" THEN 'wrapped_key' END,
      CASE WHEN NEW.key_encryption_key_id COLLATE "C" IS DISTINCT FROM OLD.key_encryption_key_id COLLATE "C" THEN 'key_encryption_key_id' END,
      CASE WHEN NEW.created_at IS DISTINCT FROM OLD.created_at THEN 'created_at' END,
      CASE WHEN NEW.retired_at IS DISTINCT FROM OLD.retired_at THEN 'retired_at' END
    ]::text[], NULL);
    IF new_columns = '{}' THEN
      RETURN NULL;
    END IF;
    new_tenant := NEW.tenant_id;
    new_action := 'update';
    new_key := jsonb_build_object('id', NEW.id);
  ELSIF TG_OP = 'DELETE' THEN
    new_tenant := OLD.tenant_id;
    new_action := 'delete';
    new_key := jsonb_build_object('id', OLD.id);
    new_columns := '{}';
  ELSE
    IF TG_OP = 'UPDATE' THEN
      PERFORM public.audit_log_append(OLD.tenant_id, 'delete', 'data_keys',
        jsonb_build_object('id', OLD.id), '{}', NULL);
    END IF;
    new_tenant := NEW.tenant_id;
    new_action := 'insert';
    new_key := jsonb_build_object('id', NEW.id);
    new_columns := array_remove(ARRAY[
      'id',
      'tenant_id',
      'wrapped_key',
      'key_encryption_key_id',
      'created_at',
      CASE WHEN NEW.retired_at IS NOT NULL THEN 'retired_at' END
    ]::text[], NULL);
  END IF;
  IF new_tenant = scope THEN
    UPDATE public.audit_chains AS chain
    SET last_seq = last_seq + 1, previous_hash = last_hash, transaction_id = this_transaction,
      last_hash = public.audit_log_hash(last_hash, last_seq + 1, 1, new_tenant, statement_timestamp(), new_actor, new_request_id, session_user, new_action, 'data_keys',
      new_key, new_columns, new_changes)
    WHERE chain.tenant_id = new_tenant AND transaction_id <> this_transaction
    RETURNING last_seq, previous_hash, last_hash INTO next_seq, before_hash, next_hash;
    IF FOUND THEN
      INSERT INTO public.audit_log (previous_hash, hash, seq, transaction_row, tenant_id, occurred_at, actor,
      request_id, role, action, table_name, row_key, columns, changes)
    VALUES (before_hash, next_hash, next_seq, 1, new_tenant, statement_timestamp(), new_actor, new_request_id, session_user, new_action, 'data_keys',
      new_key, new_columns, new_changes);
      RETURN NULL;
    END IF;
  END IF;
  PERFORM public.audit_log_append(new_tenant, new_action, 'data_keys', new_key, new_columns, new_changes);
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION public.data_keys_audit() FROM PUBLIC;
RESET check_function_bodies;

CREATE CONSTRAINT TRIGGER data_keys_audit
    AFTER INSERT OR DELETE OR UPDATE ON public.data_keys
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    EXECUTE FUNCTION public.data_keys_audit();

CREATE TRIGGER enhancement_history_audit_truncate
    BEFORE TRUNCATE ON public.enhancement_history
    FOR EACH STATEMENT
    EXECUTE FUNCTION public.audit_log_refuse_truncate();

SET check_function_bodies = off;

CREATE FUNCTION public.enhancement_history_audit()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  scope text := current_setting('app.current_tenant_id', true);
  new_tenant text;
  new_action text;
  new_key jsonb;
  new_columns text[];
  new_changes jsonb;
  new_actor text := nullif(current_setting('app.actor', true), '');
  new_request_id text := nullif(current_setting('app.request_id', true), '');
  this_transaction xid8 := pg_current_xact_id();
  next_seq bigint;
  before_hash bytea;
  next_hash bytea;
BEGIN
  IF TG_OP = 'UPDATE' AND NOT (NEW.tenant_id COLLATE "C" IS DISTINCT FROM OLD.tenant_id COLLATE "C" OR NEW.id IS DISTINCT FROM OLD.id) THEN
    new_columns := array_remove(ARRAY[
      CASE WHEN NEW.ticket_id COLLATE "C" IS DISTINCT FROM OLD.ticket_id COLLATE "C" THEN 'ticket_id' END,
      CASE WHEN NEW.status COLLATE "C" IS DISTINCT FROM OLD.status COLLATE "C" THEN 'status' END,
      CASE WHEN ROW(NEW.context_gathered)::record OPERATOR(pg_catalog.*<>) ROW(OLD.context_gathered)::record THEN 'context_gathered' END,
      CASE WHEN NEW.llm_output COLLATE "C" IS DISTINCT FROM OLD.llm_output COLLATE "C" THEN 'llm_output' END,
      CASE WHEN NEW.error_message COLLATE "C" IS DISTINCT FROM OLD.error_message COLLATE "C" THEN 'error_message' END,
      CASE WHEN NEW.processing_time_ms IS DISTINCT FROM OLD.processing_time_ms THEN 'processing_time_ms' END,
      CASE WHEN NEW.created_at IS DISTINCT FROM OLD.created_at THEN 'created_at' END,
      CASE WHEN NEW.completed_at IS DISTINCT FROM OLD.completed_at THEN 'completed_at' END
    ]::text[], NULL);
    IF new_columns = '{}' THEN
      RETURN NULL;
    END IF;
    new_tenant := NEW.tenant_id;
    new_action := 'update';
    new_key := jsonb_build_object('id', NEW.id);
  ELSIF TG_OP = 'DELETE' THEN
    new_tenant := OLD.tenant_id;
    new_action := 'delete';
    new_key := jsonb_build_object('id', OLD.id);
    new_columns := '{}';
  ELSE
    IF TG_OP = 'UPDATE' THEN
      PERFORM public.audit_log_append(OLD.tenant_id, 'delete', 'enhancement_history',
        jsonb_build_object('id', OLD.id), '{}', NULL);
    END IF;
    new_tenant := NEW.tenant_id;
    new_action := 'insert';
    new_key := jsonb_build_object('id', NEW.id);
    new_columns := array_remove(ARRAY[
      'id',
      'tenant_id',
      'ticket_id',
      'status',
      CASE WHEN NEW.context_gathered IS NOT NULL THEN 'context_gathered' END,
      CASE WHEN NEW.llm_output IS NOT NULL THEN 'llm_output' END,
      CASE WHEN NEW.error_message IS NOT NULL THEN 'error_message' END,
      CASE WHEN NEW.processing_time_ms IS NOT NULL THEN 'processing_time_ms' END,
      'created_at',
      CASE WHEN NEW.completed_at IS NOT NULL THEN 'completed_at' END
    ]::text[], NULL);
  END IF;
  IF new_tenant = scope THEN
    UPDATE public.audit_chains AS chain
    SET last_seq = last_seq + 1, previous_hash = last_hash, transaction_id = this_transaction,
      last_hash = public.audit_log_hash(last_hash, last_seq + 1, 1, new_tenant, statement_timestamp(), new_actor, new_request_id, session_user, new_action, 'enhancement_history',
      new_key, new_columns, new_changes)
    WHERE chain.tenant_id = new_tenant AND transaction_id <> this_transaction
    RETURNING last_seq, previous_hash, last_hash INTO next_seq, before_hash, next_hash;
    IF FOUND THEN
      INSERT INTO public.audit_log (previous_hash, hash, seq, transaction_row, tenant_id, occurred_at, actor,
      request_id, role, action, table_name, row_key, columns, changes)
    VALUES (before_hash, next_hash, next_seq, 1, new_tenant, statement_timestamp(), new_actor, new_request_id, session_user, new_action, 'enhancement_history',
      new_key, new_columns, new_changes);
      RETURN NULL;
    END IF;
  END IF;
  PERFORM public.audit_log_append(new_tenant, new_action, 'enhancement_history', new_key, new_columns, new_changes);
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION public.enhancement_history_audit() FROM PUBLIC;
RESET check_function_bodies;

CREATE CONSTRAINT TRIGGER enhancement_history_audit
    AFTER INSERT OR DELETE OR UPDATE ON public.enhancement_history
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    EXECUTE FUNCTION public.enhancement_history_audit();

CREATE TRIGGER tenant_configs_audit_truncate
    BEFORE TRUNCATE ON public.tenant_configs
    FOR EACH STATEMENT
    EXECUTE FUNCTION public.audit_log_refuse_truncate();

SET check_function_bodies = off;

CREATE FUNCTION public.tenant_configs_audit()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  scope text := current_setting('app.current_tenant_id', true);
  new_tenant text;
  new_action text;
  new_key jsonb;
  new_columns text[];
  new_changes jsonb;
  new_actor text := nullif(current_setting('app.actor', true), '');
  new_request_id text := nullif(current_setting('app.request_id', true), '');
  this_transaction xid8 := pg_current_xact_id();
  next_seq bigint;
  before_hash bytea;
  next_hash bytea;
BEGIN
  IF TG_OP = 'UPDATE' AND NOT (NEW.tenant_id COLLATE "C" IS DISTINCT FROM OLD.tenant_id COLLATE "C" OR NEW.id IS DISTINCT FROM OLD.id) THEN
    new_columns := array_remove(ARRAY[
      CASE WHEN NEW.name COLLATE "C" IS DISTINCT FROM OLD.name COLLATE "C" THEN 'name' END,
      CASE WHEN NEW.servicedesk_url COLLATE "C" IS DISTINCT FROM OLD.servicedesk_url COLLATE "C" THEN 'servicedesk_url' END,
      CASE WHEN NEW.servicedesk_api_key_encrypted COLLATE "C" IS DISTINCT FROM OLD.servicedesk_api_key_encrypted COLLATE "C" THEN 'servicedesk_api_key_encrypted' END,
      CASE WHEN NEW.webhook_signing_secret_encrypted COLLATE "C" IS DISTINCT FROM OLD.webhook_signing_secret_encrypted COLLATE "C" THEN 'webhook_signing_secret_encrypted' END,
      CASE WHEN ROW(NEW.enhancement_preferences)::record OPERATOR(pg_catalog.*<>) ROW(OLD.enhancement_preferences)::record THEN 'enhancement_preferences' END,
      CASE WHEN NEW.created_at IS DISTINCT FROM OLD.created_at THEN 'created_at' END
    ]::text[], NULL);
    IF new_columns = '{}' THEN
      RETURN NULL;
    END IF;
    new_tenant := NEW.tenant_id;
    new_action := 'update';
    new_key := jsonb_build_object('id', NEW.id);
  ELSIF TG_OP = 'DELETE' THEN
    new_tenant := OLD.tenant_id;
    new_action := 'delete';
    new_key := jsonb_build_object('id', OLD.id);
    new_columns := '{}';
  ELSE
    IF TG_OP = 'UPDATE' THEN
      PERFORM public.audit_log_append(OLD.tenant_id, 'delete', 'tenant_configs',
        jsonb_build_object('id', OLD.id), '{}', NULL);
    END IF;
    new_tenant := NEW.tenant_id;
    new_action := 'insert';
    new_key := jsonb_build_object('id', NEW.id);
    new_columns := array_remove(ARRAY[
      'id',
      'tenant_id',
      'name',
      CASE WHEN NEW.servicedesk_url IS NOT NULL THEN 'servicedesk_url' END,
      CASE WHEN NEW.servicedesk_api_key_encrypted IS NOT NULL THEN 'servicedesk_api_key_encrypted' END,
      CASE WHEN NEW.webhook_signing_secret_encrypted IS NOT NULL THEN 'webhook_signing_secret_encrypted' END,
      'enhancement_preferences',
      'created_at'
    ]::text[], NULL);
  END IF;
  IF new_tenant = scope THEN
    UPDATE public.audit_chains AS chain
    SET last_seq = last_seq + 1, previous_hash = last_hash, transaction_id = this_transaction,
      last_hash = public.audit_log_hash(last_hash, last_seq + 1, 1, new_tenant, statement_timestamp(), new_actor, new_request_id, session_user, new_action, 'tenant_configs',
      new_key, new_columns, new_changes)
    WHERE chain.tenant_id = new_tenant AND transaction_id <> this_transaction
    RETURNING last_seq, previous_hash, last_hash INTO next_seq, before_hash, next_hash;
    IF FOUND THEN
      INSERT INTO public.audit_log (previous_hash, hash, seq, transaction_row, tenant_id, occurred_at, actor,
      request_id, role, action, table_name, row_key, columns, changes)
    VALUES (before_hash, next_hash, next_seq, 1, new_tenant, statement_timestamp(), new_actor, new_request_id, session_user, new_action, 'tenant_configs',
      new_key, new_columns, new_changes);
      RETURN NULL;
    END IF;
  END IF;
  PERFORM public.audit_log_append(new_tenant, new_action, 'tenant_configs', new_key, new_columns, new_changes);
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION public.tenant_configs_audit() FROM PUBLIC;
RESET check_function_bodies;

CREATE CONSTRAINT TRIGGER tenant_configs_audit
    AFTER INSERT OR DELETE OR UPDATE ON public.tenant_configs
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    EXECUTE FUNCTION public.tenant_configs_audit();

-- plinth:downgrade
-- loses-data: every row of public.audit_chains is lost
-- breaks-code: what reads or writes public.audit_chains fails
DROP TABLE public.audit_chains;

-- loses-data: every row of public.audit_log is lost
-- breaks-code: what reads or writes public.audit_log fails
DROP TABLE public.audit_log;

-- breaks-code: the trigger data_keys_audit_truncate no longer acts on public.data_keys
DROP TRIGGER data_keys_audit_truncate ON public.data_keys;

-- breaks-code: the trigger data_keys_audit no longer acts on public.data_keys
DROP TRIGGER data_keys_audit ON public.data_keys;

-- breaks-code: the trigger enhancement_history_audit_truncate no longer acts on public.enhancement_history
DROP TRIGGER enhancement_history_audit_truncate ON public.enhancement_history;

-- breaks-code: the trigger enhancement_history_audit no longer acts on public.enhancement_history
DROP TRIGGER enhancement_history_audit ON public.enhancement_history;

-- breaks-code: the trigger tenant_configs_audit_truncate no longer acts on public.tenant_configs
DROP TRIGGER tenant_configs_audit_truncate ON public.tenant_configs;

-- breaks-code: the trigger tenant_configs_audit no longer acts on public.tenant_configs
DROP TRIGGER tenant_configs_audit ON public.tenant_configs;

-- breaks-code: what calls public.audit_log_advance() fails
DROP FUNCTION public.audit_log_advance();

-- breaks-code: what calls public.audit_log_append(text, text, text, jsonb, text[], jsonb) fails
DROP FUNCTION public.audit_log_append(text, text, text, jsonb, text[], jsonb);

-- breaks-code: what calls public.audit_log_hash(bytea, bigint, integer, text, timestamp with time zone, text, text, text, text, text, jsonb, text[], jsonb) fails
DROP FUNCTION public.audit_log_hash(bytea, bigint, integer, text, timestamp with time zone, text, text, text, text, text, jsonb, text[], jsonb);

-- breaks-code: what calls public.audit_log_prune(text, timestamp with time zone, bigint) fails
DROP FUNCTION public.audit_log_prune(text, timestamp with time zone, bigint);

-- breaks-code: what calls public.audit_log_record_read(text, jsonb, text[]) fails
DROP FUNCTION public.audit_log_record_read(text, jsonb, text[]);

-- breaks-code: what calls public.audit_log_refuse_truncate() fails
DROP FUNCTION public.audit_log_refuse_truncate();

-- breaks-code: what calls public.data_keys_audit() fails
DROP FUNCTION public.data_keys_audit();

-- breaks-code: what calls public.enhancement_history_audit() fails
DROP FUNCTION public.enhancement_history_audit();

-- breaks-code: what calls public.tenant_configs_audit() fails
DROP FUNCTION public.tenant_configs_audit();
