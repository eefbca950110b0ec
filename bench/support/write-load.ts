// Fifty callers who write rows of tenants as a service does, how long each write took, and how long
// they waited for the locks of somebody else.

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { type Database, type Engine, openEngine } from 'plinth';

export interface LoadOptions {
  readonly callers: number;
  /** Milliseconds that a caller rests between two writes, at most. */
  readonly rest: number;
  /** Any tenant. */
  readonly tenant: () => string;
  /** An old row that somebody still changes: it may be gone. */
  readonly oldRow: () => { readonly tenant: string; readonly id: string };
}

/** Inserts, changes of rows just made and, one in ten, a change of an old row. */
export class WriteLoad {
  /** Milliseconds of the writes of the current phase. */
  times: number[] = [];
  /** Ids of the rows that were made, each with its tenant. */
  readonly made = new Map<string, string>();
  readonly #db: Database;
  readonly #options: LoadOptions;
  #isOver = false;

  constructor(db: Database, options: LoadOptions) {
    this.#db = db;
    this.#options = options;
  }

  /** Resolves when all callers have ended. */
  async run(): Promise<void> {
    await Promise.all(Array.from({ length: this.#options.callers }, () => this.#call()));
  }

  end(): void {
    this.#isOver = true;
  }

  /** The times since the last phase. */
  takeTimes(): readonly number[] {
    const taken = this.times;
    this.times = [];
    return taken;
  }

  async #call(): Promise<void> {
    let last: { readonly tenant: string; readonly id: string } | undefined;
    while (!this.#isOver) {
      const choice = Math.random();
      const start = performance.now();
      if (choice < 0.1) await this.#change(this.#options.oldRow());
      else if (choice < 0.4 && last !== undefined) await this.#change(last);
      else last = await this.#insert();
      this.times.push(performance.now() - start);
      await delay(Math.random() * this.#options.rest);
    }
  }

  async #insert(): Promise<{ readonly tenant: string; readonly id: string }> {
    const row = { tenant: this.#options.tenant(), id: randomUUID() };
    await this.#db.tenant(row.tenant).execute(sql`
      INSERT INTO enhancement_history (id, tenant_id, ticket_id, llm_output)
      VALUES (${row.id}, ${row.tenant}, 'new', ${'word '.repeat(20)})`);
    this.made.set(row.id, row.tenant);
    return row;
  }

  async #change({ tenant, id }: { readonly tenant: string; readonly id: string }): Promise<void> {
    await this.#db.tenant(tenant).execute(sql`
      UPDATE enhancement_history SET status = 'completed', processing_time_ms = ${Math.floor(Math.random() * 5000)}
       WHERE id = ${id}`);
  }
}

/** Looks every few milliseconds who waits for a lock of an application, and since when. */
export class LockWatch implements AsyncDisposable {
  /** Milliseconds of each wait, as it was seen last. */
  readonly waits = new Map<string, number>();
  readonly #engine: Engine;
  readonly #application: string;
  #isOver = false;
  #running: Promise<void> = Promise.resolve();

  private constructor(engine: Engine, application: string) {
    this.#engine = engine;
    this.#application = application;
  }

  static async start(url: string, application: string): Promise<LockWatch> {
    const engine = await openEngine({ url, poolSize: 1, applicationName: 'lock watch' });
    const watch = new LockWatch(engine, application);
    watch.#running = watch.#run();
    return watch;
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      const { rows } = await this.#engine.query<{ wait: string; ms: number }>(
        `SELECT waiting.pid || ' ' || waiting.waitstart AS wait,
                (extract(epoch FROM clock_timestamp() - waiting.waitstart) * 1000)::double precision AS ms
           FROM pg_locks AS waiting
          WHERE NOT waiting.granted AND waiting.waitstart IS NOT NULL
            AND EXISTS (SELECT FROM pg_stat_activity AS holder
                         WHERE holder.pid = ANY (pg_blocking_pids(waiting.pid))
                           AND holder.application_name = $1)`,
        [this.#application],
      );
      for (const { wait, ms } of rows) this.waits.set(wait, ms);
      await delay(5);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    await this.#running;
    await this.#engine.close();
  }
}
