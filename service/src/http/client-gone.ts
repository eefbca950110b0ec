// A signal for work outside of the database, which `request.db` knows by itself.

import type { FastifyReply } from 'fastify';

/** Aborts when the client goes away before its answer was written. */
export function clientGone({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const controller = new AbortController();
  raw.once('close', () => {
    if (!raw.writableEnded) controller.abort(new Error('the client went away'));
  });
  return controller.signal;
}
