// Catalogs that took a scratch to make, kept beside the installed packages. What is in it can be
// made again: it is safe to delete, and to share between processes and branches.

import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Catalog } from '../catalog/index.js';
import { cacheFolder } from '../engine/index.js';
import { PLINTH_VERSION } from '../migrate/index.js';
import type { Loaded } from '../scratch/index.js';

/** Counts the forms that an entry had. */
const ENTRY_FORMAT = 1;

/**
 * What this Plinth was built from: who works on it reads catalogs otherwise from one build to the
 * next, under the same version.
 */
const readBuild = (): string => hashOf(new URL('../../dist/.tsbuildinfo', import.meta.url));
let build: string | undefined;

const KEPT_ENTRIES = 40;

const pack = promisify(gzip);
const unpack = promisify(gunzip);

export class CatalogCache {
  readonly #folder: string | undefined;
  readonly #notes: string[] = [];

  /** @param folder Default: `node_modules/.cache/plinth`, where the packages lie. */
  constructor(folder: string | undefined = cacheFolder()) {
    this.#folder = folder && join(folder, 'catalogs');
  }

  /** What was wrong with entries that were read, a sentence each. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /** What was kept for the key; `undefined` where there is nothing, or nothing of use. */
  async read(key: string): Promise<Loaded | undefined> {
    const path = this.#pathOf(key);
    if (path === undefined) return undefined;
    const packed = await readIfPresent(path);
    if (packed === undefined) return undefined;
    const loaded = await decode(packed, key);
    if (loaded === undefined) {
      this.#notes.push(`${path} is no catalog that this Plinth has kept: it is passed over`);
      return undefined;
    }
    // The sweep goes by the time an entry was last of use.
    await passOver(utimes(path, new Date(), new Date()));
    return loaded;
  }

  /** Keeps it; whoever reads meanwhile finds all of it or nothing. */
  async write(key: string, loaded: Loaded): Promise<void> {
    const path = this.#pathOf(key);
    if (path === undefined || this.#folder === undefined) return;
    const half = `${path}.${randomUUID()}`;
    // It saves time, and nothing else depends on it: the packages may belong to somebody else.
    await passOver(
      (async () => {
        await mkdir(join(path, '..'), { recursive: true });
        await writeFile(half, await encode(loaded, key));
        await rename(half, path);
      })(),
    );
    await passOver(rm(half, { force: true }));
    await passOver(sweep(this.#folder));
  }

  #pathOf(key: string): string | undefined {
    return this.#folder && join(this.#folder, `${key}.json.gz`);
  }
}

/**
 * The key of a catalog: by the forms of Plinth, by the PostgreSQL that says what a text means, and
 * by what was said to it.
 */
export function cacheKey(identity: string, parts: readonly string[]): string {
  build ??= readBuild();
  const all = [String(ENTRY_FORMAT), PLINTH_VERSION, build, identity, ...parts];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

// Packed it has a twentieth of the size, for some milliseconds; and it carries a checksum.
async function encode({ catalog, notes }: Loaded, key: string): Promise<Buffer> {
  return await pack(JSON.stringify({ key, notes, catalog }), { level: 1 });
}

async function decode(packed: Buffer, key: string): Promise<Loaded | undefined> {
  try {
    const kept: unknown = JSON.parse((await unpack(packed)).toString('utf8'));
    return isKept(kept) && kept.key === key ? kept : undefined;
  } catch {
    // Whatever is wrong with it, it is made again.
    return undefined;
  }
}

interface Kept extends Loaded {
  readonly key: string;
}

/** The key stands inside, so whoever wrote it meant a catalog of this form. */
function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  if (!('key' in value && 'notes' in value && 'catalog' in value)) return false;
  return typeof value.key === 'string' && Array.isArray(value.notes) && isCatalog(value.catalog);
}

function isCatalog(value: unknown): value is Catalog {
  if (typeof value !== 'object' || value === null) return false;
  return 'objects' in value && Array.isArray(value.objects);
}

function hashOf(file: URL): string {
  return existsSync(file) ? createHash('sha256').update(readFileSync(file)).digest('hex') : '';
}

async function readIfPresent(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch {
    return undefined;
  }
}

/** Leaves the entries that were of use last. */
async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= KEPT_ENTRIES) return;
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return { path, usedAt: (await stat(path)).mtimeMs };
    }),
  );
  entries.sort((a, b) => b.usedAt - a.usedAt);
  for (const { path } of entries.slice(KEPT_ENTRIES)) await rm(path, { force: true });
}

/** For what may fail without harm: another process may have been there first. */
async function passOver(work: Promise<unknown>): Promise<void> {
  await work.catch(() => undefined);
}
