// An HTTP client that sends what others refuse to: header fields twice, paths that are not escaped,
// bodies of any bytes, and text that is no HTTP at all.

import { once } from 'node:events';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

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
    const length = bytes === undefined || isChunked ? [] : ['content-length', String(bytes.length)];
    const coding = isChunked ? ['transfer-encoding', 'chunked'] : [];
    const sent = request({
      ...{ hostname, port, method, path, agent: this.#agent },
      headers: ['host', host, ...headers, ...length, ...coding],
    });
    const answered = new Promise<RawAnswer>((resolve, reject) => {
      // A body that is refused early breaks off only after the answer has come.
      sent.on('error', reject);
      sent.on('response', (response) => {
        const { statusCode = 0, headers: fields } = response;
        text(response).then((read) => resolve({ status: statusCode, headers: fields, text: read }));
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
