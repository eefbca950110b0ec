import { type FastifyBaseLogger, fastify } from 'fastify';
import { expect, it } from 'vitest';
import { deferLogger } from './request-logger.js';

it('makes the logger for the first line that is written', async () => {
  const lines: string[] = [];
  const app = fastify({
    logger: { level: 'warn', stream: { write: (line) => void lines.push(line) } },
  });
  const made: object[] = [];
  const parent: FastifyBaseLogger = Object.create(app.log, {
    child: {
      value: (bindings: object) => {
        made.push(bindings);
        return app.log.child(bindings);
      },
    },
  });
  const log = deferLogger(parent, { reqId: 'one' }, {});
  expect(log.level).toBe('warn');
  log.info('not seen');
  log.silent('not seen');
  expect(made).toEqual([]);
  log.warn({ a: 1 }, 'seen %s', 'here');
  log.child({ part: 'b' }).error('from below');
  log.level = 'info';
  log.info('seen now');
  expect(made).toEqual([{ reqId: 'one' }]);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 40, reqId: 'one', a: 1, msg: 'seen here' },
    { level: 50, reqId: 'one', part: 'b', msg: 'from below' },
    { level: 30, reqId: 'one', msg: 'seen now' },
  ]);
  await app.close();
});

it('keeps to the level and the serializers of a route', async () => {
  const lines: string[] = [];
  const stream = { write: (line: string) => void lines.push(line) };
  const app = fastify({ logger: { level: 'error', stream }, childLoggerFactory: deferLogger });
  const route = { logLevel: 'debug', logSerializers: { a: () => 'told' } } as const;
  app.get('/', route, async (request) => {
    request.log.trace('not seen');
    request.log.debug({ a: 1 }, 'seen');
    return 'done';
  });
  const { statusCode } = await app.inject('/');
  expect(statusCode).toBe(200);
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ level: 20, a: 'told', msg: 'seen', reqId: expect.anything() }),
  );
  expect(lines.join('')).not.toContain('not seen');
  await app.close();
});
