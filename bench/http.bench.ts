// The service's two reads beside the same two routes written by hand with Fastify and pg.

import autocannon from 'autocannon';
import { createDatabase, startPostgres } from 'plinth/testing';
import { judge, median } from './support/measure.js';
import { BARE_APP, SERVICE, startProcess } from './support/service-process.js';

const CALLERS = 50;
const SECONDS = 3;
const ROUNDS = 5;
const TASKS = 200;

export default async function run(): Promise<void> {
  await using server = await startPostgres();
  const { url } = await createDatabase(server.url);
  // LOG_LEVEL warn: the hand-written app logs nothing either.
  // As many connections as the hand-written app has.
  const service = await startProcess(SERVICE, { DATABASE_URL: url, DB_MAX_OVERFLOW: '0' });
  const bare = await startProcess(BARE_APP, { DATABASE_URL: url });
  try {
    const id = await fill(service.url);
    for (const path of [`/api/tasks/${id}`, '/api/tasks']) {
      const rates = { service: [] as number[], bare: [] as number[] };
      for (let round = 0; round <= ROUNDS; round += 1) {
        const [first, second] = [await rate(service.url + path), await rate(bare.url + path)];
        // The first round warms both up.
        if (round > 0) {
          rates.service.push(first);
          rates.bare.push(second);
        }
      }
      const ours = median(rates.service);
      const theirs = median(rates.bare);
      console.log(`GET ${path.replace(id, '{id}')}`);
      console.log(`  service ${Math.round(ours)}/s, bare Fastify + pg ${Math.round(theirs)}/s`);
      judge('service / bare', ours / theirs, { atLeast: 0.8 });
    }
  } finally {
    await service.stop();
    await bare.stop();
  }
}

async function fill(url: string): Promise<string> {
  let id = '';
  for (let i = 0; i < TASKS; i += 1) {
    const response = await fetch(`${url}/api/tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ title: `task ${i}`, description: 'something to do' }),
    });
    id = (response.headers.get('location') ?? '').split('/').at(-1) ?? '';
  }
  return id;
}

async function rate(url: string): Promise<number> {
  const result = await autocannon({ url, connections: CALLERS, duration: SECONDS });
  if (result.non2xx + result.errors > 0) throw new Error(`${url} did not answer every request`);
  return result.requests.average;
}
