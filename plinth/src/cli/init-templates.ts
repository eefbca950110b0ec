// What `plinth init` can start a project from: the files that each template writes.

export interface InitTemplate {
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Paths in the project, and what is in them. */
  readonly files: Readonly<Record<string, string>>;
  /** The command lines to go on with, and what to do between them. */
  readonly next: readonly string[];
}

export const DEFAULT_TEMPLATE = 'generic';

const HEADER = "import { defineConfig } from 'plinth';\n\n";

const URL_SETTING = `  // The owner of the tables, directly and not through a pooler. PostgreSQL runs embedded, in
  // ./.plinth/data, until one of the two names a server.
  url:
    process.env.MIGRATION_DATABASE_URL || process.env.DATABASE_URL || 'pglite://./.plinth/data',
  revisions: './revisions',
`;

const GENERIC_CONFIG = `${HEADER}export default defineConfig({
${URL_SETTING}});
`;

const MODELS_CONFIG = `${HEADER}export default defineConfig({
${URL_SETTING}  // What \`plinth revision --autogenerate\` compares with the revisions.
  schema: ['./schema.ts'],
});
`;

const SCHEMA = `import { pgTable, text } from 'drizzle-orm/pg-core';
import { base } from 'plinth/models';

export const notes = pgTable('notes', { ...base(), body: text('body').notNull() });
`;

const BY_HAND = [
  'plinth revision -m "create a table"',
  'edit the file it names, then: plinth upgrade',
];

export const INIT_TEMPLATES: readonly InitTemplate[] = [
  {
    name: DEFAULT_TEMPLATE,
    summary: 'a configuration in TypeScript; revisions are written by hand',
    files: { 'plinth.config.ts': GENERIC_CONFIG },
    next: BY_HAND,
  },
  {
    name: 'models',
    summary: 'the same, and a first model in Drizzle, from which revisions are written',
    files: { 'plinth.config.ts': MODELS_CONFIG, 'schema.ts': SCHEMA },
    next: ['plinth revision --autogenerate -m "create notes"', 'plinth upgrade'],
  },
  {
    name: 'javascript',
    summary: 'a configuration in JavaScript; revisions are written by hand',
    files: { 'plinth.config.mjs': GENERIC_CONFIG },
    next: BY_HAND,
  },
];
