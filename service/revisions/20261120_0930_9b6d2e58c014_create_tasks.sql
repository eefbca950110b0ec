-- plinth:revision 9b6d2e58c014
-- plinth:revises 4f1c0a7be2d3
-- plinth:message create tasks

-- plinth:upgrade
CREATE TABLE tasks (
  id uuid CONSTRAINT tasks_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
  title text NOT NULL,
  description text,
  completed boolean NOT NULL DEFAULT false,
  user_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  -- Not white space alone, in any script and whatever the locale.
  CONSTRAINT check_title_length CHECK (
    char_length(title) <= 200
    AND title ~ '[^\u0009\u000A\u000B\u000C\u000D\u0020\u00A0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200A\u2028\u2029\u202F\u205F\u3000\uFEFF]'
  ),
  CONSTRAINT check_description_length CHECK (char_length(description) <= 2000)
);

CREATE INDEX idx_tasks_user_id ON tasks (user_id);
CREATE INDEX idx_tasks_created_at ON tasks (created_at DESC, id DESC);

-- now() stands still inside a transaction, so the clock is read instead; greatest() makes each
-- update later than the one before, even where the clock was set back.
CREATE FUNCTION set_updated_at() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond');
  RETURN NEW;
END
$$;

CREATE TRIGGER tasks_set_updated_at BEFORE UPDATE ON tasks
FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- plinth:downgrade
DROP TABLE tasks;
DROP FUNCTION set_updated_at();
