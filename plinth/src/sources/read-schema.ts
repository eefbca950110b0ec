// Reads what a project lists as its schema, models and SQL, into texts for the scratch. It runs no
// SQL.

import type { ModelFile } from '../models/index.js';
import { loadModules } from '../modules/index.js';
import type { SqlSource } from '../scratch/index.js';
import { findSchemaFiles } from './find-schema-files.js';
import { nameFile } from './name-file.js';
import { readSqlFile } from './read-sql-file.js';

export interface SchemaSettings {
  /** Files, folders and patterns, as the configuration lists them. */
  readonly schema: readonly string[];
  /** The configuration's file: entries are relative to its folder. */
  readonly configPath: string;
}

/**
 * The wanted schema of a project: the text of each file of SQL, and what is written for models,
 * with the file and export each statement is from. It is one desired state, in no order.
 *
 * @param shown Where the names of files in messages start from.
 * @throws PlinthError SOURCES_EMPTY, SOURCES_UNSUPPORTED, MODULE_LOAD_FAILED, or one of MODELS_*.
 */
export async function readSchema(
  settings: SchemaSettings,
  shown: string,
): Promise<readonly SqlSource[]> {
  const files = await findSchemaFiles(settings, shown);
  const paths = files.flatMap(({ kind, path }) => (kind === 'sql' ? [path] : []));
  const modules = files.flatMap(({ kind, path }) => (kind === 'module' ? [path] : []));
  // Files are read while modules load; whichever fails first is told of.
  const [texts, models] = await Promise.all([
    Promise.all(paths.map((path) => readSqlFile(path, shown))),
    readModels(modules, settings, shown),
  ]);
  return [...models, ...texts];
}

async function readModels(
  paths: readonly string[],
  settings: SchemaSettings,
  shown: string,
): Promise<readonly SqlSource[]> {
  if (paths.length === 0) return [];
  // Drizzle takes a while to load, and a schema of SQL needs none of it.
  const { emitModels } = await import('../models/index.js');
  const files = await loadModelFiles(paths, settings, shown);
  return emitModels(files).map(({ sql, file, name }) => ({ file, name, text: sql }));
}

/**
 * The files of models that a project lists, loaded as one program.
 *
 * @param shown Where the names of files in messages start from.
 * @throws PlinthError SOURCES_EMPTY, SOURCES_UNSUPPORTED or MODULE_LOAD_FAILED.
 */
export async function readModelFiles(
  settings: SchemaSettings,
  shown: string,
): Promise<readonly ModelFile[]> {
  const files = await findSchemaFiles(settings, shown);
  const modules = files.flatMap(({ kind, path }) => (kind === 'module' ? [path] : []));
  return modules.length === 0 ? [] : await loadModelFiles(modules, settings, shown);
}

async function loadModelFiles(
  paths: readonly string[],
  { configPath }: SchemaSettings,
  shown: string,
): Promise<readonly ModelFile[]> {
  const nameOf = (path: string) => nameFile(path, shown);
  const modules = await loadModules(paths, { anchor: configPath, nameOf });
  return paths.map((path, index) => ({ file: nameOf(path), exports: modules[index] ?? {} }));
}
