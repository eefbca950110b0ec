// Where a scratch runs: the embedded PostgreSQL in memory, or a database of its own on a server.
// It knows no text and no catalog.

import { randomBytes } from 'node:crypto';
import {
  type Engine,
  embeddedVersions,
  missingEmbeddedExtensions,
  openEngine,
  parseDatabaseUrl,
} from '../engine/index.js';
import { PlinthError } from '../errors/index.js';
import { quoteIdentifier, readServerFailure } from '../sql/index.js';

/** A PostgreSQL whose state can be thrown away. */
export interface ScratchServer {
  /** Whether it can have an extension; a server is asked by trying. */
  hasExtension(name: string): boolean;
  /** Names all that the outcome of a text depends on beside the text. */
  identity(): Promise<string>;
  /** An engine on an empty database that has these extensions at hand. */
  open(extensions: readonly string[]): Promise<Engine>;
  /** Throws the database away, and these roles, which belong to its server. */
  discard(roles: readonly string[]): Promise<void>;
}

const SETTINGS = {
  applicationName: 'plinth scratch',
  poolSize: 1,
  maxOverflow: 0,
  // A text may take its time, and nobody else wants the connection.
  leakThreshold: 0,
} as const;

export function embeddedServer(): ScratchServer {
  let opened: { readonly engine: Engine; readonly extensions: readonly string[] } | undefined;
  const discard = async () => {
    const { engine } = opened ?? {};
    opened = undefined;
    await engine?.close();
  };
  return {
    hasExtension: (name) => missingEmbeddedExtensions([name]).length === 0,
    identity: async () => embeddedVersions(),
    async open(extensions) {
      const has = new Set(opened?.extensions);
      if (opened !== undefined && extensions.every((name) => has.has(name))) return opened.engine;
      await discard();
      const all = [...new Set([...has, ...extensions])];
      const engine = await openEngine({
        ...SETTINGS,
        url: 'pglite://memory',
        embeddedExtensions: all,
      });
      opened = { engine, extensions: all };
      return engine;
    },
    discard,
  };
}

const NAME_PREFIX = 'plinth_scratch_';
const LEFT_OVER_AFTER_MS = 60 * 60 * 1000;

const variable = 'scratchUrl';

/**
 * @param url Any database of the server.
 * @throws PlinthError ENGINE_URL_INVALID, or SCRATCH_SERVER_UNUSABLE for an embedded folder.
 */
export function serverOnUrl(url: string): ScratchServer {
  const target = parseDatabaseUrl(url, { variable });
  if (target.kind === 'embedded') {
    if (target.dataDir === undefined) return embeddedServer();
    throw new PlinthError(
      'SCRATCH_SERVER_UNUSABLE',
      `${url} cannot be scratch: an embedded database has one schema, which is in use`,
      { hint: 'Leave scratchUrl out for an embedded scratch in memory, or name a server.' },
    );
  }
  let opened: { readonly engine: Engine; readonly name: string } | undefined;
  let swept = false;
  const withServer = async (work: (engine: Engine) => Promise<void>) => {
    await using engine = await openEngine({ ...SETTINGS, url, variable });
    await work(engine);
  };
  return {
    hasExtension: () => true,
    async identity() {
      const engine = await this.open([]);
      const { rows } = await engine.query<{ identity: string }>(IDENTITY);
      return rows[0]?.identity ?? '';
    },
    async open() {
      if (opened !== undefined) return opened.engine;
      const name = newName();
      await withServer(async (server) => {
        if (!swept) await sweep(server);
        swept = true;
        await createDatabase(server, name);
      });
      const ownUrl = withDatabase(url, name);
      opened = { name, engine: await openEngine({ ...SETTINGS, url: ownUrl, variable }) };
      return opened.engine;
    },
    async discard(roles) {
      if (opened === undefined) return;
      const { engine, name } = opened;
      opened = undefined;
      await engine.close();
      await withServer(async (server) => {
        await dropDatabase(server, name);
        for (const role of roles) {
          await server.query(`DROP ROLE IF EXISTS ${quoteIdentifier(role)}`);
        }
      });
    },
  };
}

/** Roles belong to the server, so those that are there are part of every schema on it. */
const IDENTITY = `SELECT concat_ws(' ', version(), current_user,
    (SELECT md5(string_agg(name || ' ' || default_version, ',' ORDER BY name))
     FROM pg_available_extensions),
    (SELECT md5(string_agg(r::text, ',' ORDER BY r.oid)) FROM pg_roles r),
    (SELECT md5(string_agg(m::text, ',' ORDER BY m::text)) FROM pg_auth_members m)) AS identity`;

async function createDatabase(server: Engine, name: string): Promise<void> {
  try {
    await server.query(`CREATE DATABASE ${quoteIdentifier(name)} TEMPLATE template0`);
  } catch (error) {
    throw new PlinthError(
      'SCRATCH_SERVER_UNUSABLE',
      `no scratch database can be created at ${server.description}: ` +
        readServerFailure(error).message,
      { hint: 'Name a role that has CREATEDB, or leave scratchUrl out.', cause: error },
    );
  }
}

async function dropDatabase(server: Engine, name: string): Promise<void> {
  await server.query(`DROP DATABASE IF EXISTS ${quoteIdentifier(name)} WITH (FORCE)`);
}

/** Drops what a process that was killed has left behind. */
async function sweep(server: Engine): Promise<void> {
  const { rows } = await server.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database d
     WHERE starts_with(datname, $1) AND pg_has_role(datdba, 'USAGE')
       AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = d.oid)`,
    [NAME_PREFIX],
  );
  const youngest = Date.now() - LEFT_OVER_AFTER_MS;
  for (const { name } of rows) {
    if (createdAt(name) <= youngest) await dropDatabase(server, name);
  }
}

/** The name carries its time, because PostgreSQL does not know when a database was created. */
function newName(): string {
  return `${NAME_PREFIX}${Date.now().toString(16).padStart(12, '0')}${randomBytes(6).toString('hex')}`;
}

function createdAt(name: string): number {
  const digits = /^plinth_scratch_([0-9a-f]{12})[0-9a-f]{12}$/.exec(name)?.[1];
  return digits === undefined ? Number.POSITIVE_INFINITY : Number.parseInt(digits, 16);
}

function withDatabase(url: string, name: string): string {
  // A URL may name several hosts, which the platform's own URL does not know.
  const [, head = '', query = ''] = /^([^/]*\/\/[^/?]*)\/?[^?]*(\?.*)?$/s.exec(url) ?? [];
  return `${head}/${name}${query}`;
}
