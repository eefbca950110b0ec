-- plinth:revision 0a9c5f37d281
-- plinth:revises f16a2c8e4b70
-- plinth:message create documents

-- plinth:upgrade
CREATE TABLE public.documents (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    tenant_id character varying(100) NOT NULL,
    title character varying(255) NOT NULL,
    content text,
    metadata jsonb NOT NULL DEFAULT '{}',
    embedding_model character varying(200) NOT NULL,
    chunk_count integer NOT NULL,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT documents_pkey PRIMARY KEY (id),
    CONSTRAINT documents_tenant_id_id_key UNIQUE (tenant_id, id)
);

ALTER TABLE public.documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.documents FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.documents TO admin, app_user;

CREATE TABLE public.document_embeddings (
    tenant_id character varying(100) NOT NULL,
    document_id uuid NOT NULL,
    chunk_number integer NOT NULL,
    content text NOT NULL,
    metadata jsonb NOT NULL DEFAULT '{}',
    embedding_model character varying(200) NOT NULL,
    embedding public.vector(384) NOT NULL,
    CONSTRAINT document_embeddings_pkey PRIMARY KEY (tenant_id, document_id, chunk_number),
    CONSTRAINT document_embeddings_document_fkey FOREIGN KEY (tenant_id, document_id) REFERENCES public.documents (tenant_id, id)
        ON DELETE CASCADE
);

ALTER TABLE public.document_embeddings ENABLE ROW LEVEL SECURITY;
ALTER TABLE public.document_embeddings FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.document_embeddings TO admin, app_user;

CREATE INDEX idx_document_embeddings_embedding
    ON public.document_embeddings USING hnsw (embedding public.vector_cosine_ops);

CREATE POLICY tenant_isolation_policy ON public.document_embeddings
    USING (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ))
    WITH CHECK (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ));

CREATE INDEX idx_documents_tenant_id
    ON public.documents (tenant_id, created_at DESC, id DESC);

CREATE TRIGGER documents_register_tenants
    AFTER INSERT ON public.documents
    REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT
    EXECUTE FUNCTION public.register_tenants();

CREATE POLICY tenant_isolation_policy ON public.documents
    USING (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ))
    WITH CHECK (tenant_id::text = (
        SELECT NULLIF(current_setting('app.current_tenant_id'::text, true), ''::text) AS "nullif"
    ));

CREATE TRIGGER documents_audit_truncate
    BEFORE TRUNCATE ON public.documents
    FOR EACH STATEMENT
    EXECUTE FUNCTION public.audit_log_refuse_truncate();

SET check_function_bodies = off;

CREATE FUNCTION public.documents_audit()
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
      CASE WHEN NEW.title COLLATE "C" IS DISTINCT FROM OLD.title COLLATE "C" THEN 'title' END,
      CASE WHEN NEW.content COLLATE "C" IS DISTINCT FROM OLD.content COLLATE "C" THEN 'content' END,
      CASE WHEN ROW(NEW.metadata)::record OPERATOR(pg_catalog.*<>) ROW(OLD.metadata)::record THEN 'metadata' END,
      CASE WHEN NEW.embedding_model COLLATE "C" IS DISTINCT FROM OLD.embedding_model COLLATE "C" THEN 'embedding_model' END,
      CASE WHEN NEW.chunk_count IS DISTINCT FROM OLD.chunk_count THEN 'chunk_count' END,
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
      PERFORM public.audit_log_append(OLD.tenant_id, 'delete', 'documents',
        jsonb_build_object('id', OLD.id), '{}', NULL);
    END IF;
    new_tenant := NEW.tenant_id;
    new_action := 'insert';
    new_key := jsonb_build_object('id', NEW.id);
    new_columns := array_remove(ARRAY[
      'id',
      'tenant_id',
      'title',
      CASE WHEN NEW.content IS NOT NULL THEN 'content' END,
      'metadata',
      'embedding_model',
      'chunk_count',
      'created_at'
    ]::text[], NULL);
  END IF;
  IF new_tenant = scope THEN
    UPDATE public.audit_chains AS chain
    SET last_seq = last_seq + 1, previous_hash = last_hash, transaction_id = this_transaction,
      last_hash = public.audit_log_hash(last_hash, last_seq + 1, 1, new_tenant, statement_timestamp(), new_actor, new_request_id, session_user, new_action, 'documents',
      new_key, new_columns, new_changes)
    WHERE chain.tenant_id = new_tenant AND transaction_id <> this_transaction
    RETURNING last_seq, previous_hash, last_hash INTO next_seq, before_hash, next_hash;
    IF FOUND THEN
      INSERT INTO public.audit_log (previous_hash, hash, seq, transaction_row, tenant_id, occurred_at, actor,
      request_id, role, action, table_name, row_key, columns, changes)
    VALUES (before_hash, next_hash, next_seq, 1, new_tenant, statement_timestamp(), new_actor, new_request_id, session_user, new_action, 'documents',
      new_key, new_columns, new_changes);
      RETURN NULL;
    END IF;
  END IF;
  PERFORM public.audit_log_append(new_tenant, new_action, 'documents', new_key, new_columns, new_changes);
  RETURN NULL;
END
$$;

REVOKE EXECUTE ON FUNCTION public.documents_audit() FROM PUBLIC;
RESET check_function_bodies;

CREATE CONSTRAINT TRIGGER documents_audit
    AFTER INSERT OR DELETE OR UPDATE ON public.documents
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW
    EXECUTE FUNCTION public.documents_audit();

-- plinth:downgrade
-- loses-data: every row of public.document_embeddings is lost
-- breaks-code: what reads or writes public.document_embeddings fails
DROP TABLE public.document_embeddings;

-- loses-data: every row of public.documents is lost
-- breaks-code: what reads or writes public.documents fails
DROP TABLE public.documents;

-- breaks-code: what calls public.documents_audit() fails
DROP FUNCTION public.documents_audit();
