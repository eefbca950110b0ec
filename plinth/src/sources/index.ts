// The room for what a project lists as its schema: files of SQL and of models become texts for the
// scratch.

export { readModelFiles, readSchema, type SchemaSettings } from './read-schema.js';
export { readSqlFile } from './read-sql-file.js';
