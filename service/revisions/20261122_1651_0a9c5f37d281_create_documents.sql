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

-- plinth:downgrade
-- loses-data: every row of public.document_embeddings is lost
-- breaks-code: what reads or writes public.document_embeddings fails
DROP TABLE public.document_embeddings;

-- loses-data: every row of public.documents is lost
-- breaks-code: what reads or writes public.documents fails
DROP TABLE public.documents;
