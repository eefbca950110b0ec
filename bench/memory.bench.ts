// 100,000 requests must leave the heap where it was after the first 10,000.

import { once } from 'node:events';
import autocannon from 'autocannon';
import { createDatabase, startPostgres } from 'plinth/testing';
import { judge } from './support/measure.js';
import { type RunningProcess, SERVICE_WITH_GC, startProcess } from './support/service-process.js';

export default async function run(): Promise<void> {
  await using server = await startPostgres();
  const { url } = await createDatabase(server.url);
  const service = await startProcess(SERVICE_WITH_GC, { DATABASE_URL: url });
  try {
    await request(service, 10_000);
    const early = await heapUsed(service);
    await request(service, 90_000);
    const late = await heapUsed(service);
    const mebibytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
    console.log(`after 10,000 requests ${mebibytes(early)}, after 100,000 ${mebibytes(late)}`);
    judge('heap late / early', late / early, { atMost: 1.1 });
  } finally {
    await service.stop();
  }
}

async function request({ url }: RunningProcess, amount: number): Promise<void> {
  const json = { 'content-type': 'application/json' };
  const body = JSON.stringify({ title: 'memory' });
  const result = await autocannon({
    url,
    connections: 50,
    amount,
    requests: [
      { method: 'GET', path: '/api/tasks?limit=10' },
      { method: 'GET', path: '/api/todos' },
      { method: 'GET', path: '/api/tasks/00000000-0000-4000-8000-000000000000' },
      { method: 'POST', path: '/api/tasks', headers: json, body },
    ],
  });
  if (result.errors > 0) throw new Error('not every request was answered');
}

async function heapUsed({ child }: RunningProcess): Promise<number> {
  child.send('heap');
  const [message]: unknown[] = await once(child, 'message');
  if (typeof message === 'object' && message !== null && 'heapUsed' in message) {
    return Number(message.heapUsed);
  }
  throw new Error('the service said nothing of its heap');
}
