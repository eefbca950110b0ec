// Makes the data folder of a server with initdb. It never touches a folder that holds data.

import { chmodSync, chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ServerHome, serverFailed, spawnProgram, waitForExit } from './server-process.js';

/**
 * Makes a data folder: superuser `postgres`, UTF8, locale C. Without a password anybody on this
 * machine may connect; with one, SCRAM asks for it.
 *
 * @throws PlinthError TESTING_SERVER_FAILED with the output of initdb.
 */
export async function initCluster(home: ServerHome, password: string | undefined): Promise<void> {
  if (existsSync(join(home.dataDir, 'PG_VERSION'))) return;
  mkdirSync(home.dataDir, { recursive: true });
  chmodSync(home.dataDir, 0o700);
  giveToServer(home, home.dataDir);
  const passwordFile = password === undefined ? undefined : writePasswordFile(home, password);
  const initdb = await spawnProgram(home, 'initdb', initdbArguments(home.dataDir, passwordFile));
  await waitForExit(initdb);
  if (passwordFile !== undefined) rmSync(passwordFile);
  if (initdb.exitCode !== 0) {
    throw serverFailed(home, `initdb ended with ${initdb.exitCode ?? initdb.signalCode}`);
  }
}

function initdbArguments(dataDir: string, passwordFile: string | undefined): readonly string[] {
  const access =
    passwordFile === undefined
      ? ['-A', 'trust']
      : ['-A', 'scram-sha-256', `--pwfile=${passwordFile}`];
  return ['-D', dataDir, '-U', 'postgres', '-E', 'UTF8', '--no-locale', '--no-sync', ...access];
}

function writePasswordFile(home: ServerHome, password: string): string {
  const file = join(home.folder, 'password');
  writeFileSync(file, `${password}\n`, { mode: 0o600 });
  giveToServer(home, file);
  return file;
}

function giveToServer(home: ServerHome, path: string): void {
  if (home.user !== undefined) chownSync(path, home.user.uid, home.user.gid);
}
