// Finds and loads a project's plinth.config.ts. It opens no database.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { missingEmbeddedExtensions } from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import type { MigrationOptions } from '../migrate/index.js';
import { loadModule } from '../modules/index.js';
import { OLDEST_MAJOR } from '../sql/index.js';
import {
  checkConfig,
  DEFAULT_REVISIONS_FOLDER,
  type PostWriteHook,
  type RetentionConfig,
  type SecretsConfig,
} from './plinth-config.js';

export const CONFIG_FILES = [
  'plinth.config.ts',
  'plinth.config.mts',
  'plinth.config.js',
  'plinth.config.mjs',
] as const;

/** A project's configuration, with every path absolute but those of `schema`. */
export interface Project {
  readonly configPath: string;
  /** The folder that relative paths of the configuration start from. */
  readonly root: string;
  readonly url: string;
  readonly revisionsFolder: string;
  readonly fileTemplate: string | undefined;
  /** Text of new SQL revisions. */
  readonly revisionTemplate: string | undefined;
  readonly postWriteHooks: readonly PostWriteHook[];
  /** MIGRATION_DATABASE_URL, where it is set: revisions run there. */
  readonly migrationUrl: string | undefined;
  /** What the project's own program connects to: DATABASE_URL where `url` is the owner's. */
  readonly programUrl: string;
  /** Extensions that the database must have. */
  readonly extensions: readonly string[];
  /** Of these, those that an embedded database can be opened with here. */
  readonly embeddedExtensions: readonly string[];
  /** Files, folders and patterns of the wanted schema, as they are listed. */
  readonly schema: readonly string[];
  /** A server to be used as scratch; none means the embedded PostgreSQL. */
  readonly scratchUrl: string | undefined;
  /** `server_version_num` of the oldest server that revisions have to run on. */
  readonly serverVersion: number;
  /** How revisions are run on its database. */
  readonly migration: Pick<
    MigrationOptions,
    'ledger' | 'lockTimeout' | 'statementLockTimeout' | 'lockRetries' | 'hooks'
  >;
  /** The query that lists the ids of all tenants. */
  readonly tenants: string | undefined;
  readonly secrets: SecretsConfig;
  readonly retention: RetentionConfig;
}

/**
 * Loads `configPath`, or the nearest plinth.config.ts in `folder` or above it. A `.env` beside it
 * fills variables of `env` that are not set, or empty.
 *
 * @throws PlinthError CONFIG_NOT_FOUND, CONFIG_INVALID or MODULE_LOAD_FAILED.
 */
export async function loadConfig(
  folder: string,
  env: Record<string, string | undefined>,
  configPath?: string,
): Promise<Project> {
  const path = configPath === undefined ? findConfig(folder) : resolve(folder, configPath);
  if (path === undefined || !existsSync(path)) {
    const looked = path === undefined ? `${folder} or a folder above it` : path;
    throw new PlinthError('CONFIG_NOT_FOUND', `no plinth.config.ts in ${looked}`, {
      hint: 'Run `plinth init` here, or name the file with --config.',
    });
  }
  const root = dirname(path);
  await loadEnvFile(join(root, '.env'), env);
  const { default: exported } = await loadModule(path);
  const config = checkConfig(exported, path);
  const { extensions = [] } = config;
  const missing = missingEmbeddedExtensions(extensions);
  return {
    configPath: path,
    root,
    ...readUrls(config.url, env, root),
    revisionsFolder: resolve(root, config.revisions ?? DEFAULT_REVISIONS_FOLDER),
    fileTemplate: config.fileTemplate,
    revisionTemplate: config.revisionTemplate,
    postWriteHooks: config.postWriteHooks ?? [],
    extensions,
    embeddedExtensions: extensions.filter((name) => !missing.includes(name)),
    schema: config.schema ?? [],
    scratchUrl: config.scratchUrl,
    serverVersion: (config.serverVersion ?? OLDEST_MAJOR) * 10_000,
    migration: {
      ledger: config.ledger,
      lockTimeout: config.lockTimeout,
      statementLockTimeout: config.statementLockTimeout,
      lockRetries: config.lockRetries,
      hooks: config.hooks,
    },
    tenants: config.tenants,
    secrets: config.secrets ?? {},
    retention: config.retention ?? {},
  };
}

function findConfig(folder: string): string | undefined {
  for (let current = resolve(folder); ; current = dirname(current)) {
    for (const name of CONFIG_FILES) {
      const path = join(current, name);
      if (existsSync(path)) return path;
    }
    if (dirname(current) === current) return undefined;
  }
}

async function loadEnvFile(path: string, env: Record<string, string | undefined>): Promise<void> {
  if (!existsSync(path)) return;
  for (const [name, value] of Object.entries(
    parseEnv((await readFile(path, 'utf8')).replace(/^\uFEFF/, '')),
  )) {
    // An empty variable counts as not set, as in the service.
    if (env[name] === undefined || env[name] === '') env[name] = value;
  }
}

/** The configuration may name the owner's URL, because its commands are the owner's work. */
function readUrls(
  configured: string,
  { DATABASE_URL, MIGRATION_DATABASE_URL }: Record<string, string | undefined>,
  root: string,
): Pick<Project, 'url' | 'migrationUrl' | 'programUrl'> {
  const url = absoluteUrl(configured, root);
  const migrationUrl = MIGRATION_DATABASE_URL
    ? absoluteUrl(MIGRATION_DATABASE_URL, root)
    : undefined;
  const isOwners = url === migrationUrl && DATABASE_URL;
  return { url, migrationUrl, programUrl: isOwners ? absoluteUrl(DATABASE_URL, root) : url };
}

function absoluteUrl(url: string, root: string): string {
  const folder = /^pglite:\/\/(.+)$/i.exec(url)?.[1];
  return folder === undefined || folder === 'memory' ? url : `pglite://${resolve(root, folder)}`;
}
