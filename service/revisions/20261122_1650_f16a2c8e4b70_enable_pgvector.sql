-- plinth:revision f16a2c8e4b70
-- plinth:revises c2f84d1b6e37
-- plinth:message enable pgvector

-- plinth:upgrade
CREATE EXTENSION IF NOT EXISTS vector SCHEMA public;

-- plinth:downgrade
-- breaks-code: functions and types of the extension vector are gone
DROP EXTENSION IF EXISTS vector;
