// Opens the embedded PostgreSQL behind its directory lock, and closes both. It speaks no SQL:
// node-postgres does, through EmbeddedStream.

import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { PGlite } from '@electric-sql/pglite';
import { PlinthError } from '../errors/index.js';
import type { EmbeddedTarget } from './database-url.js';
import { type DirectoryLock, lockDirectory } from './directory-lock.js';
import { embeddedExtensionBundles } from './embedded-extensions.js';
import { openInMemory } from './embedded-memory.js';
import { startParams } from './embedded-start.js';
import { EmbeddedStream } from './embedded-stream.js';
import { loadEmbedded } from './load-embedded.js';

/** The major version of PostgreSQL that the embedded database is. */
export const EMBEDDED_MAJOR = '18';

type Bundles = Readonly<Record<string, URL>>;

export interface EmbeddedServer {
  openStream(): EmbeddedStream;
  close(): Promise<void>;
}

/**
 * Opens the database in the target's folder, creating it when the folder is empty.
 *
 * @param extensions Those that CREATE EXTENSION shall find.
 * @throws PlinthError ENGINE_EMBEDDED_LOCKED or ENGINE_EMBEDDED_FAILED.
 */
export async function openEmbedded(
  target: EmbeddedTarget,
  extensions: readonly string[] = [],
): Promise<EmbeddedServer> {
  const bundles = embeddedExtensionBundles(extensions);
  if (target.dataDir === undefined) {
    const memory = await openInMemory(bundles);
    return { openStream: () => new EmbeddedStream(memory), close: () => memory.close() };
  }
  const lock = await lockDirectory(target.dataDir);
  try {
    const database = await openFolder(lock.directory, bundles);
    return {
      openStream: () => new EmbeddedStream(database),
      close: () => closeBoth(database, lock),
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function closeBoth(database: PGlite, lock: DirectoryLock): Promise<void> {
  try {
    await database.close();
  } finally {
    await lock.release();
  }
}

async function openFolder(directory: string, extensions: Bundles): Promise<PGlite> {
  const marker = await prepareFolder(directory);
  try {
    const database = await createDatabase(directory, extensions);
    if (marker !== undefined) await rm(marker, { force: true });
    return database;
  } catch (cause) {
    throw new PlinthError(
      'ENGINE_EMBEDDED_FAILED',
      `the embedded database ${directory} cannot be opened: ${messageOf(cause)}`,
      { hint: 'Restore the folder from a copy, or name another folder.', cause },
    );
  }
}

/**
 * Makes sure that PGlite may open the folder, or create a database in it: then the name of a
 * marker file is returned, to be removed when the creation has ended.
 *
 * A marker found under the lock means that a process died while creating, before any data could
 * be accepted. It names the very folder it was written for: only that one is emptied, and not a
 * copy that somebody has put in its place.
 */
async function prepareFolder(directory: string): Promise<string | undefined> {
  const marker = `${directory}.creating`;
  const marked = await readText(marker);
  if (marked !== undefined) {
    if (marked === (await folderIdentity(directory))) {
      await emptyFolder(directory);
      return marker;
    }
    await rm(marker, { force: true });
  }
  const major = (await readText(`${directory}/PG_VERSION`))?.trim();
  if (major === EMBEDDED_MAJOR) return undefined;
  if (major !== undefined) throw wrongMajor(directory, major);
  if ((await readdir(directory)).length > 0) {
    throw new PlinthError(
      'ENGINE_EMBEDDED_FAILED',
      `the folder ${directory} is not empty and holds no database`,
      { hint: 'Name an empty folder, or one that does not exist yet.' },
    );
  }
  await writeFile(marker, await folderIdentity(directory));
  return marker;
}

async function folderIdentity(directory: string): Promise<string> {
  const { dev, ino, birthtimeNs } = await stat(directory, { bigint: true });
  return `${dev}:${ino}:${birthtimeNs}`;
}

async function emptyFolder(directory: string): Promise<void> {
  for (const entry of await readdir(directory)) {
    await rm(`${directory}/${entry}`, { recursive: true, force: true });
  }
}

async function createDatabase(dataDir: string, bundles: Bundles): Promise<PGlite> {
  const Embedded = await loadEmbedded();
  return await Embedded.create({
    dataDir,
    extensions: { ...bundles },
    startParams: startParams(Embedded),
  });
}

function wrongMajor(directory: string, major: string): PlinthError {
  return new PlinthError(
    'ENGINE_EMBEDDED_FAILED',
    `the folder ${directory} holds a database of PostgreSQL ${major}, not ${EMBEDDED_MAJOR}`,
    { hint: 'Open it with the Plinth that wrote it, or name another folder.' },
  );
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
