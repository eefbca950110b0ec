// An HTTP client that sends what others refuse to: header fields twice, paths that are not escaped,
// bodies of any bytes, and text that is no HTTP at all.

import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { BODY_LIMIT } from 'plinth/fastify';

export interface RawRequest {
  readonly method: string;
  /** As it is sent, escapes and all. */
  readonly path: string;
  /** Names and values in turns; a name may come twice. */
  readonly headers?: readonly string[];
  readonly body?: string | Buffer | undefined;
  /** Sends the body without saying how long it is. */
  readonly isChunked?: boolean;
}

export interface RawAnswer {
  /** 0 where the connection was closed while a body was still sent that is longer than any may be. */
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export class RawClient implements Disposable {
  readonly #url: URL;
  readonly #agent = new Agent({ keepAlive: true });

  constructor(url: string) {
    this.#url = new URL(url);
  }

  async send({ method, path, headers = [], body, isChunked = false }: RawRequest) {
    const { hostname, port, host } = this.#url;
    const bytes = body === undefined ? undefined : Buffer.from(body);
    const isTooLong = bytes !== undefined && bytes.length > BODY_LIMIT;
    const length = bytes === undefined || isChunked ? [] : ['content-length', String(bytes.length)];
    const coding = isChunked ? ['transfer-encoding', 'chunked'] : [];
    const sent = request({
      ...{ hostname, port, method, path, agent: this.#agent },
      headers: ['host', host, ...headers, ...length, ...coding],
    });
    const answered = new Promise<RawAnswer>((resolve, reject) => {
      const fail = (error: Error) => {
        // What is refused early is not read: who writes on may never see the answer.
        if (isTooLong && isClosed(error)) resolve({ status: 0, headers: {}, text: '' });
        else reject(error);
      };
      sent.on('error', fail);
      sent.on('response', (response) => {
        const { statusCode = 0, headers: fields } = response;
        const answerOf = (read: string) => ({ status: statusCode, headers: fields, text: read });
        text(response).then((read) => resolve(answerOf(read)), fail);
      });
    });
    sent.end(bytes);
    return await answered;
  }

  /** Sends bytes as they are; resolves with all that comes back until the connection closes. */
  async sendBytes(bytes: Buffer): Promise<string> {
    const socket = connect(Number(this.#url.port), this.#url.hostname);
    await once(socket, 'connect');
    socket.end(bytes);
    return await text(socket);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }
}

function isClosed(error: Error): boolean {
  return 'code' in error && (error.code === 'EPIPE' || error.code === 'ECONNRESET');
}
