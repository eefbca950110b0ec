// Every error code of Plinth, with what it means. `docs/reference/errors.md` lists the same
// codes and a test keeps both equal.

interface ErrorCodeFacts {
  /** One line for the reference page. */
  readonly means: string;
  /** Whether the same call may succeed later without any change. */
  readonly retryable: boolean;
}

function code(means: string, retryable = false): ErrorCodeFacts {
  return { means, retryable };
}

export const ERROR_CODES = {
  CLI_USAGE: code('A command line was not understood.'),
  CLI_DATABASE_REFUSED: code('PostgreSQL refused a statement that is no part of a revision.'),
  CLI_CONNECTION_LOST: code('A command lost its connection to the database.', true),
  CLI_EDITOR_FAILED: code('No editor is named for `plinth edit`, or it failed.'),

  CONFIG_NOT_FOUND: code('No plinth.config.ts in this folder or above it.'),
  CONFIG_INVALID: code('plinth.config.ts, or a setting in it, cannot be used.'),
  MODULE_LOAD_FAILED: code('A TypeScript or JavaScript file of the project cannot be loaded.'),

  ENGINE_URL_INVALID: code('A database URL is malformed or names an unknown scheme.'),
  ENGINE_CONNECT_FAILED: code('The database cannot be reached, or refuses the connection.', true),
  ENGINE_EMBEDDED_LOCKED: code('Another process has the embedded database open.', true),
  ENGINE_EMBEDDED_FAILED: code('The embedded database cannot be opened.'),
  ENGINE_POOL_TIMEOUT: code('No connection became free in time.', true),
  ENGINE_TENANT_INVALID: code('A tenant id is empty, too long or no string.'),
  ENGINE_OPTION_INVALID: code('An option of the engine, or of a transaction, has a wrong value.'),
  ENGINE_ROLLED_BACK: code('A transaction in which a statement had failed could not be committed.'),
  ENGINE_ABORTED: code('Work was given up because its AbortSignal said so.'),
  ENGINE_CONNECTION_RETURNED: code('A connection was used after the callback it was lent to.'),
  ENGINE_CLOSED: code('The engine was used after it was closed.'),

  SQL_UNTERMINATED: code('A quote, dollar quote, comment or bracket is opened and never closed.'),
  SQL_UNSUPPORTED: code('A construct that only psql understands, such as \\i or COPY FROM STDIN.'),
  SQL_VALUE_INVALID: code('A name is empty, or a name or text holds a NUL character.'),

  REVISION_FILE_INVALID: code('A revision file has a missing, repeated or unknown header.'),
  REVISION_DUPLICATE_ID: code('Two revision files carry the same id.'),
  REVISION_MISSING_PARENT: code('A revision revises an id that no file carries.'),
  REVISION_MISSING_DEPENDENCY: code('A revision depends on an id or label that no file carries.'),
  REVISION_DUPLICATE_LABEL: code('Two revisions carry one branch label, or a label equals an id.'),
  REVISION_CYCLE: code('Revisions revise each other in a circle.'),
  REVISION_NOT_FOUND: code('An identifier names no revision.'),
  REVISION_NOT_APPLIED: code('A downgrade names a revision that is not applied.'),
  REVISION_AMBIGUOUS: code('A partial id, or a relative one, names several revisions.'),
  REVISION_MULTIPLE_HEADS: code('The history has several heads where one is needed.'),
  REVISION_IRREVERSIBLE: code('A downgrade would pass a revision that cannot be undone.'),
  REVISION_FOLDER_MISSING: code('The folder of revisions does not exist.'),
  REVISION_EXISTS: code('A file that would be written exists already.'),
  REVISION_NOT_HEAD: code('A new revision was to revise one that is no head, without --splice.'),
  REVISION_RANGE_INVALID: code('A text is no range of revisions, or its ends do not follow.'),
  REVISION_MERGE_INVALID: code('The revisions named cannot be merged into one.'),
  REVISION_HOOK_FAILED: code('A post-write hook failed, or changed what a revision runs.'),

  MIGRATE_STATEMENT_FAILED: code('A statement of a revision failed; its revision was undone.'),
  MIGRATE_ABORTED: code('A run of revisions was told to stop.'),
  MIGRATE_CONNECTION_LOST: code('A run of revisions lost its connection.', true),
  MIGRATE_HOOK_FAILED: code('A hook of a run of revisions failed.'),
  MIGRATE_NOT_TRANSACTIONAL: code('A single transaction was asked for where a step refuses one.'),
  MIGRATE_CHECKSUM_MISMATCH: code('An applied revision was changed after it was applied.'),
  MIGRATE_UNKNOWN_REVISION: code('The database has a revision that no file carries.'),
  MIGRATE_OUT_OF_ORDER: code('A revision older than an applied one was never applied.'),
  MIGRATE_LEDGER_NEWER: code('The ledger was written by a newer Plinth.'),
  MIGRATE_POOLER: code('Revisions were to run through a transaction pooler.'),
  MIGRATE_LOCK_TIMEOUT: code('Another process kept the migration lock too long.', true),
  MIGRATE_INTERRUPTED: code('A revision was interrupted half-way and must be looked at.'),
  MIGRATE_OFFLINE_UNSUPPORTED: code('A run holds what only Plinth can run, and no SQL script.'),

  CATALOG_SERVER_TOO_OLD: code('The server is older than PostgreSQL 14.'),
  CATALOG_UNREADABLE: code('A catalog of the server may not be read.'),

  DIFF_CATALOG_INVALID: code('A catalog holds what this Plinth does not know.'),
  DIFF_REFUSED: code('No statements lead from one schema to the other without losing rows.'),
  DIFF_RENAME_INVALID: code('A rename names no object, or a name that is taken.'),

  MODELS_EMPTY: code('A file of models exports no model.'),
  MODELS_INVALID: code('A model cannot be written as SQL.'),
  MODELS_NAME_TAKEN: code('Two models, or two parts of one, have the same name.'),
  MODELS_NAME_TOO_LONG: code('A name has more than the 63 bytes that PostgreSQL keeps.'),

  AUDIT_HEADS_INVALID: code('A text holds no heads of audit chains.'),
  AUDIT_LOG_MISSING: code('The database has no audit log, or not the table of its chains.'),
  AUDIT_LOG_UNKNOWN: code('The models have no audit log, or several.'),

  TENANCY_TENANTS_UNKNOWN: code('Tenants cannot be listed, so work would pass some of them by.'),

  SECRET_KEYS_INVALID: code('The key-encryption keys are not set, or cannot be used.'),
  SECRET_KEY_UNKNOWN: code('Something is encrypted with a key that is not there.'),
  SECRET_KEY_WRONG: code('A key-encryption key does not open the data key that names it.'),
  SECRET_KEY_SERVICE_FAILED: code('The service that keeps key-encryption keys failed.', true),
  SECRET_ENVELOPE_INVALID: code('A text that should be encrypted is not.'),
  SECRET_NOT_AUTHENTIC: code('An encrypted value was changed, or moved from where it belongs.'),
  SECRET_PLAINTEXT_INVALID: code(
    'A text holds half a character, and would not come back as it was.',
  ),
  SECRET_ROW_INVALID: code('The row that a value is bound to was not named as its table needs it.'),
  SECRET_COLUMN_INVALID: code('A column cannot hold encrypted values.'),

  RETENTION_CLASS_INVALID: code('A class of retention cannot be used as it is written.'),
  RETENTION_LOCK_LOST: code('A run of retention lost the session of its lock too often.', true),

  AUTOGENERATE_UNPROVED: code('A new revision did not lead to the models, or not back.'),
  AUTOGENERATE_IRREVERSIBLE: code('There is a way to the models, and none back.'),
  AUTOGENERATE_UNWRITABLE: code('A statement, or a template, makes no valid revision.'),

  MERGE_CONFLICT: code('Branches fail, or differ, when they are applied in another order.'),

  SCRATCH_STATEMENT_FAILED: code('PostgreSQL refused a statement of a text.'),
  SCRATCH_STATEMENT_UNSUPPORTED: code('A text holds a statement that no schema can hold.'),
  SCRATCH_EXTENSION_MISSING: code('A text needs an extension that the scratch does not have.'),
  SCRATCH_SERVER_UNUSABLE: code('A database cannot be used as scratch.'),

  SOURCES_EMPTY: code('A project lists no schema, or an entry of the list names no file.'),
  SOURCES_UNSUPPORTED: code('A file that shall be a schema is neither SQL nor a module.'),

  SIDE_UNKNOWN: code('A side of a diff is neither a database, nor a file, nor a word it knows.'),
  SIDE_EMPTY: code('A folder holds no SQL file where a schema is wanted.'),
  SIDE_NOT_CURRENT: code('A database is not where the history of the project ends.'),
  SIDE_NOT_RECREATED: code('A schema of another major version cannot be loaded into the scratch.'),

  ISOLATION_ROLE_UNUSABLE: code('There is no tenant role, or the connection may not become it.'),

  TESTING_SERVER_FAILED: code('The PostgreSQL server for tests cannot be started.'),
} as const satisfies Record<string, ErrorCodeFacts>;

export type ErrorCode = keyof typeof ERROR_CODES;
