-- What Drizzle cannot say of the tables in schema.ts: their updated_at moves with every change, even
-- one that is sent by hand.

CREATE FUNCTION set_updated_at() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond');
  RETURN NEW;
END
$$;

CREATE TRIGGER tasks_set_updated_at BEFORE UPDATE ON tasks
FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER todos_set_updated_at BEFORE UPDATE ON todos
FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TRIGGER tenant_configs_set_updated_at BEFORE UPDATE ON tenant_configs
FOR EACH ROW EXECUTE FUNCTION set_updated_at();
