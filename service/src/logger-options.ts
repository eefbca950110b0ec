// How the log is written: JSON lines on standard output, with secrets taken out.

import process from 'node:process';
import type { FastifyRequest } from 'fastify';
import type { Settings } from './settings.js';

const SECRET_FIELDS = ['password', 'passwd', 'secret', 'token', 'api_key', 'apiKey'];
const SECRET_HEADERS = ['authorization', 'cookie', 'set-cookie', 'proxy-authorization'];
const SECRET_PARAMETER = /([?&][^=&]*(?:passw|secret|token|api_?key)[^=&]*=)[^&]*/gi;

const CENSOR = '[redacted]';

export function loggerOptions({ logLevel }: Pick<Settings, 'logLevel'>) {
  return {
    level: logLevel,
    // Not pino's own: at exit it would retry for ever to flush to a reader that is gone.
    stream: process.stdout,
    redact: { paths: secretPaths(), censor: CENSOR },
    serializers: {
      req: (request: FastifyRequest) => ({
        method: request.method,
        url: redactUrl(request.url),
        host: request.host,
        remoteAddress: request.ip,
      }),
    },
  };
}

function secretPaths(): string[] {
  const names = [...SECRET_FIELDS, ...SECRET_HEADERS];
  return ['', '*', '*.*'].flatMap((parent) => names.map((name) => `${parent}["${name}"]`));
}

/** Replaces the values of parameters whose names say that they are secret. */
export function redactUrl(url: string): string {
  return url.replace(SECRET_PARAMETER, `$1${CENSOR}`);
}
