-- plinth:revision a1d3c58e7f20
-- plinth:revises c27ae4f09d51
-- plinth:message create roles

-- plinth:upgrade
-- Roles belong to the whole server: another database may have made them, at this very moment.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['app_user', 'admin'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS', wanted);
      EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN
          RAISE insufficient_privilege USING
            MESSAGE = format('%I may not create the role %I', current_user, wanted),
            HINT = format('Run as a role that may: CREATE ROLE %I NOLOGIN NOBYPASSRLS;', wanted);
      END;
    END IF;
    -- Whatever it was made with: policies must hold for it.
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = wanted AND (rolsuper OR rolbypassrls)) THEN
      RAISE EXCEPTION 'the role % bypasses row-level security', wanted
        USING HINT = format('Run as a superuser: ALTER ROLE %I NOSUPERUSER NOBYPASSRLS;', wanted);
    END IF;
  END LOOP;
END
$$;

-- Readiness compares the ledger with the revisions. It is not there where nothing keeps one.
DO $$
BEGIN
  IF to_regclass('plinth.ledger') IS NOT NULL THEN
    GRANT USAGE ON SCHEMA plinth TO app_user, admin;
    GRANT SELECT ON plinth.ledger TO app_user, admin;
  END IF;
END
$$;

-- plinth:downgrade
DO $$
BEGIN
  IF to_regclass('plinth.ledger') IS NOT NULL THEN
    REVOKE SELECT ON plinth.ledger FROM app_user, admin;
    REVOKE USAGE ON SCHEMA plinth FROM app_user, admin;
  END IF;
END
$$;
-- The roles stay: other databases may use them, and logins may be members of them.
