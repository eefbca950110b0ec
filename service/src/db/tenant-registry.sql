-- Keeps the registry of tenants. Policies hide the rows of others, so what goes through all tenants
-- reads the registry, and then each of them in its own scope. A tenant that is deleted stays in it, for
-- there may be rows and keys of it left. Nobody but these functions writes it: who could take a tenant
-- out would hide its keys from their rotation.

CREATE FUNCTION register_tenants() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO public.tenants (id) SELECT DISTINCT tenant_id FROM new_rows ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

CREATE FUNCTION register_tenant_config() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
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

REVOKE ALL ON FUNCTION register_tenants(), register_tenant_config() FROM PUBLIC;

CREATE TRIGGER tenant_configs_register_tenant
AFTER INSERT OR DELETE OR UPDATE OF tenant_id ON tenant_configs
FOR EACH ROW EXECUTE FUNCTION register_tenant_config();

CREATE TRIGGER enhancement_history_register_tenants
AFTER INSERT ON enhancement_history REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION register_tenants();

CREATE TRIGGER data_keys_register_tenants
AFTER INSERT ON data_keys REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION register_tenants();

CREATE TRIGGER documents_register_tenants
AFTER INSERT ON documents REFERENCING NEW TABLE AS new_rows
FOR EACH STATEMENT EXECUTE FUNCTION register_tenants();
