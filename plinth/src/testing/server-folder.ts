// The temporary folder of one server, and the note in it that says which process owns it.
// It never touches a folder it did not make.

import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readIfPresent } from './read-if-present.js';
import type { ServerUser } from './server-user.js';

export const FOLDER_PREFIX = 'plinth-postgres-';
const OWNER_FILE = 'owner';

/** Who made a server's folder, and where its server keeps the data. */
export interface FolderOwner {
  readonly pid: number;
  readonly host: string;
  readonly dataDir: string;
}

/** Makes a folder that this process owns and, where one is given, that user can read. */
export function createServerFolder(user: ServerUser | undefined, dataDir?: string): string {
  const folder = mkdtempSync(join(findTempFolder(user), FOLDER_PREFIX));
  if (user !== undefined) chmodSync(folder, 0o755);
  const lines = [process.pid, hostname(), dataDir ?? join(folder, 'data'), ''];
  writeFileSync(join(folder, OWNER_FILE), lines.join('\n'), { mode: 0o600 });
  return folder;
}

/** Removes a server's folder; retries because a dying server may still write into it. */
export function removeServerFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
}

/** The owner a folder names; undefined while its maker has not written the note to the end. */
export function readFolderOwner(folder: string): FolderOwner | undefined {
  const lines = readIfPresent(join(folder, OWNER_FILE))?.split('\n') ?? [];
  const [pid, host, dataDir, end] = lines;
  if (!pid || !host || !dataDir || end !== '') return undefined;
  return { pid: Number(pid), host, dataDir };
}

/**
 * The folder for temporary files that the given user can reach: a TMPDIR inside root's home is
 * of no use to a server that runs as somebody else.
 */
export function findTempFolder(user: ServerUser | undefined): string {
  return user === undefined || isOpenToAll(tmpdir()) ? tmpdir() : '/tmp';
}

function isOpenToAll(folder: string): boolean {
  const searchable = (statSync(folder).mode & 0o001) !== 0;
  const parent = dirname(folder);
  return searchable && (parent === folder || isOpenToAll(parent));
}
