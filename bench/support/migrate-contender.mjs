// A program that brings one empty database through one history with one tool, cold as a deployment
// is, and prints what that took after the tool was loaded. It checks nothing.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [contender, url, folder, peer] = process.argv.slice(2);
const contenders = { raw, plinth, nodePgMigrate, nodePgMigrateEach, knex, drizzle };

function loadPeer(name) {
  return import(pathToFileURL(createRequire(`${peer}/package.json`).resolve(name)).href);
}

async function raw() {
  const { default: pg } = await import('pg');
  const history = JSON.parse(readFileSync(folder, 'utf8'));
  return async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const statements of history) {
      await client.query('BEGIN');
      for (const statement of statements) await client.query(statement);
      await client.query('COMMIT');
    }
    await client.end();
  };
}

async function plinth() {
  const [{ openEngine }, { upgrade }] = await Promise.all([
    import('plinth'),
    import('plinth/migrate'),
  ]);
  return async () => {
    const engine = await openEngine({ url, poolSize: 1 });
    await upgrade(engine, 'head', { revisions: folder });
    await engine.close();
  };
}

/** All in one transaction, as is its default. */
async function nodePgMigrate(singleTransaction = true) {
  const { runner } = await loadPeer('node-pg-migrate');
  const options = { dir: folder, direction: 'up', migrationsTable: 'pgmigrations' };
  const logger = { debug() {}, info() {}, warn: console.warn, error: console.error };
  return () => runner({ ...options, databaseUrl: url, logger, singleTransaction });
}

async function nodePgMigrateEach() {
  return await nodePgMigrate(false);
}

async function knex() {
  const { default: createKnex } = await loadPeer('knex');
  return async () => {
    const db = createKnex({ client: 'pg', connection: url, pool: { min: 1, max: 1 } });
    await db.migrate.latest({ directory: folder, loadExtensions: ['.cjs'] });
    await db.destroy();
  };
}

async function drizzle() {
  const [{ default: pg }, { drizzle: connect }, { migrate }] = await Promise.all([
    import('pg'),
    import('drizzle-orm/node-postgres'),
    import('drizzle-orm/node-postgres/migrator'),
  ]);
  return async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await migrate(connect(client), { migrationsFolder: folder });
    await client.end();
  };
}

const run = await contenders[contender]();
const [start, cpu] = [performance.now(), process.cpuUsage()];
await run();
const { user, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ ms: performance.now() - start, cpuMs: (user + system) / 1000 }));
