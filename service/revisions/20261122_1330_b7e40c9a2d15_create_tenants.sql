-- plinth:revision b7e40c9a2d15
-- plinth:revises a1d3c58e7f20
-- plinth:message create tenants

-- plinth:upgrade
CREATE TABLE public.data_keys (
    id uuid NOT NULL,
    tenant_id character varying(100) NOT NULL,
    wrapped_key text NOT NULL,
    key_encryption_key_id character varying(100) NOT NULL,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    retired_at timestamp with time zone,
    CONSTRAINT data_keys_pkey PRIMARY KEY (id)
);

ALTER TABLE public.data_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.data_keys FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON TABLE public.data_keys TO admin, app_user;

CREATE UNIQUE INDEX data_keys_current
    ON public.data_keys (tenant_id)
    WHERE retired_at IS NULL;

CREATE INDEX idx_data_keys_tenant_id ON public.data_keys (tenant_id);

CREATE POLICY tenant_isolation_policy ON public.data_keys
    USING (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ))
    WITH CHECK (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ));

CREATE TABLE public.enhancement_history (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id character varying(100) NOT NULL,
    ticket_id character varying(100) NOT NULL,
    status character varying(50) NOT NULL DEFAULT 'pending',
    context_gathered jsonb,
    llm_output text,
    error_message text,
    processing_time_ms integer,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    completed_at timestamp with time zone,
    CONSTRAINT enhancement_history_pkey PRIMARY KEY (id),
    CONSTRAINT check_enhancement_processing_time CHECK (processing_time_ms >= 0),
    CONSTRAINT check_enhancement_status CHECK (status::text = ANY ((ARRAY['pending', 'completed', 'failed']::character varying[])::text[]))
);

ALTER TABLE public.enhancement_history ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.enhancement_history FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.enhancement_history TO admin, app_user;

CREATE INDEX idx_enhancement_history_status
    ON public.enhancement_history (status);

CREATE INDEX idx_enhancement_history_tenant_id
    ON public.enhancement_history (tenant_id, created_at DESC, id DESC);

CREATE INDEX idx_enhancement_history_tenant_ticket
    ON public.enhancement_history (tenant_id, ticket_id);

CREATE INDEX idx_enhancement_history_ticket_id
    ON public.enhancement_history (ticket_id);

CREATE POLICY tenant_isolation_policy ON public.enhancement_history
    USING (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ))
    WITH CHECK (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ));

CREATE TABLE public.idempotency_keys (
    id text NOT NULL,
    fingerprint text NOT NULL,
    resource text NOT NULL,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (id)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.idempotency_keys TO admin, app_user;

CREATE INDEX idx_idempotency_keys_created_at
    ON public.idempotency_keys (created_at);

-- widens-privileges: SELECT, INSERT, UPDATE, DELETE on table public.tasks is given to admin, app_user
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.tasks TO admin, app_user;

-- scans-table: every row of public.tasks is read, while reads and writes go on
CREATE INDEX CONCURRENTLY idx_tasks_user_id_new
    ON public.tasks (user_id, created_at DESC, id DESC);

DROP INDEX CONCURRENTLY public.idx_tasks_user_id;
ALTER INDEX public.idx_tasks_user_id_new RENAME TO idx_tasks_user_id;

CREATE TABLE public.tenant_configs (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id character varying(100) NOT NULL,
    name character varying(255) NOT NULL,
    servicedesk_url character varying(500),
    servicedesk_api_key_encrypted text,
    webhook_signing_secret_encrypted text,
    enhancement_preferences jsonb NOT NULL DEFAULT '{}',
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT tenant_configs_pkey PRIMARY KEY (id),
    CONSTRAINT tenant_configs_tenant_id_key UNIQUE (tenant_id)
);

ALTER TABLE public.tenant_configs ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.tenant_configs FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.tenant_configs TO admin, app_user;

CREATE TRIGGER tenant_configs_set_updated_at
    BEFORE UPDATE ON public.tenant_configs
    FOR EACH ROW
    EXECUTE FUNCTION public.set_updated_at();

CREATE POLICY tenant_isolation_policy ON public.tenant_configs
    USING (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ))
    WITH CHECK (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ));

CREATE TABLE public.tenants (
    id character varying(100) NOT NULL,
    configured boolean NOT NULL DEFAULT false,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT tenants_pkey PRIMARY KEY (id)
);

GRANT SELECT ON TABLE public.tenants TO admin, app_user;

CREATE FUNCTION public.register_tenant_config()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    UPDATE public.tenants SET configured = false WHERE id = OLD.tenant_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO public.tenants (id, configured) VALUES (NEW.tenant_id, true)
    ON CONFLICT (id) DO UPDATE SET configured = true;
  END IF;
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION public.register_tenant_config() FROM PUBLIC;

CREATE FUNCTION public.register_tenants()
RETURNS trigger
LANGUAGE plpgsql
SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp
AS $$
BEGIN
  INSERT INTO public.tenants (id) SELECT DISTINCT tenant_id FROM new_rows ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION public.register_tenants() FROM PUBLIC;

CREATE TRIGGER data_keys_register_tenants
    AFTER INSERT ON public.data_keys
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION public.register_tenants();

CREATE TRIGGER enhancement_history_register_tenants
    AFTER INSERT ON public.enhancement_history
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION public.register_tenants();

CREATE TRIGGER tenant_configs_register_tenant
    AFTER INSERT OR DELETE OR UPDATE OF tenant_id ON public.tenant_configs
    FOR EACH ROW
    EXECUTE FUNCTION public.register_tenant_config();

-- widens-privileges: SELECT, INSERT, UPDATE, DELETE on table public.todos is given to admin, app_user
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.todos TO admin, app_user;
ALTER TABLE public.todos ADD COLUMN user_id uuid;

-- scans-table: every row of public.todos is read, while reads and writes go on
CREATE INDEX CONCURRENTLY idx_todos_user_id ON public.todos (user_id, id DESC);

-- plinth:downgrade
-- loses-data: every row of public.data_keys is lost
-- breaks-code: what reads or writes public.data_keys fails
DROP TABLE public.data_keys;

-- loses-data: every row of public.enhancement_history is lost
-- breaks-code: what reads or writes public.enhancement_history fails
DROP TABLE public.enhancement_history;

-- loses-data: every row of public.idempotency_keys is lost
-- breaks-code: what reads or writes public.idempotency_keys fails
DROP TABLE public.idempotency_keys;

-- loses-data: every row of public.tenant_configs is lost
-- breaks-code: what reads or writes public.tenant_configs fails
DROP TABLE public.tenant_configs;

-- loses-data: every row of public.tenants is lost
-- breaks-code: what reads or writes public.tenants fails
DROP TABLE public.tenants;

-- loses-data: every value of public.todos.user_id is lost
-- breaks-code: what reads or writes public.todos.user_id fails
ALTER TABLE public.todos DROP COLUMN user_id;

-- breaks-code: what calls public.register_tenant_config() fails
DROP FUNCTION public.register_tenant_config();

-- breaks-code: what calls public.register_tenants() fails
DROP FUNCTION public.register_tenants();

-- breaks-code: SELECT, INSERT, UPDATE, DELETE on table public.tasks is taken from app_user, admin
REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLE public.tasks FROM app_user, admin;

-- scans-table: every row of public.tasks is read, while reads and writes go on
CREATE INDEX CONCURRENTLY idx_tasks_user_id_new ON public.tasks (user_id);
DROP INDEX CONCURRENTLY public.idx_tasks_user_id;
ALTER INDEX public.idx_tasks_user_id_new RENAME TO idx_tasks_user_id;

-- breaks-code: SELECT, INSERT, UPDATE, DELETE on table public.todos is taken from app_user, admin
REVOKE SELECT, INSERT, UPDATE, DELETE ON TABLE public.todos FROM app_user, admin;
