// What a plinth.config.ts may say, and the check that it says it well.

import { z } from 'zod';
import { PlinthError } from '../errors/index.js';

/** The settings of a project, in its `plinth.config.ts`. */
export interface PlinthConfig {
  /** URL of the database; a relative pglite:// folder is relative to the file. */
  readonly url: string;
  /** Folder of the revision files, relative to the file. Default: `./revisions`. */
  readonly revisions?: string;
  /** Template of revision file names, without their ending. */
  readonly fileTemplate?: string;
  /** Extensions that the database must have, for `plinth verify`, such as `vector`. */
  readonly extensions?: readonly string[];
  /** Files of the wanted schema, or folders of them, relative to the file; `.sql` today. */
  readonly schema?: readonly string[];
  /**
   * URL of a server that may be used as scratch, where SQL becomes a schema: for extensions that
   * the embedded PostgreSQL lacks. Its role needs CREATEDB. Default: the embedded PostgreSQL.
   */
  readonly scratchUrl?: string;
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
  extensions: z
    .array(z.string().min(1, 'must name an extension'), 'must be a list of names')
    .exactOptional(),
  schema: z
    .array(z.string().min(1, 'must name a file or a folder'), 'must be a list of paths')
    .exactOptional(),
  scratchUrl: z.string().min(1, 'must be the URL of a server').exactOptional(),
});

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
