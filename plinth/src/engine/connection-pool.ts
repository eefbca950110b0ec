// The pool: SQLAlchemy's QueuePool on pg-pool. It lends connections that are alive and clean, and
// takes back whatever it gets. It runs no statement of a caller.

import type { EventEmitter } from 'node:events';
import type { Pool } from 'pg';
import { PlinthError } from '../errors/index.js';
import { cleanSession } from './clean-session.js';
import { connectFailed, isPoolTimeout } from './connect-errors.js';
import { closeInTime } from './control-connection.js';
import type { EngineSettings } from './engine-options.js';
import type { HostSelector } from './host-selector.js';
import { type Lease, newLease, type RunningStatement, runningStatement } from './lease.js';
import type { CloseReason, EngineEvents, PoolStatus } from './pool-events.js';
import { PooledClient } from './pooled-client.js';
import { tryHosts } from './try-hosts.js';
import { withinTime } from './within-time.js';

/** A connection that has not been used for this long is asked whether it lives. */
const PING_AFTER_MS = 1000;
const PING_TIMEOUT_MS = 5000;
const CLEAN_TIMEOUT_MS = 5000;

export type LendCallback = (error: unknown, lease: Lease | undefined) => void;

export interface ConnectionPoolParts {
  readonly pool: Pool;
  readonly settings: EngineSettings;
  readonly description: string;
  readonly hosts: HostSelector | undefined;
  readonly events: EventEmitter<EngineEvents>;
}

export class ConnectionPool {
  readonly #parts: ConnectionPoolParts;
  readonly #leases = new Set<Lease>();
  /** Those that came back and are not clean yet. */
  readonly #cleaning = new Set<PooledClient>();
  /** Tells those who wait for a connection that none will come. */
  readonly #refusals = new Set<() => void>();
  readonly #leakWatch: NodeJS.Timeout | undefined;
  /** Connections opened before this moment are replaced instead of lent. */
  #validSince = 0;

  constructor(parts: ConnectionPoolParts) {
    this.#parts = parts;
    const { pool, events, settings } = parts;
    pool.on('error', (error) => {
      this.invalidate(error);
      events.emit('connectionLost', error);
    });
    pool.on('connect', (client) => {
      closeInTime(client);
      events.emit('connect', { pid: client.processID ?? undefined });
    });
    if (settings.leakThreshold > 0) {
      const everyMs = (settings.leakThreshold * 1000) / 2;
      this.#leakWatch = setInterval(() => this.#reportLeaks(), everyMs).unref();
    }
  }

  get status(): PoolStatus {
    const { pool, settings } = this.#parts;
    const longest = Math.min(...[...this.#leases].map(({ since }) => since));
    return {
      size: settings.poolSize,
      maxOverflow: settings.maxOverflow,
      inUse: this.#leases.size,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      longestUse: this.#leases.size === 0 ? 0 : (performance.now() - longest) / 1000,
    };
  }

  /**
   * Lends a connection that is alive, young enough and clean.
   *
   * @param origin Where it is checked out, for the leak watch.
   * @throws PlinthError ENGINE_POOL_TIMEOUT or ENGINE_CONNECT_FAILED.
   */
  async acquire(origin?: Error): Promise<Lease> {
    return await new Promise((resolve, reject) => {
      this.lend(origin, (error, lease) => {
        if (lease === undefined) reject(error);
        else resolve(lease);
      });
    });
  }

  /** {@link acquire} for the path of every statement: a fit connection costs no promise. */
  lend(origin: Error | undefined, done: LendCallback): void {
    const start = performance.now();
    const tell = this.#untilClosed(done);
    this.#parts.pool.connect((error, client) => {
      const now = performance.now();
      if (client instanceof PooledClient && this.#isFit(client, now)) {
        tell(undefined, this.#startLease(client, origin, start, now));
        return;
      }
      const arrival =
        error === undefined || error === null ? Promise.resolve(client) : Promise.reject(error);
      this.#acquireWithCare(arrival, origin, start).then(
        (lease) => tell(undefined, lease),
        (failure: unknown) => tell(failure, undefined),
      );
    });
  }

  /** Lets `close` answer whoever waits: pg-pool forgets them. What comes after that goes back. */
  #untilClosed(done: LendCallback): LendCallback {
    const { pool, description } = this.#parts;
    // There is an idle one for each: nobody will wait.
    if (pool.idleCount > pool.waitingCount) return done;
    const refuse = () => done(closedError(description), undefined);
    this.#refusals.add(refuse);
    return (error, lease) => {
      if (this.#refusals.delete(refuse)) done(error, lease);
      else if (lease !== undefined) this.release(lease);
    };
  }

  async #acquireWithCare(
    arrival: Promise<unknown>,
    origin: Error | undefined,
    start: number,
  ): Promise<Lease> {
    for (let client = await this.#take(arrival); ; client = await this.#take()) {
      const unfit =
        this.#unfitReason(client, performance.now()) ?? (await this.#pingReason(client));
      if (unfit === undefined) return this.#startLease(client, origin, start, performance.now());
      this.#drop(client, unfit);
    }
  }

  #startLease(
    client: PooledClient,
    origin: Error | undefined,
    start: number,
    since: number,
  ): Lease {
    const lease = newLease(client, since, origin);
    this.#leases.add(lease);
    const { events } = this.#parts;
    if (events.listenerCount('checkout') > 0) events.emit('checkout', { waitMs: since - start });
    return lease;
  }

  /** Whether a connection can be lent without asking anybody. */
  #isFit(client: PooledClient, now: number): boolean {
    const { hosts, settings } = this.#parts;
    return (
      (hosts === undefined || client.accepted) &&
      this.#unfitReason(client, now) === undefined &&
      (!settings.prePing || now - client.idleSince < PING_AFTER_MS)
    );
  }

  /**
   * Takes a connection back. One that needs cleaning is cleaned before anybody else gets it, and
   * dropped where that fails; the caller need not wait for it.
   */
  release(lease: Lease): void {
    // Already dropped by a deadline.
    if (!this.#leases.delete(lease)) return;
    // Behind a transaction pooler a reset would meet the session of whoever comes next.
    if (this.#parts.settings.pooler === 'transaction') lease.trace = 'none';
    const { client, since, trace } = lease;
    const { events } = this.#parts;
    const now = performance.now();
    if (events.listenerCount('checkin') > 0) events.emit('checkin', { heldMs: now - since });
    if (client.broken) {
      this.invalidate(undefined, client);
      this.#drop(client, 'broken');
    } else if (trace === 'statements') {
      this.#drop(client, 'not resettable');
    } else {
      const evicted = client.statements.takeEvicted();
      const idle = client.getTransactionStatus() === 'I';
      const settled = lease.pending === 0 && !lease.failed && !lease.cancelled;
      const clean = trace === 'none' && idle && settled && evicted.length === 0;
      if (clean) this.#giveBack(client, now);
      else void this.#cleanAndGiveBack(lease, evicted);
    }
  }

  /**
   * Replaces every connection opened before now, because one was found dead: what killed it has
   * most likely killed the others. One that belongs to a generation already given up says nothing
   * new.
   */
  invalidate(error: unknown, found?: PooledClient): void {
    if (found !== undefined && found.openedAt < this.#validSince) return;
    this.#validSince = performance.now();
    this.#parts.events.emit('invalidate', { error });
  }

  /** The uses whose statement was sent longer ago than that. */
  runningLongerThan(ms: number): readonly RunningStatement[] {
    const before = performance.now() - ms;
    return [...this.#leases]
      .filter(({ statementSince }) => statementSince !== undefined && statementSince < before)
      .map((lease) => runningStatement(lease, lease.statementSince ?? 0));
  }

  /**
   * Waits for connections in use, until the deadline; then cancels what they run, so that the
   * server does not work on for nobody, and drops them.
   */
  async close(deadlineMs: number, cancel: (lease: Lease) => Promise<void>): Promise<void> {
    clearInterval(this.#leakWatch);
    // Who asked while one was idle is given it on the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    const ended = this.#parts.pool.end();
    const waiting = [...this.#refusals];
    this.#refusals.clear();
    for (const refuse of waiting) refuse();
    const giveUp = async () => {
      const running = [...this.#leases].filter((lease) => lease.statementSince !== undefined);
      await Promise.all(running.map(cancel));
      for (const { client } of this.#leases) this.#drop(client, 'deadline');
      this.#leases.clear();
      for (const { connection } of this.#cleaning) connection.stream.destroy();
    };
    const timer = setTimeout(() => void giveUp(), deadlineMs);
    try {
      await ended;
    } finally {
      clearTimeout(timer);
    }
  }

  async #take(arrival?: Promise<unknown>): Promise<PooledClient> {
    const { hosts, description } = this.#parts;
    let first = arrival;
    const connect = async () => {
      const coming = first ?? this.#parts.pool.connect();
      first = undefined;
      const client = await coming;
      if (!(client instanceof PooledClient)) throw new TypeError('a client of another pool');
      return client;
    };
    try {
      if (hosts === undefined) return await connect();
      return await tryHosts(hosts, connect, (client) => this.#drop(client, 'wrong server'));
    } catch (error) {
      if (isPoolTimeout(error)) throw this.#timeoutError(error);
      throw connectFailed(description, error);
    }
  }

  #unfitReason(client: PooledClient, now: number): CloseReason | undefined {
    if (client.broken) return 'broken';
    if (client.openedAt < this.#validSince) return 'invalidated';
    return client.expiresAt < now ? 'recycled' : undefined;
  }

  async #pingReason(client: PooledClient): Promise<CloseReason | undefined> {
    const idleMs = performance.now() - client.idleSince;
    if (!this.#parts.settings.prePing || idleMs < PING_AFTER_MS) return undefined;
    const failure = await withinTime(client.query('SELECT 1'), PING_TIMEOUT_MS);
    if (failure === undefined) return undefined;
    this.invalidate(failure, client);
    return 'ping failed';
  }

  async #cleanAndGiveBack(lease: Lease, evicted: readonly string[]): Promise<void> {
    const { client } = lease;
    this.#cleaning.add(client);
    const failure = await withinTime(cleanSession(lease, evicted), CLEAN_TIMEOUT_MS);
    this.#cleaning.delete(client);
    if (failure === undefined) this.#giveBack(client, performance.now());
    // What cannot be cleaned is not lent again; closing it cleans it.
    else this.#drop(client, 'not resettable');
  }

  #giveBack(client: PooledClient, now: number): void {
    const { pool, settings, events } = this.#parts;
    client.idleSince = now;
    const surplus = pool.waitingCount === 0 && pool.idleCount >= settings.poolSize;
    releaseClient(client, surplus);
    if (surplus) events.emit('close', { reason: 'overflow' });
  }

  #drop(client: PooledClient, reason: CloseReason): void {
    releaseClient(client, true);
    this.#parts.events.emit('close', { reason });
  }

  #timeoutError(cause: unknown): PlinthError {
    const { status } = this;
    this.#parts.events.emit('timeout', status);
    const { poolTimeout, poolSize, maxOverflow } = this.#parts.settings;
    const limit = poolSize + maxOverflow;
    return new PlinthError(
      'ENGINE_POOL_TIMEOUT',
      `no connection became free in ${poolTimeout} s; ${status.inUse} of ${limit} in use, ` +
        `the longest for ${status.longestUse.toFixed(1)} s`,
      {
        hint:
          limit === 1
            ? 'Inside db.transaction(), use its tx: the embedded database has one connection.'
            : 'Raise poolSize or maxOverflow, or look for connections that are held too long.',
        details: { ...status },
        cause,
      },
    );
  }

  #reportLeaks(): void {
    const { events, settings } = this.#parts;
    for (const lease of this.#leases) {
      const heldSeconds = (performance.now() - lease.since) / 1000;
      if (lease.leakReported || lease.origin === undefined) continue;
      if (heldSeconds < settings.leakThreshold) continue;
      lease.leakReported = true;
      events.emit('leak', { heldSeconds, stack: lease.origin.stack ?? '' });
    }
  }
}

export function closedError(description: string): PlinthError {
  return new PlinthError('ENGINE_CLOSED', `the engine of ${description} is closed`, {
    hint: 'Close the engine only after the last use.',
  });
}

function releaseClient(client: PooledClient, destroy: boolean): void {
  // pg-pool gives every client it lends a way back.
  if (!('release' in client) || typeof client.release !== 'function') {
    throw new TypeError('the client was not lent by a pool');
  }
  client.release(destroy);
}
