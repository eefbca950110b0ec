// A tenant-scoped single statement: as Plinth sends it (one Sync), as a pipelined burst, and as
// BEGIN, set_config, query, COMMIT awaited one by one; over loopback and with 1 ms each way.

import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { connect, type Database, openEngine } from 'plinth';
import { createDatabase, startPostgres } from 'plinth/testing';
import { type Contender, judge, measure } from './support/measure.js';

const QUERY = 'SELECT body FROM notes WHERE id = $1';
const SET_TENANT = `SELECT set_config('app.current_tenant_id', $1, true)`;

export default async function run(): Promise<void> {
  await using server = await startPostgres();
  const { url } = await createDatabase(server.url);
  await using owner = await openEngine({ url, poolSize: 1 });
  await owner.query('CREATE TABLE notes (id int PRIMARY KEY, body text NOT NULL)');
  await owner.query(`INSERT INTO notes SELECT n, 'note ' || n FROM generate_series(1, 1000) n`);
  console.log('over loopback');
  await compare(url, 3000, { toPlain: 1.5, toAwaited: 2 });
  const slow = await delayedWire(url, 1);
  console.log('with 1 ms added each way');
  await compare(slow.url, 200, { toPlain: 1.15, toAwaited: 2 });
  await slow.close();
}

async function compare(
  url: string,
  operations: number,
  wanted: { readonly toPlain: number; readonly toAwaited: number },
): Promise<void> {
  const db = await connect({ url, poolSize: 1, maxOverflow: 0 });
  const acme = db.tenant('acme');
  const pipelined = new pg.Client({ connectionString: url, pipeline: true });
  await pipelined.connect();
  const query = sql`SELECT body FROM notes WHERE id = ${7}`;
  const contenders: readonly Contender[] = [
    { name: 'plain', run: () => db.execute(query) },
    { name: 'tenant, one Sync', run: () => acme.execute(query) },
    { name: 'tenant, pipelined burst', run: () => burst(pipelined) },
    { name: 'tenant, awaited', run: () => awaited(db) },
  ];
  const options = { callers: 1, operations, rounds: 7 };
  const [plain, scoped, pipeline, oneByOne] = await measure(contenders, options);
  if (!plain || !scoped || !pipeline || !oneByOne) throw new Error('a contender is missing');
  for (const { name, p50 } of [plain, scoped, pipeline, oneByOne]) {
    console.log(`  ${name.padEnd(26)} p50 ${(p50 * 1000).toFixed(0)} µs`);
  }
  judge('one Sync / plain, p50', scoped.p50 / plain.p50, { atMost: wanted.toPlain });
  judge('awaited / one Sync, p50', oneByOne.p50 / scoped.p50, { atLeast: wanted.toAwaited });
  await pipelined.end();
  await db.close();
}

/** Four queries sent without waiting, each with a Sync of its own. */
function burst(client: pg.Client): Promise<unknown> {
  return Promise.all([
    client.query('BEGIN'),
    client.query({ name: 'tenant', text: SET_TENANT, values: ['acme'] }),
    client.query({ name: 'note', text: QUERY, values: [7] }),
    client.query('COMMIT'),
  ]);
}

function awaited(db: Database): Promise<unknown> {
  return db.engine.withConnection(async (connection) => {
    await connection.query('BEGIN');
    await connection.query(SET_TENANT, ['acme']);
    await connection.query(QUERY, [7]);
    await connection.query('COMMIT');
  });
}

/** A wire to the server on which every byte takes its time, in both directions. */
async function delayedWire(serverUrl: string, delayMs: number) {
  const { hostname, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const wire = createServer((client) => {
    const server = connectSocket(Number(port), hostname);
    for (const [from, to] of [[client, server] as const, [server, client] as const]) {
      sockets.add(from.setNoDelay());
      from.on('data', (chunk) => setTimeout(() => to.write(chunk), delayMs));
      from.on('close', () => to.destroy());
      from.on('error', () => to.destroy());
    }
  });
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve));
  const address = wire.address();
  if (address === null || typeof address === 'string') throw new Error('the wire has no port');
  const url = new URL(serverUrl);
  url.port = String(address.port);
  return {
    url: url.href,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => wire.close(resolve));
    },
  };
}
