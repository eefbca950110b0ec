// The job that removes rows whose time is up, in the process of the service: a while after the start,
// then again and again, never twice at once, and not a moment longer than the service.

import type { FastifyInstance } from 'fastify';
import { type Database, retentionMetrics } from 'plinth';
import { type RetentionOutcome, type RetentionProblem, runRetention } from 'plinth/retention';
import * as promClient from 'prom-client';
import { ALL_TENANTS } from './db/all-tenants.js';
import { retentionClasses } from './retention-classes.js';
import type { RetentionSettings } from './retention-settings.js';

/** Seconds after the start: time for the first requests, and not all replicas at the same moment. */
const FIRST_RUN = { least: 15, most: 60 } as const;
/** Part of the interval by which runs are spread. */
const SPREAD = 0.1;
/** Problems that one run logs one by one. */
const MOST_LOGGED = 20;

export interface RetentionParts {
  readonly db: Database;
  readonly settings: RetentionSettings;
  readonly registry: promClient.Registry;
}

/** Runs retention from the moment the application listens until it closes. */
export function registerRetention(app: FastifyInstance, parts: RetentionParts): void {
  const job = new RetentionJob(app.log, parts);
  app.decorate('retention', job);
  app.addHook('onListen', async () => job.start());
  app.addHook('preClose', async () => job.stop());
  app.addHook('onClose', async () => job.ended());
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly retention: RetentionJob;
  }
}

export class RetentionJob {
  readonly #log: FastifyInstance['log'];
  readonly #parts: RetentionParts;
  readonly #metrics: ReturnType<typeof retentionMetrics>;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<RetentionOutcome | undefined> | undefined;

  constructor(log: FastifyInstance['log'], parts: RetentionParts) {
    this.#log = log;
    this.#parts = parts;
    const classes = retentionClasses(parts.settings.times).map(({ name }) => name);
    this.#metrics = retentionMetrics(promClient, { registry: parts.registry, classes });
  }

  /** Waits for its time; an interval of 0 never comes. */
  start(): void {
    const { interval } = this.#parts.settings;
    if (interval === 0) return;
    const { least, most } = FIRST_RUN;
    this.#wait(Math.min(interval, least + Math.random() * (most - least)));
  }

  /** Ends the run between two batches. */
  stop(): void {
    this.#stopping.abort();
    clearTimeout(this.#timer);
  }

  /** Resolves when nothing of it runs any more. */
  async ended(): Promise<void> {
    this.stop();
    await this.#running;
  }

  /** One run; the same one while one is at work. `undefined` where it failed, which the log tells. */
  async run(): Promise<RetentionOutcome | undefined> {
    this.#running ??= this.#runOnce().finally(() => {
      this.#running = undefined;
    });
    return await this.#running;
  }

  #wait(seconds: number): void {
    if (this.#stopping.signal.aborted) return;
    this.#timer = setTimeout(() => void this.#next(), seconds * 1000);
    // What still waits to be done some day keeps no process alive.
    this.#timer.unref();
  }

  async #next(): Promise<void> {
    await this.run();
    const { interval } = this.#parts.settings;
    this.#wait(interval * (1 - SPREAD + Math.random() * 2 * SPREAD));
  }

  async #runOnce(): Promise<RetentionOutcome | undefined> {
    const { db, settings } = this.#parts;
    try {
      const outcome = await runRetention(db, {
        classes: retentionClasses(settings.times),
        tenants: ALL_TENANTS,
        signal: this.#stopping.signal,
        onBatch: this.#metrics.onBatch,
        onNotice: (notice) => this.#log.info({ notice }, 'retention'),
      });
      this.#metrics.onOutcome(outcome);
      this.#tell(outcome);
      return outcome;
    } catch (err) {
      this.#metrics.onFailure();
      this.#log.error({ err }, 'retention failed; it is tried again');
      return undefined;
    }
  }

  #tell({ state, classes, durationMs }: RetentionOutcome): void {
    const removed = Object.fromEntries(
      classes.filter((each) => each.removed > 0).map((each) => [each.name, each.removed]),
    );
    const isQuiet = Object.keys(removed).length === 0;
    const told = { state, removed, durationMs: Math.round(durationMs) };
    if (isQuiet) this.#log.debug(told, 'retention');
    else this.#log.info(told, 'retention removed rows');
    const problems: readonly (RetentionProblem & { readonly class: string })[] = classes.flatMap(
      (each) => each.problems.map((problem) => ({ class: each.name, ...problem })),
    );
    for (const problem of problems.slice(0, MOST_LOGGED)) {
      this.#log.error(problem, 'retention could not remove rows');
    }
    if (problems.length > MOST_LOGGED) {
      this.#log.error({ problems: problems.length }, 'retention had more problems');
    }
  }
}
