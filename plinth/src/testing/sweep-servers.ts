// Ends servers whose owner was killed with SIGKILL and removes their folders. It never touches
// what belongs to a living process, to another system user or to another machine.

import { spawnSync } from 'node:child_process';
import { lstatSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readIfPresent } from './read-if-present.js';
import {
  FOLDER_PREFIX,
  findTempFolder,
  readFolderOwner,
  removeServerFolder,
} from './server-folder.js';
import type { ServerUser } from './server-user.js';

/** Kills the servers and removes the folders of dead owners; returns the removed folders. */
export function sweepServers(user: ServerUser | undefined): readonly string[] {
  const parent = findTempFolder(user);
  const folders = readdirSync(parent)
    .filter((name) => name.startsWith(FOLDER_PREFIX))
    .map((name) => join(parent, name));
  return folders.filter(sweepFolder);
}

function sweepFolder(folder: string): boolean {
  if (!isOurs(folder)) return false;
  const owner = readFolderOwner(folder);
  // Processes of another container may share this folder, but not this list of processes.
  if (owner === undefined || owner.host !== hostname() || isAlive(owner.pid)) return false;
  killPostmaster(owner.dataDir);
  removeServerFolder(folder);
  return true;
}

function isOurs(folder: string): boolean {
  const stat = lstatSync(folder, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && (process.getuid?.() ?? stat.uid) === stat.uid;
}

/** Whether a process with this id exists, of whatever user. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function killPostmaster(dataDir: string): void {
  const pid = Number(readIfPresent(join(dataDir, 'postmaster.pid'))?.split('\n')[0]);
  // Ids are reused: only a process that was started on this very folder is the postmaster.
  if (pid > 0 && readCommandLine(pid).includes(dataDir)) process.kill(pid, 'SIGQUIT');
}

function readCommandLine(pid: number): string {
  if (process.platform === 'linux') return readIfPresent(`/proc/${pid}/cmdline`) ?? '';
  if (process.platform === 'win32') {
    const query = `(Get-CimInstance Win32_Process -Filter ProcessId=${pid}).CommandLine`;
    return readOutput('powershell', ['-NoProfile', '-Command', query]);
  }
  return readOutput('ps', ['-ww', '-o', 'command=', '-p', String(pid)]);
}

function readOutput(program: string, args: readonly string[]): string {
  return spawnSync(program, args, { encoding: 'utf8' }).stdout ?? '';
}
