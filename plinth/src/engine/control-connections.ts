// The connections beside the pool of a server engine: one to the host that the pool uses now, and
// one to each other host that still has work to be cancelled or looked at.

import type { ConnectionOptions } from 'node:tls';
import type { ClientConfig } from 'pg';
import { ControlConnection } from './control-connection.js';
import type { EngineSettings } from './engine-options.js';
import { type HostAddress, type HostChoice, HostSelector } from './host-selector.js';
import { PooledClient } from './pooled-client.js';
import { tryHosts } from './try-hosts.js';

export interface ControlParts {
  readonly config: ClientConfig;
  readonly settings: EngineSettings;
  readonly choice: HostChoice;
  readonly hosts: HostSelector;
  readonly tls: ConnectionOptions | false;
}

export class ControlConnections {
  readonly #parts: ControlParts;
  readonly #pinned = new Map<HostAddress, ControlConnection>();
  /** To the host that new connections of the pool go to. */
  readonly home: ControlConnection;

  constructor(parts: ControlParts) {
    this.#parts = parts;
    this.home = this.#controlOf(parts.hosts);
  }

  /** To one host and no other: process ids mean nothing elsewhere. */
  at(address: HostAddress | undefined): ControlConnection {
    const { choice, hosts } = this.#parts;
    if (address === undefined || hosts.addresses.length === 1) return this.home;
    const known = this.#pinned.get(address);
    if (known !== undefined) return known;
    const only = { ...choice, hosts: [address], targetSessionAttrs: 'any' } as const;
    const control = this.#controlOf(new HostSelector(only));
    this.#pinned.set(address, control);
    return control;
  }

  close(): void {
    this.home.close();
    for (const control of this.#pinned.values()) control.close();
  }

  #controlOf(hosts: HostSelector): ControlConnection {
    const { config, settings, tls } = this.#parts;
    return new ControlConnection((withinMs) => {
      const limits = { ...settings, connectTimeout: withinMs / 1000 };
      return tryHosts(
        hosts,
        async () => {
          const client = new PooledClient(config, limits, { hosts, tls });
          await client.connect();
          return client;
        },
        (client) => void client.end().catch(() => undefined),
      );
    });
  }
}
