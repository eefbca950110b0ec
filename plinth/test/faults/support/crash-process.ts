// Processes that run revisions and can be killed. It knows what they said, and judges nothing.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { type CrashDirection, type RunOptions, WHOLE_RUN } from './crash-play.js';

/** What the server knows a child by. */
export const CHILD = 'crash child';

const SCRIPT = fileURLToPath(new URL('crash-child.mjs', import.meta.url));

export interface ChildJob {
  readonly url: string;
  readonly folder: string;
  readonly direction: CrashDirection;
  /** It kills itself at this event, counted from 1. Default: never. */
  readonly killAt?: number;
  readonly options?: Omit<RunOptions, 'onProgress' | 'hooks' | 'signal'>;
}

export type ChildMessage =
  | { readonly kind: 'ready' | 'begun' }
  | { readonly kind: 'event'; readonly event: string; readonly revision: string }
  | { readonly kind: 'done'; readonly ran: readonly string[] }
  | { readonly kind: 'failed'; readonly code: string; readonly message: string };

/** How a child came to its end: by itself, or killed. */
export type ChildEnd =
  | Extract<ChildMessage, { readonly kind: 'done' | 'failed' }>
  | { readonly kind: 'killed' };

/** A child that has loaded everything and waits for its job. */
export class CrashChild {
  readonly events: Extract<ChildMessage, { readonly kind: 'event' }>[] = [];
  readonly #child: ChildProcess;
  readonly #ready: Promise<unknown>;
  readonly #begun: Promise<number>;
  readonly #ended: Promise<ChildEnd>;

  constructor() {
    this.#child = fork(SCRIPT, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    const waiting = new Map<ChildMessage['kind'], () => void>();
    const said = (kind: ChildMessage['kind']) =>
      new Promise<void>((resolve) => waiting.set(kind, resolve));
    let end: ChildEnd = { kind: 'killed' };
    this.#ready = said('ready');
    this.#begun = said('begun').then(() => performance.now());
    this.#child.on('message', (message: ChildMessage) => {
      waiting.get(message.kind)?.();
      if (message.kind === 'event') this.events.push(message);
      if (message.kind === 'done' || message.kind === 'failed') end = message;
    });
    this.#ended = once(this.#child, 'close').then(() => end);
  }

  /** Resolves when it has loaded everything. */
  async ready(): Promise<void> {
    await Promise.race([this.#ready, this.#ended]);
  }

  /** @returns How it ended; see `kill`. */
  async run(job: ChildJob): Promise<ChildEnd> {
    await this.ready();
    const { url, folder, direction, killAt, options } = job;
    const target = WHOLE_RUN[direction];
    this.#child.send({ url, folder, direction, target, killAt, options, application: CHILD });
    return await this.#ended;
  }

  /** Resolves when it has a connection and begins to work, with the moment. */
  async begun(): Promise<number> {
    return await Promise.race([this.#begun, this.#ended.then(() => performance.now())]);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}

/** Keeps one child ahead, so that nobody waits while it loads. */
export class CrashChildren {
  #next: CrashChild | undefined;

  take(): CrashChild {
    const child = this.#next ?? new CrashChild();
    this.#next = new CrashChild();
    return child;
  }

  /** Ends the one that nobody took. */
  dispose(): void {
    this.#next?.kill();
    this.#next = undefined;
  }
}
