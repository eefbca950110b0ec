-- plinth:revision f16a2c8e4b70
-- plinth:revises d7b3905ea648
-- plinth:message enable pgvector

-- plinth:upgrade
CREATE EXTENSION IF NOT EXISTS vector SCHEMA public;

-- plinth:downgrade
-- breaks-code: functions and types of the extension vector are gone, also where it was there before
DROP EXTENSION IF EXISTS vector;
