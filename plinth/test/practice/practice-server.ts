// The server that a file of practice tests judges on: one that a pg_dump can read where there is
// one, because Plinth's own reader had better not judge itself. Nobody else may use it: after each
// case every role on it is dropped.

import { type Engine, openEngine } from 'plinth';
import { type PostgresServer, startPostgres } from 'plinth/testing';
import { afterAll, beforeAll } from 'vitest';
import {
  dumpSchema,
  dumpStatements,
  findPgDump,
  majorOf,
  systemBinDirs,
} from '../../../test/support/pg-dump.js';
import { type Catalog, introspect } from '../../src/catalog/index.js';
import { missingRole } from '../../src/scratch/missing-role.js';
import { readScript } from '../../src/scratch/read-script.js';
import { quoteIdentifier, readServerFailure } from '../../src/sql/index.js';

type Statements = readonly { readonly text: string }[];

/** A database with one schema in it. */
export interface SchemaDatabase {
  /** As it was when it was loaded. */
  readonly catalog: Catalog;
  /** Sorted statements of pg_dump, as it was loaded; none where no pg_dump reads the server. */
  readonly dump: readonly string[];
  run(statements: Statements): Promise<void>;
  dumpNow(): Promise<readonly string[]>;
  introspectNow(): Promise<Catalog>;
  drop(): Promise<void>;
}

export class PracticeServer {
  readonly #server: PostgresServer;
  readonly #engine: Engine;
  readonly #pgDump: string | undefined;
  #made = 0;

  private constructor(server: PostgresServer, engine: Engine, pgDump: string | undefined) {
    this.#server = server;
    this.#engine = engine;
    this.#pgDump = pgDump;
  }

  static async start(): Promise<PracticeServer> {
    const [binDir] = systemBinDirs();
    const server = await startPostgres(binDir === undefined ? {} : { binDir });
    const pgDump = await findPgDump(majorOf(server.version));
    if (pgDump === undefined) process.stderr.write('no pg_dump: only Plinth itself judges\n');
    return new PracticeServer(server, await openEngine({ url: server.url, poolSize: 1 }), pgDump);
  }

  /** `undefined` where the server refuses the text. Roles that it names are made. */
  async load(text: string): Promise<SchemaDatabase | undefined> {
    for (let missing: string | undefined; ; ) {
      const database = await this.#create();
      try {
        await database.run(readScript([{ file: 'schema.sql', text }]).statements);
      } catch (error) {
        await database.drop();
        const role = missingRole(readServerFailure(error));
        if (role === undefined || role === missing) return undefined;
        await this.#engine.query(`CREATE ROLE ${quoteIdentifier(role)}`);
        missing = role;
        continue;
      }
      const [catalog, dump] = await Promise.all([database.introspectNow(), database.dumpNow()]);
      return { ...database, catalog, dump };
    }
  }

  async dropRoles(): Promise<void> {
    const { rows } = await this.#engine.query<{ role: string }>(
      `SELECT rolname AS role FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> current_user`,
    );
    const names = rows.map(({ role }) => quoteIdentifier(role)).join(', ');
    if (names !== '') await this.#engine.query(`DROP ROLE ${names}`);
  }

  async remove(): Promise<void> {
    await this.#engine.close();
    await this.#server.remove();
  }

  async #create(): Promise<Omit<SchemaDatabase, 'catalog' | 'dump'>> {
    const name = `practice_${++this.#made}`;
    await this.#engine.query(`CREATE DATABASE ${name} TEMPLATE template0`);
    const url = this.#server.url.replace(/postgres$/, name);
    const engine = await openEngine({ url, poolSize: 1, maxOverflow: 0 });
    return {
      run: (statements) => runAll(engine, statements),
      introspectNow: () => engine.withConnection((connection) => introspect(connection)),
      dumpNow: async () =>
        this.#pgDump === undefined ? [] : dumpStatements(await dumpSchema(this.#pgDump, url)),
      drop: async () => {
        await engine.close();
        await this.#engine.query(`DROP DATABASE ${name} WITH (FORCE)`);
      },
    };
  }
}

function runAll(engine: Engine, statements: Statements): Promise<void> {
  return engine.withConnection(async (connection) => {
    await connection.query('SET check_function_bodies = off');
    for (const { text } of statements) {
      try {
        await connection.query(text);
      } catch (error) {
        // Roles belong to the server: the other side may have made it.
        const exists = readServerFailure(error).sqlstate === '42710';
        if (!exists || !/^CREATE\s+(ROLE|USER)\b/i.test(text)) throw error;
      }
    }
  });
}

/** A server for the file that calls it, inside of its tests. */
export function usePracticeServer(): { readonly server: PracticeServer } {
  let started: PracticeServer | undefined;
  beforeAll(async () => {
    started = await PracticeServer.start();
  });
  afterAll(async () => {
    await started?.remove();
  });
  return {
    get server() {
      if (started === undefined) throw new Error('it exists only inside tests');
      return started;
    },
  };
}
