// Loads a user's TypeScript or JavaScript file (configuration, revisions) through jiti, in both
// module types. It never loads Plinth's own files.

import { existsSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PlinthError } from '../errors/index.js';

/** The exports of a module, by name. */
export type ModuleExports = Readonly<Record<string, unknown>>;

/**
 * Loads a file and returns what it exports. `import … from 'plinth'` inside it finds this very
 * package, so that a folder without any installation can be used.
 *
 * @throws PlinthError MODULE_LOAD_FAILED with the file and the reason.
 */
export async function loadModule(path: string): Promise<ModuleExports> {
  const { createJiti } = await import('jiti');
  const jiti = createJiti(pathToFileURL(path).href, { alias: ownAliases(), interopDefault: false });
  try {
    const loaded: unknown = await jiti.import(path);
    return isExports(loaded) ? loaded : { default: loaded };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PlinthError('MODULE_LOAD_FAILED', `${path} cannot be loaded: ${reason}`, {
      hint: 'Correct the file; it must load by itself with its imports installed.',
      details: { path },
      cause,
    });
  }
}

function isExports(value: unknown): value is ModuleExports {
  return typeof value === 'object' && value !== null;
}

function ownAliases(): Record<string, string> {
  const entries = ['index', 'migrate', 'models', 'diff', 'testing', 'fastify'].map((name) => {
    const file = fileURLToPath(new URL(`../${name}.js`, import.meta.url));
    return [name === 'index' ? 'plinth' : `plinth/${name}`, file] as const;
  });
  // Longest first: an alias also matches as the start of a longer name.
  return Object.fromEntries(entries.filter(([, file]) => existsSync(file)).reverse());
}
