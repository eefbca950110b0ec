// Answers what is no HTTP request at all: Node reports it before Fastify sees anything.

import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyBaseLogger } from 'fastify';
import { PROBLEM_MEDIA_TYPE, type ProblemFacts, toProblem } from './problem.js';
import { REQUEST_ID_HEADER } from './send-problem.js';

/** Node's codes (Node.js documentation, http: event 'clientError'). */
const BY_CODE: Readonly<Record<string, ProblemFacts>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, detail: 'The request took too long to arrive.' },
  HPE_HEADER_OVERFLOW: { status: 431, detail: 'The header fields are larger than is accepted.' },
};
const MALFORMED: ProblemFacts = { status: 400, detail: 'This is not a valid HTTP/1.1 request.' };

export function answerClientError(
  error: Error & { readonly code?: string },
  socket: Duplex,
  log: FastifyBaseLogger,
): void {
  // The other side is gone: nobody is left to answer.
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const requestId = randomUUID();
  const facts = BY_CODE[error.code ?? ''] ?? MALFORMED;
  // Not the error itself: it carries the bytes that were received, secrets included.
  log.info({ reqId: requestId, code: error.code }, `answered with ${facts.status}`);
  const body = JSON.stringify(toProblem(facts, requestId));
  socket.end(
    [
      `HTTP/1.1 ${facts.status} ${STATUS_CODES[facts.status] ?? ''}`,
      `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      `${REQUEST_ID_HEADER}: ${requestId}`,
      'Cache-Control: no-store',
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}
