// What the log says about a request: one line, when it is answered.

import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';

export class RequestLog extends LogController {
  override incomingRequest(): void {
    // The line at the end says all that this one would.
  }

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const facts = {
      req: request,
      res: reply,
      responseTime: reply.elapsedTime,
      ...describeCaller(request),
    };
    if (error) request.log.error({ ...facts, err: error }, 'request failed');
    else request.log.info(facts, 'request answered');
  }
}

/** Not the subject, which may be the address of a person: the row has `user_id` too. */
function describeCaller({ caller }: FastifyRequest) {
  if (caller === undefined) return {};
  const { userId, tenant } = caller;
  return { caller: tenant === undefined ? { userId } : { userId, tenant } };
}
