// Holds a run up while replicas are behind. It reads no lag more often than once a second.

import type { Engine } from '../engine/index.js';
import { type ReplicaLag, readReplicaLag } from './replica-lag.js';
import { rest } from './until-passed.js';

export interface GateOptions {
  /** Seconds that a replica may be behind; 0 asks none. */
  readonly maxReplicaLag: number;
  readonly signal: AbortSignal | undefined;
  readonly onNotice: (notice: string) => void;
}

const LOOK_EVERY_MS = 1000;
/** Replication shows no seconds for a replica that has stopped at all; its bytes grow then. */
const MOST_BYTES = 256 * 1024 * 1024;
/** Whatever a replica does, the run ends: the next one goes on. */
const LONGEST_WAIT_MS = 5 * 60_000;

export class ReplicaGate {
  readonly #engine: Engine;
  readonly #options: GateOptions;
  #looked = Number.NEGATIVE_INFINITY;
  #isTold = false;

  constructor(engine: Engine, options: GateOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /** Waits until no replica is far behind, or the signal aborts; says whether the work may go on. */
  async pass(): Promise<boolean> {
    const { maxReplicaLag, signal, onNotice } = this.#options;
    if (maxReplicaLag === 0 || performance.now() - this.#looked < LOOK_EVERY_MS) return true;
    const deadline = performance.now() + LONGEST_WAIT_MS;
    for (let isFirst = true; ; isFirst = false) {
      const lag = await readReplicaLag(this.#engine);
      this.#looked = performance.now();
      if (lag.kind === 'hidden') {
        this.#tellOnce(
          'this role may not see how replicas stand: grant it pg_monitor to wait for them',
        );
        return true;
      }
      if (!isBehind(lag, maxReplicaLag)) return true;
      if (isFirst) onNotice(`waits for a replica: ${describe(lag)}`);
      if (signal?.aborted === true || performance.now() > deadline) return false;
      await rest(LOOK_EVERY_MS, signal);
    }
  }

  #tellOnce(notice: string): void {
    if (!this.#isTold) this.#options.onNotice(notice);
    this.#isTold = true;
  }
}

type KnownLag = Extract<ReplicaLag, { kind: 'known' }>;

/** Whether it is more than that many seconds, or so many bytes that its seconds may be old. */
export function isBehind({ seconds, bytes }: KnownLag, maxReplicaLag: number): boolean {
  // Its seconds are those of what it replayed last, also once it has caught up.
  return (bytes > 0 && seconds > maxReplicaLag) || bytes > MOST_BYTES;
}

function describe({ seconds, bytes }: KnownLag): string {
  return `it is ${seconds.toFixed(1)} s and ${Math.round(bytes / 1_048_576)} MiB behind`;
}
