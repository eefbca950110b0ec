// Loads a user's TypeScript or JavaScript files (configuration, revisions, models), in both module
// types: through jiti, unless one is so plain that Node needs no help. It never loads Plinth's own
// files.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadFailed, tsconfigFailed } from './load-failure.js';
import { loadNatively } from './load-natively.js';

/** The exports of a module, by name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/**
 * Loads a file and returns what it exports. `import … from 'plinth'` inside it finds this very
 * package, so that a folder without any installation can be used.
 *
 * @throws PlinthError MODULE_LOAD_FAILED with the file and the reason.
 */
export async function loadModule(path: string): Promise<ModuleExports> {
  const alias = ownAliases();
  const native = await loadNatively(path, alias);
  if (native !== undefined) return asExports(native);
  const { createJiti } = await import('jiti');
  const jiti = createJiti(pathToFileURL(path).href, { alias, interopDefault: false });
  try {
    return asExports(await jiti.import(path));
  } catch (cause) {
    throw loadFailed(path, cause, (file) => file);
  }
}

export interface LoadOptions {
  /** A file in the folder that the modules belong to; it need not be there. */
  readonly anchor: string;
  /** What messages call a file. */
  readonly nameOf: (path: string) => string;
}

/**
 * Loads files as one program: what several of them import is loaded once, and anew at each call.
 * Imports follow the `paths` of the nearest tsconfig.json of each file. A project without Drizzle of
 * its own is given the one that Plinth uses.
 *
 * @returns The exports, in the order of the paths.
 * @throws PlinthError MODULE_LOAD_FAILED with the file, the line where one is known, and the reason.
 */
export async function loadModules(
  paths: readonly string[],
  { anchor, nameOf }: LoadOptions,
): Promise<readonly ModuleExports[]> {
  const load = await openLoader(anchor, paths).catch((cause: unknown) => {
    throw tsconfigFailed(nameOf(anchor), cause);
  });
  const loaded: ModuleExports[] = [];
  for (const path of paths) {
    try {
      loaded.push(asExports(await load(path)));
    } catch (cause) {
      throw loadFailed(path, cause, nameOf);
    }
  }
  return loaded;
}

type Load = (path: string) => Promise<unknown>;

// jiti shares modules among all that one of them imports, and not among calls of jiti itself,
// unless these are kept as long as the process lives.
const LOADER = 'export const load = (path) => import(path);';

async function openLoader(anchor: string, paths: readonly string[]): Promise<Load> {
  const { createJiti } = await import('jiti');
  const jiti = createJiti(pathToFileURL(anchor).href, {
    alias: { ...drizzleAlias([anchor, ...paths]), ...ownAliases() },
    interopDefault: false,
    moduleCache: false,
    tsconfigPaths: true,
  });
  const filename = join(dirname(anchor), '.plinth-loader.mts');
  const loader = asExports(await jiti.evalModule(LOADER, { filename, async: true }));
  const { load } = loader;
  if (typeof load !== 'function') throw new Error('jiti has lost an export');
  return async (path) => await load(path);
}

function asExports(value: unknown): ModuleExports {
  return isExports(value) ? value : { default: value };
}

function isExports(value: unknown): value is ModuleExports {
  return typeof value === 'object' && value !== null;
}

/** What of this package a file can import: the `exports` of package.json, and `index` for `.`. */
export const OWN_ENTRIES = [
  'migrate',
  'models',
  'secrets',
  'retention',
  'diff',
  'testing',
  'fastify',
  // Last: an alias also matches as the start of a longer name.
  'index',
] as const;

function ownAliases(): Record<string, string> {
  const entries = OWN_ENTRIES.map((name) => {
    const file = fileURLToPath(new URL(`../${name}.js`, import.meta.url));
    return [name === 'index' ? 'plinth' : `plinth/${name}`, file] as const;
  });
  return Object.fromEntries(entries.filter(([, file]) => existsSync(file)));
}

function drizzleAlias(paths: readonly string[]): Record<string, string> {
  const own = resolveFrom(import.meta.url, 'drizzle-orm');
  const hasOne = paths.some((path) => resolveFrom(path, 'drizzle-orm') !== undefined);
  return own === undefined || hasOne ? {} : { 'drizzle-orm': dirname(own) };
}

function resolveFrom(place: string, name: string): string | undefined {
  try {
    return createRequire(place).resolve(name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return;
    throw error;
  }
}
