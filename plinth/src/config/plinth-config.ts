// What a plinth.config.ts may say, and the check that it says it well.

import { z } from 'zod';
import { PlinthError } from '../errors/index.js';
import type { MigrationHooks } from '../migrate/index.js';
import type { RetentionClass } from '../retention/index.js';
import type { KeyEncryption } from '../secrets/index.js';
import { NEWEST_MAJOR, OLDEST_MAJOR } from '../sql/index.js';

/** A program that is run on each new revision file, without a shell, in the project's folder. */
export interface PostWriteHook {
  /** What messages call it. */
  readonly name: string;
  /** The program and its arguments; `{file}` stands for the path of the new file. */
  readonly command: readonly string[];
}

/** The settings of a project, in its `plinth.config.ts`. */
export interface PlinthConfig {
  /** URL of the database; a relative pglite:// folder is relative to the file. */
  readonly url: string;
  /** Folder of the revision files, relative to the file. Default: `./revisions`. */
  readonly revisions?: string;
  /** Template of revision file names, without their ending. */
  readonly fileTemplate?: string;
  /**
   * Text of new SQL revisions, with `{headers}`, `{upgrade}` and `{downgrade}` where these belong;
   * the lines `-- plinth:upgrade` and `-- plinth:downgrade` are its own.
   */
  readonly revisionTemplate?: string;
  /** Programs that are run on each new revision file, such as a formatter, in their order. */
  readonly postWriteHooks?: readonly PostWriteHook[];
  /**
   * Extensions that the database must have, such as `vector`: `plinth verify` looks for them, and an
   * embedded database is opened with them.
   */
  readonly extensions?: readonly string[];
  /**
   * The wanted schema: files of Drizzle models and `.sql` files, folders of them, and patterns such
   * as `./src/db/**\/*.sql`; all relative to the file, with forward slashes. An entry that begins
   * with `!` takes files away.
   */
  readonly schema?: readonly string[];
  /**
   * URL of a server that may be used as scratch, where SQL becomes a schema: for extensions that
   * the embedded PostgreSQL lacks. Its role needs CREATEDB. Default: the embedded PostgreSQL.
   */
  readonly scratchUrl?: string;
  /**
   * The oldest major version of PostgreSQL that revisions have to run on, 14 to 18: newer forms of
   * statements are used from there on only. Default: 14, so that they run everywhere.
   */
  readonly serverVersion?: number;
  /**
   * The ledger's table in the schema `plinth`, where several projects keep their histories in one
   * database. Default: `ledger`.
   */
  readonly ledger?: string;
  /** Seconds to wait while another process runs revisions. Default: 60. */
  readonly lockTimeout?: number;
  /** Seconds that a statement of a revision waits for a lock; 0 waits for ever. Default: 3. */
  readonly statementLockTimeout?: number;
  /** How often a step is begun again that could not get a lock. Default: 10. */
  readonly lockRetries?: number;
  /** Called around runs of revisions by `plinth upgrade` and `plinth downgrade`. */
  readonly hooks?: MigrationHooks;
  /**
   * A query that lists the ids of all tenants, in its first column, such as `SELECT id FROM tenants`:
   * for `plinth keys`, `plinth audit` and `plinth retention`, which go through them one by one. Without
   * it the role has to see the rows of all tenants.
   */
  readonly tenants?: string;
  /** For `plinth keys`. */
  readonly secrets?: SecretsConfig;
  /** For `plinth retention`. */
  readonly retention?: RetentionConfig;
}

/** Where `plinth keys` finds the keys of encrypted columns. */
export interface SecretsConfig {
  /** Makes what wraps data keys. Default: keys of the variable KEY_ENCRYPTION_KEYS. */
  readonly keyEncryption?: () => KeyEncryption | Promise<KeyEncryption>;
  /** Takes the place of `tenants` for `plinth keys`. */
  readonly tenants?: string;
}

/** What `plinth retention` removes. */
export interface RetentionConfig {
  /** Which rows go, and when. */
  readonly classes?: readonly RetentionClass[];
}

/** Types a configuration; returns it as it is. */
export function defineConfig(config: PlinthConfig): PlinthConfig {
  return config;
}

export const DEFAULT_REVISIONS_FOLDER = './revisions';

const configSchema = z.strictObject({
  url: z.string({ error: 'must be a database URL, such as pglite://./.plinth/data' }),
  revisions: z.string().min(1, 'must name a folder').exactOptional(),
  fileTemplate: z
    .string()
    .includes('{revision}', { error: 'must contain {revision}' })
    .exactOptional(),
  revisionTemplate: z
    .string()
    .refine(holdsEveryPart, { error: 'must contain {headers}, {upgrade} and {downgrade}' })
    .exactOptional(),
  postWriteHooks: z
    .array(
      z.strictObject({
        name: z.string().min(1, 'must say what the hook is called'),
        command: z
          .array(z.string(), 'must be a program and its arguments')
          .min(1, 'must be a program and its arguments'),
      }),
      'must be a list of { name, command }',
    )
    .exactOptional(),
  extensions: z
    .array(z.string().min(1, 'must name an extension'), 'must be a list of names')
    .exactOptional(),
  schema: z
    .array(z.string().min(1, 'must name a file, a folder or a pattern'), 'must be a list of paths')
    .exactOptional(),
  scratchUrl: z.string().min(1, 'must be the URL of a server').exactOptional(),
  serverVersion: z
    .int('must be a major version of PostgreSQL, such as 16')
    .min(OLDEST_MAJOR, `must be ${OLDEST_MAJOR} or later`)
    .max(NEWEST_MAJOR, `must be ${NEWEST_MAJOR} or earlier`)
    .exactOptional(),
  ledger: z.string('must name a table').exactOptional(),
  lockTimeout: seconds(),
  statementLockTimeout: seconds(),
  lockRetries: z.int('must be a whole number').min(0, 'must not be negative').exactOptional(),
  hooks: z
    .strictObject({
      beforeRun: hook<MigrationHooks['beforeRun']>(),
      beforeRevision: hook<MigrationHooks['beforeRevision']>(),
      afterRevision: hook<MigrationHooks['afterRevision']>(),
      afterRun: hook<MigrationHooks['afterRun']>(),
    })
    .exactOptional(),
  tenants: query(),
  secrets: z
    .strictObject({
      keyEncryption: hook<SecretsConfig['keyEncryption']>(),
      tenants: query(),
    })
    .exactOptional(),
  retention: retention(),
});

function retention() {
  const name = () => z.string('must be a text').min(1, 'must not be empty');
  const one = z.strictObject({
    name: name(),
    table: name(),
    column: name(),
    keep: name(),
    where: name().exactOptional(),
    tenant: name().exactOptional(),
    prune: z
      .strictObject({ function: name(), order: name(), least: name().exactOptional() })
      .exactOptional(),
  });
  return z.strictObject({ classes: z.array(one).exactOptional() }).exactOptional();
}

function query() {
  return z.string('must be a query').min(1, 'must be a query').exactOptional();
}

function seconds() {
  return z.number('must be seconds').min(0, 'must not be negative').exactOptional();
}

function hook<Hook>() {
  const isHook = (value: unknown): boolean => typeof value === 'function';
  return z.custom<NonNullable<Hook>>(isHook, 'must be a function').exactOptional();
}

function holdsEveryPart(template: string): boolean {
  return ['{headers}', '{upgrade}', '{downgrade}'].every((part) => template.includes(part));
}

/** @throws PlinthError CONFIG_INVALID with every problem at once. */
export function checkConfig(value: unknown, path: string): PlinthConfig {
  const parsed = configSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) =>
    issue.path.length === 0 ? issue.message : `${issue.path.join('.')} ${issue.message}`,
  );
  throw new PlinthError('CONFIG_INVALID', `${path} cannot be used: ${problems.join('; ')}`, {
    hint: 'Export default defineConfig({ url, revisions }) from it.',
    details: { path, problems },
  });
}
