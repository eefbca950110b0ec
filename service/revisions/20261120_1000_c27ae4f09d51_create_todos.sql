-- plinth:revision c27ae4f09d51
-- plinth:revises 9b6d2e58c014
-- plinth:message create todos

-- plinth:upgrade
CREATE TABLE todos (
  id integer GENERATED ALWAYS AS IDENTITY CONSTRAINT todos_pkey PRIMARY KEY,
  description varchar(500) NOT NULL,
  completed boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT check_todo_description_length CHECK (char_length(description) >= 1)
);

CREATE TRIGGER todos_set_updated_at BEFORE UPDATE ON todos
FOR EACH ROW EXECUTE FUNCTION set_updated_at();

-- plinth:downgrade
DROP TABLE todos;
