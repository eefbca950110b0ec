// 100 callers at once, reading and writing for 20 seconds, on a server and on the embedded
// database: everyone is answered, and how long that takes.

import autocannon from 'autocannon';
import { createDatabase, startPostgres } from 'plinth/testing';
import { SERVICE, startProcess } from './support/service-process.js';

const CALLERS = 100;
const SECONDS = 20;

interface Figures {
  readonly database: string;
  readonly result: autocannon.Result;
}

/** One round of a caller: write a task, read it, list, change it, read a todo list. */
function requests(): autocannon.Request[] {
  const json = { 'content-type': 'application/json' };
  const written = new WeakMap<object, string>();
  const taskPath = (context: object) => written.get(context) ?? '/api/tasks';
  return [
    {
      method: 'POST',
      path: '/api/tasks',
      headers: json,
      body: JSON.stringify({ title: 'bench', description: 'written under load' }),
      onResponse: (_status, body, context) => {
        written.set(context, `/api/tasks/${JSON.parse(body).id}`);
      },
    },
    {
      method: 'GET',
      setupRequest: (request, context) => ({ ...request, path: taskPath(context) }),
    },
    { method: 'GET', path: '/api/tasks?limit=20' },
    {
      method: 'PATCH',
      headers: json,
      body: JSON.stringify({ completed: true }),
      setupRequest: (request, context) => ({ ...request, path: taskPath(context) }),
    },
    { method: 'GET', path: '/api/todos' },
  ];
}

async function load(database: string, env: Record<string, string>): Promise<Figures> {
  const service = await startProcess(SERVICE, env);
  try {
    const result = await autocannon({
      url: service.url,
      connections: CALLERS,
      duration: SECONDS,
      requests: requests(),
    });
    return { database, result };
  } finally {
    await service.stop();
  }
}

function report({ database, result }: Figures): void {
  const { latency, requests: answered } = result;
  console.log(
    `${database.padEnd(9)} ${String(answered.total).padStart(7)} answered, ` +
      `${result.non2xx} not 2xx, ${result.errors} errors, ${result.timeouts} time-outs; ` +
      `${Math.round(answered.average)}/s; ` +
      `p50 ${latency.p50} ms, p99 ${latency.p99} ms, longest ${latency.max} ms`,
  );
  if (result.non2xx + result.errors + result.timeouts > 0) process.exitCode = 1;
}

export default async function run(): Promise<void> {
  console.log(`${CALLERS} callers, ${SECONDS} s, 2 writes and 3 reads a round`);
  await using server = await startPostgres({ settings: { fsync: 'on' } });
  const database = await createDatabase(server.url);
  report(await load('server', { DATABASE_URL: database.url }));
  report(await load('embedded', { DATABASE_URL: 'pglite://./data' }));
}
