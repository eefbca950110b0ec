-- Keeps the registry of tenants: a tenant is there as long as it has a configuration. Policies hide the
-- configurations of others, so a list of all tenants reads the registry.

CREATE FUNCTION register_tenant() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM public.tenants WHERE id = OLD.tenant_id;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO public.tenants (id) VALUES (NEW.tenant_id) ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER tenant_configs_register_tenant
AFTER INSERT OR DELETE OR UPDATE OF tenant_id ON tenant_configs
FOR EACH ROW EXECUTE FUNCTION register_tenant();
