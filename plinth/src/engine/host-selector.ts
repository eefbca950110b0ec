// Which of several hosts the next connection goes to, with or without TLS, and what is known of
// those that failed. It opens nothing.

import { canPass, failureOf, refusesTls } from './connect-errors.js';
import { type ServerKind, type TargetSessionAttrs, unwantedBecause } from './server-kind.js';
import type { SslMode } from './ssl.js';

export interface HostAddress {
  /** Host name, address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
}

/** libpq's words: in the order of the list, or in any. */
export const LOAD_BALANCE_HOSTS = ['disable', 'random'] as const;

export type LoadBalanceHosts = (typeof LOAD_BALANCE_HOSTS)[number];

/** Where one connection goes, and how. */
export interface ConnectAttempt {
  readonly address: HostAddress;
  readonly tls: boolean;
}

export interface HostChoice {
  readonly hosts: readonly HostAddress[];
  readonly targetSessionAttrs: TargetSessionAttrs;
  readonly loadBalanceHosts: LoadBalanceHosts;
  readonly sslMode: SslMode;
}

/** A host that failed, or was of the wrong kind, comes last for this long. */
const SHUN_MS = 60_000;

interface HostState {
  readonly address: HostAddress;
  tls: boolean;
  shunnedAt: number | undefined;
  reason: unknown;
}

/**
 * libpq's order: hosts are tried in turn, as the list has them or in random order. Other than
 * libpq, which forgets, a host that failed comes last for a minute, so that not every new
 * connection waits for it.
 */
export class HostSelector {
  /** How many attempts in a row try everything, changes between TLS and plain text apart. */
  readonly attempts: number;
  readonly #choice: HostChoice;
  readonly #hosts: readonly HostState[];
  readonly #now: () => number;
  readonly #random: () => number;

  constructor(choice: HostChoice, now = () => performance.now(), random = Math.random) {
    const { hosts, sslMode } = choice;
    this.#choice = choice;
    this.#hosts = hosts.map((address) => ({
      address,
      tls: sslMode !== 'disable' && !isSocket(address),
      shunnedAt: undefined,
      reason: undefined,
    }));
    this.#now = now;
    this.#random = random;
    // The second round takes what the first one hoped to better.
    this.attempts = hosts.length * (choice.targetSessionAttrs === 'prefer-standby' ? 2 : 1);
  }

  get addresses(): readonly HostAddress[] {
    return this.#choice.hosts;
  }

  /** Whether a server must be asked what it is. */
  get asksKind(): boolean {
    return this.#choice.targetSessionAttrs !== 'any';
  }

  /** Where the next connection goes. */
  next(): ConnectAttempt {
    const { address, tls } = this.#nextHost();
    return { address, tls };
  }

  /** Takes note of a connection that could not be opened. */
  failed({ address, tls }: ConnectAttempt, error: unknown): void {
    const state = this.#stateOf(address);
    state.reason = error;
    if (!isSocket(address) && this.changesTls(error)) {
      state.tls = !tls;
      if (tls) return;
    }
    state.shunnedAt = this.#now();
  }

  /**
   * Says why a server is not taken, and takes note of it; `undefined` when it is. With
   * `prefer-standby`, a primary is taken once every other host has failed.
   */
  refusalOf({ address }: ConnectAttempt, kind: ServerKind): string | undefined {
    const { targetSessionAttrs } = this.#choice;
    const reason = unwantedBecause(targetSessionAttrs, kind);
    const state = this.#stateOf(address);
    const isLastChoice = this.#hosts.every((host) => host === state || this.#isShunned(host));
    const wasRefused = this.#isShunned(state) || this.#hosts.length === 1;
    if (reason === undefined) {
      state.shunnedAt = undefined;
      return undefined;
    }
    if (targetSessionAttrs === 'prefer-standby' && isLastChoice && wasRefused) return undefined;
    state.shunnedAt = this.#now();
    state.reason = reason;
    return reason;
  }

  /** Whether the same host is worth an attempt with TLS changed, on or off. */
  changesTls(error: unknown): boolean {
    return this.#choice.sslMode === 'prefer' && refusesTls(error);
  }

  /** The error of the last attempt; with several hosts, one that says what is wrong with each. */
  explain(error: unknown): unknown {
    const failed = this.#hosts.filter(({ reason }) => reason !== undefined);
    if (this.#hosts.length === 1 || failed.length === 0 || !canPass(error)) return error;
    const reasons = failed.map(({ address, reason }) => {
      return `${showAddress(address)}: ${failureOf(reason).message}`;
    });
    const { code } = failureOf(error);
    return Object.assign(new Error(reasons.join('; '), { cause: error }), { code });
  }

  #nextHost(): HostState {
    const good = this.#hosts.filter((host) => !this.#isShunned(host));
    const isRandom = this.#choice.loadBalanceHosts === 'random';
    const picked = good[isRandom ? Math.floor(this.#random() * good.length) : 0];
    if (picked !== undefined) return picked;
    return this.#hosts.reduce((oldest, host) =>
      (host.shunnedAt ?? 0) < (oldest.shunnedAt ?? 0) ? host : oldest,
    );
  }

  #isShunned({ shunnedAt }: HostState): boolean {
    return shunnedAt !== undefined && this.#now() - shunnedAt < SHUN_MS;
  }

  #stateOf(address: HostAddress): HostState {
    const state = this.#hosts.find((host) => host.address === address);
    if (state === undefined) throw new TypeError('an address of another list');
    return state;
  }
}

export function isSocket({ host }: HostAddress): boolean {
  return host.startsWith('/');
}

/** An address as it stands in a URL. */
export function showAddress({ host, port }: HostAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
