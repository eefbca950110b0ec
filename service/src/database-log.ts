// What the log says about the database: its connections, its pool, its slow statements. Texts of
// statements are logged, their values never.

import type { FastifyInstance } from 'fastify';
import type { Database } from 'plinth';

/** Logs what the engine tells, until the application is closed. */
export function logDatabaseEvents(app: FastifyInstance, db: Database, echo: boolean): void {
  const { log } = app;
  const { on, stop } = subscriptions(db.engine);
  on('connectionLost', (error) => log.warn({ err: error }, 'a database connection was lost'));
  on('invalidate', ({ error }) =>
    log.warn({ err: error }, 'a database connection was found dead; older ones are replaced'),
  );
  on('timeout', (pool) => log.error({ pool }, 'no database connection became free in time'));
  on('leak', ({ heldSeconds, stack }) =>
    log.warn({ heldSeconds, stack }, 'a database connection is held for long'),
  );
  on('slowQuery', ({ text, durationMs }) => log.warn({ sql: text, durationMs }, 'slow query'));
  on('retry', ({ attempt, error }) =>
    log.debug({ attempt, err: error }, 'a transaction is run again after a conflict'),
  );
  on('close', ({ reason }) => log.debug({ reason }, 'a database connection was closed'));
  if (echo) on('query', ({ text, durationMs }) => log.info({ sql: text, durationMs }, 'query'));
  app.addHook('onClose', async () => stop());
}

function subscriptions(engine: Database['engine']) {
  const ends: (() => void)[] = [];
  const on: typeof engine.on = (name, listener) => {
    ends.push(() => engine.off(name, listener));
    return engine.on(name, listener);
  };
  const stop = () => {
    for (const end of ends) end();
  };
  return { on, stop };
}
