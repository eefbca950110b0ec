// Sends a problem as the answer to a request, and writes what caused it to the log.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { findSqlState, isAborted } from './database-problem.js';
import { PROBLEM_MEDIA_TYPE, type ProblemFacts, toProblem } from './problem.js';
import { problemOfError } from './problem-of-error.js';
import { wentAway } from './request-database.js';

/** The header that carries the id of the request, which `instance` names too. */
export const REQUEST_ID_HEADER = 'x-request-id';

/** For logs only: nobody is left to get it. It is nginx's number, and no status of HTTP. */
const CLIENT_CLOSED_REQUEST = 499;

export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (wentAway(reply.raw) && isAborted(error)) {
    request.log.info(
      { req: request, status: CLIENT_CLOSED_REQUEST, responseTime: reply.elapsedTime },
      'the client went away',
    );
    reply.hijack();
    return;
  }
  const { facts, logLevel } = problemOfError(error);
  const { status } = facts;
  const sqlState = findSqlState(error);
  const report = { err: error, status, ...(sqlState === undefined ? {} : { sqlState }) };
  request.log[logLevel](report, `answered with ${status}`);
  sendProblem(facts, request, reply);
}

export function sendProblem(
  facts: ProblemFacts,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  // Text is sent as it is: a route's response schema must not drop members of a problem.
  const body = JSON.stringify(toProblem(facts, request.id));
  reply
    .code(facts.status)
    .headers({ ...facts.headers, [REQUEST_ID_HEADER]: request.id })
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .header('cache-control', 'no-store')
    .send(body);
}
