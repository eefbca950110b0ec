// Hurts the connections of callers, once for so many statements: a backend is ended, a statement
// cancelled, a connection cut. Which one is hit is chance.

import { type Engine, openEngine } from 'plinth';
import type { FaultWorld } from './fault-world.js';
import type { Random } from './random.js';

type Fault = 'terminated' | 'cancelled' | 'cut';

// Mostly one that is at work: there something can go wrong.
const SOMEBODY = `SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'faults %'
                   ORDER BY state = 'active' AND random() < 0.8 DESC, random() LIMIT 1`;
const ENDED = { terminated: 'pg_terminate_backend', cancelled: 'pg_cancel_backend' } as const;

export class TenantFaults implements AsyncDisposable {
  readonly counts: Record<Fault, number> = { terminated: 0, cancelled: 0, cut: 0 };
  readonly #world: FaultWorld;
  readonly #engine: Engine;
  readonly #random: Random;
  #last = Promise.resolve();

  private constructor(world: FaultWorld, engine: Engine, random: Random) {
    this.#world = world;
    this.#engine = engine;
    this.#random = random;
  }

  static async open(world: FaultWorld, random: Random): Promise<TenantFaults> {
    const engine = await openEngine({ url: world.server.url, poolSize: 1, maxOverflow: 0 });
    return new TenantFaults(world, engine, random);
  }

  /** One more, behind those that were asked for before. */
  inject(): void {
    this.#last = this.#last.then(() => this.#injectNow());
  }

  /** Resolves when all that was asked for has happened. */
  async settled(): Promise<void> {
    await this.#last;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine.close();
  }

  async #injectNow(): Promise<void> {
    const choice = this.#random(10);
    if (choice < 5) await this.#end('terminated');
    else if (choice < 8) await this.#end('cancelled');
    else this.#cut();
  }

  async #end(fault: 'terminated' | 'cancelled'): Promise<void> {
    const { rows } = await this.#engine.query<{ hit: boolean }>(
      `SELECT ${ENDED[fault]}(pid) AS hit FROM (${SOMEBODY}) somebody`,
    );
    if (rows[0]?.hit === true) this.counts[fault] += 1;
  }

  #cut(): void {
    const { links } = this.#world.proxy;
    const link = links[this.#random(links.length)];
    if (link === undefined) return;
    link.reset();
    this.counts.cut += 1;
  }
}
