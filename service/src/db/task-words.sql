-- Keeps the words of tasks, by which they are searched.

-- For PostgreSQL every word is a frequent one: the index gives its newest tasks in order, and however
-- few a word has, that costs no more; to put all tasks of a frequent word in order does.
ALTER TABLE task_words ALTER COLUMN word SET (n_distinct = 10);

CREATE FUNCTION keep_task_words() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  words text[] := tsvector_to_array(
    to_tsvector('pg_catalog.english', NEW.title || ' ' || coalesce(NEW.description, ''))
  );
BEGIN
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM public.task_words
    WHERE task_id = NEW.id AND (
      word <> ALL (words) OR created_at <> NEW.created_at OR user_id IS DISTINCT FROM NEW.user_id
    );
  END IF;
  INSERT INTO public.task_words (task_id, word, created_at, user_id)
  SELECT NEW.id, unnest(words), NEW.created_at, NEW.user_id
  ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$$;

CREATE TRIGGER tasks_keep_words
AFTER INSERT OR UPDATE OF title, description, created_at, user_id ON tasks
FOR EACH ROW EXECUTE FUNCTION keep_task_words();
