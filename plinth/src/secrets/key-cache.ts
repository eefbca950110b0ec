// The data keys of tenants that were used last, for some time. It asks no database and holds no key
// as bytes.

import type { DataKey } from './data-key.js';
import type { DataKeyRow } from './data-key-rows.js';

/** The data keys of one tenant, as they were read; each is unwrapped when it is needed. */
export interface TenantKeys {
  readonly rows: readonly DataKeyRow[];
  readonly ready: Map<string, Promise<DataKey>>;
}

interface Entry {
  readonly keys: TenantKeys;
  readonly readAt: number;
}

export class KeyCache {
  readonly #entries = new Map<string, Entry>();

  /**
   * @param size Tenants it holds; the one that was not used for the longest time makes room.
   * @param lifetimeMs How long what was read counts.
   * @param now Milliseconds of a clock that is never set back.
   */
  constructor(
    private readonly size: number,
    private readonly lifetimeMs: number,
    private readonly now: () => number,
  ) {}

  /** What is known of a tenant, while it counts. */
  get(tenant: string): TenantKeys | undefined {
    const entry = this.#entries.get(tenant);
    if (entry === undefined || this.now() - entry.readAt >= this.lifetimeMs) return undefined;
    this.#entries.delete(tenant);
    this.#entries.set(tenant, entry);
    return entry.keys;
  }

  /** Keeps what was just read, with the keys that are unwrapped already. */
  put(tenant: string, rows: readonly DataKeyRow[]): TenantKeys {
    // The very same map: who unwraps a key takes it out again where that fails.
    const ready = this.#entries.get(tenant)?.keys.ready ?? new Map<string, Promise<DataKey>>();
    for (const id of ready.keys()) if (!rows.some((row) => row.id === id)) ready.delete(id);
    const keys = { rows, ready };
    this.#entries.delete(tenant);
    this.#entries.set(tenant, { keys, readAt: this.now() });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.size && oldest !== undefined) this.#entries.delete(oldest);
    return keys;
  }

  forget(tenant: string): void {
    this.#entries.delete(tenant);
  }
}
