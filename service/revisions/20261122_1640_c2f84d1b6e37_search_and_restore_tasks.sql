-- plinth:revision c2f84d1b6e37
-- plinth:revises b7e40c9a2d15
-- plinth:message search and restore tasks

-- plinth:upgrade
CREATE TABLE public.task_words (
    task_id uuid NOT NULL,
    word text NOT NULL,
    created_at timestamp with time zone NOT NULL,
    user_id uuid
);

GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE public.task_words TO admin, app_user;

-- For PostgreSQL every word is a frequent one: the index gives its newest tasks in order, and however
-- few a word has, that costs no more; to put all tasks of a frequent word in order does.
ALTER TABLE public.task_words ALTER COLUMN word SET (n_distinct = 10);

CREATE FUNCTION public.keep_task_words()
RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp
AS $$
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

ALTER TABLE public.tasks ADD COLUMN deleted_at timestamp with time zone;

-- scans-table: every row of public.tasks is read, while reads and writes go on
CREATE INDEX CONCURRENTLY idx_tasks_created_at_new
    ON public.tasks (created_at DESC, id DESC)
    WHERE deleted_at IS NULL;

DROP INDEX CONCURRENTLY public.idx_tasks_created_at;
ALTER INDEX public.idx_tasks_created_at_new RENAME TO idx_tasks_created_at;

-- scans-table: every row of public.tasks is read, while reads and writes go on
CREATE INDEX CONCURRENTLY idx_tasks_deleted_at
    ON public.tasks (deleted_at)
    WHERE deleted_at IS NOT NULL;

-- scans-table: every row of public.tasks is read, while reads and writes go on
CREATE INDEX CONCURRENTLY idx_tasks_user_id_new
    ON public.tasks (user_id, created_at DESC, id DESC)
    WHERE deleted_at IS NULL;

DROP INDEX CONCURRENTLY public.idx_tasks_user_id;
ALTER INDEX public.idx_tasks_user_id_new RENAME TO idx_tasks_user_id;

-- blocks-writes: nobody writes public.tasks from here to the end, some 50 s for a million tasks
CREATE TRIGGER tasks_keep_words
    AFTER INSERT OR UPDATE OF title, description, created_at, user_id ON public.tasks
    FOR EACH ROW
    EXECUTE FUNCTION public.keep_task_words();

-- The words of the tasks that are there. The trigger above keeps others from changing a task until the
-- end. Keys and indexes come last: to build them once takes a fraction of the time.
INSERT INTO public.task_words (task_id, word, created_at, user_id)
SELECT
    id,
    unnest(tsvector_to_array(
        to_tsvector('pg_catalog.english', title || ' ' || coalesce(description, ''))
    )),
    created_at,
    user_id
FROM public.tasks;

ALTER TABLE public.task_words
    ADD CONSTRAINT task_words_pkey PRIMARY KEY (task_id, word),
    ADD CONSTRAINT task_words_task_id_fkey FOREIGN KEY (task_id) REFERENCES public.tasks (id)
        ON DELETE CASCADE;

CREATE INDEX idx_task_words_user_id
    ON public.task_words (user_id, word, created_at DESC, task_id DESC)
    WHERE user_id IS NOT NULL;

CREATE INDEX idx_task_words_word
    ON public.task_words (word, created_at DESC, task_id DESC);

-- plinth:downgrade
-- loses-data: tasks that were deleted, and can be restored until now, are lost: without the column
-- they would come back
DELETE FROM public.tasks WHERE deleted_at IS NOT NULL;

-- loses-data: every row of public.task_words is lost
-- breaks-code: what reads or writes public.task_words fails
DROP TABLE public.task_words;

-- breaks-code: the trigger tasks_keep_words no longer acts on public.tasks
DROP TRIGGER tasks_keep_words ON public.tasks;

-- breaks-code: what calls public.keep_task_words() fails
DROP FUNCTION public.keep_task_words();

-- scans-table: every row of public.tasks is read, while reads and writes go on
CREATE INDEX CONCURRENTLY idx_tasks_created_at_new
    ON public.tasks (created_at DESC, id DESC);

DROP INDEX CONCURRENTLY public.idx_tasks_created_at;
ALTER INDEX public.idx_tasks_created_at_new RENAME TO idx_tasks_created_at;

-- scans-table: every row of public.tasks is read, while reads and writes go on
CREATE INDEX CONCURRENTLY idx_tasks_user_id_new
    ON public.tasks (user_id, created_at DESC, id DESC);

DROP INDEX CONCURRENTLY public.idx_tasks_user_id;
ALTER INDEX public.idx_tasks_user_id_new RENAME TO idx_tasks_user_id;

-- loses-data: every value of public.tasks.deleted_at is lost
-- breaks-code: what reads or writes public.tasks.deleted_at fails
ALTER TABLE public.tasks DROP COLUMN deleted_at;
