import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { Lifecycle } from './lifecycle.js';

it('waits for the requests in flight, then closes', async () => {
  const app = fastify();
  const lifecycle = new Lifecycle(app);
  const gate = deferred();
  app.get('/', async () => await gate.promise);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const arrived = once(app.server, 'request');
  const answer = fetch(url);
  await arrived;
  expect(lifecycle.inFlight).toBe(1);
  expect(lifecycle.shuttingDown).toBe(false);
  const end = lifecycle.shutDown();
  expect(lifecycle.shuttingDown).toBe(true);
  expect(app.server.listening).toBe(true);
  gate.resolve('done');
  expect(await (await answer).text()).toBe('done');
  expect(await end).toEqual({ cutOff: 0 });
  expect(await lifecycle.shutDown()).toEqual({ cutOff: 0 });
  expect(app.server.listening).toBe(false);
});

it('does not wait for requests that come after the end has begun', async () => {
  const app = fastify();
  const lifecycle = new Lifecycle(app);
  const gates = [deferred(), deferred()];
  let asked = 0;
  app.get('/', async () => await gates[asked++]?.promise);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const answers = [];
  let end: Promise<unknown> | undefined;
  for (const _ of gates) {
    const arrived = once(app.server, 'request');
    answers.push(fetch(url));
    await arrived;
    end ??= lifecycle.shutDown();
  }
  expect(lifecycle.inFlight).toBe(2);
  const closing = once(app.server, 'close');
  gates[0]?.resolve('first');
  expect(await (await answers[0])?.text()).toBe('first');
  await expect.poll(() => app.server.listening).toBe(false);
  expect(lifecycle.inFlight).toBe(1);
  gates[1]?.resolve('second');
  expect(await (await answers[1])?.text()).toBe('second');
  await closing;
  expect(await end).toEqual({ cutOff: 0 });
});

it('cuts off what is left at the deadline, and counts it', async () => {
  const app = fastify();
  const lifecycle = new Lifecycle(app);
  app.post('/', async () => 'never');
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const socket = connectSocket(Number(new URL(url).port), '127.0.0.1');
  const closed = once(socket, 'close');
  const arrived = once(app.server, 'request');
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n');
  socket.write('Content-Length: 9\r\n\r\nhalf');
  await arrived;
  expect(await lifecycle.shutDown({ deadlineMs: 1 })).toEqual({ cutOff: 1 });
  await closed;
});

function deferred() {
  let resolve: (value: string) => void = () => undefined;
  const promise = new Promise<string>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
