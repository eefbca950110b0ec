// Which extensions the embedded PostgreSQL can be opened with, and where their files are: PGlite
// takes them when it opens and never later. It opens nothing.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { PlinthError } from '../errors/index.js';

/** Extensions that share a bundle with others, or come in a package of their own. */
const BUNDLES: Readonly<Record<string, string>> = {
  autoinc: 'spi',
  insert_username: 'spi',
  moddatetime: 'spi',
  refint: 'spi',
};
const PACKAGES: Readonly<Record<string, string>> = { vector: '@electric-sql/pglite-pgvector' };

/** What CREATE EXTENSION … CASCADE creates along. */
const NEEDS: Readonly<Record<string, string>> = { earthdistance: 'cube' };

const resolveFrom = createRequire(import.meta.url).resolve;

/** Of these extensions, those that the embedded database cannot have here. */
export function missingEmbeddedExtensions(names: Iterable<string>): readonly string[] {
  return [...names].filter((name) => name !== 'plpgsql' && findBundle(name) === undefined);
}

/**
 * The bundles of extensions, by name, as PGlite takes them.
 *
 * @throws PlinthError ENGINE_EMBEDDED_FAILED, naming those that are not there.
 */
export function embeddedExtensionBundles(names: readonly string[]): Readonly<Record<string, URL>> {
  const missing = missingEmbeddedExtensions(names);
  if (missing.length > 0) {
    const packages = missing.flatMap((name) => PACKAGES[name] ?? []);
    throw new PlinthError(
      'ENGINE_EMBEDDED_FAILED',
      `the embedded database has no extension ${missing.join(', ')}`,
      {
        hint:
          packages.length === missing.length
            ? `Install ${packages.join(', ')}, or use a server.`
            : 'Use a server that has it.',
        details: { extensions: missing },
      },
    );
  }
  const bundles: Record<string, URL> = {};
  for (const name of names) {
    for (const each of [name, NEEDS[name]]) {
      const bundle = each === undefined ? undefined : findBundle(each);
      if (each !== undefined && bundle !== undefined) bundles[each] = bundle;
    }
  }
  return bundles;
}

function findBundle(name: string): URL | undefined {
  // A name comes from a text of somebody's: it must not lead anywhere else.
  if (!/^[\w-]+$/.test(name)) return undefined;
  const entry = findPackage(PACKAGES[name] ?? '@electric-sql/pglite');
  if (entry === undefined) return undefined;
  const bundle = new URL(`./${BUNDLES[name] ?? name}.tar.gz`, entry);
  return existsSync(bundle) ? bundle : undefined;
}

function findPackage(name: string): URL | undefined {
  try {
    return pathToFileURL(resolveFrom(name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return;
    throw error;
  }
}
