// Many tenants that write and read at once while something breaks. It remembers what was
// acknowledged and what should not have been seen, and judges nothing.

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { type Database, isPlinthError } from 'plinth';
import type { Random } from './random.js';

export interface LoadOptions {
  readonly random: Random;
  readonly workers?: number;
  readonly tenants?: number;
}

/** After a failure a worker waits this long, so that a server that is away is not a busy loop. */
const PAUSE_MS = 3;

export class Load {
  /** The tenant of each key whose write was acknowledged. */
  readonly acknowledged = new Map<string, string>();
  /** The tenant of each key that anybody tried to write. */
  readonly attempted = new Map<string, string>();
  /** What somebody saw who should not have. */
  readonly strangers: string[] = [];
  readonly failures: unknown[] = [];
  readonly #db: Database;
  readonly #random: Random;
  readonly #tenants: number;
  readonly #workers: readonly Promise<void>[];
  #ending = false;

  constructor(db: Database, { random, workers = 12, tenants = 20 }: LoadOptions) {
    this.#db = db;
    this.#random = random;
    this.#tenants = tenants;
    this.#workers = Array.from({ length: workers }, () => this.#work());
  }

  /** Resolves when every promise that the load waits for has settled. */
  async end(): Promise<void> {
    this.#ending = true;
    await Promise.all(this.#workers);
  }

  async #work(): Promise<void> {
    while (!this.#ending) {
      const tenant = `tenant ${this.#random(this.#tenants)}`;
      try {
        await this.#act(tenant, this.#random(100));
      } catch (error) {
        this.failures.push(error);
        // The test is over, and failed before it ended its load.
        if (isPlinthError(error, 'ENGINE_CLOSED')) return;
        await pause(PAUSE_MS);
      }
    }
  }

  async #act(tenant: string, choice: number): Promise<void> {
    if (choice < 40) await this.#write(tenant);
    else if (choice < 65) await this.#writeTwo(tenant);
    else if (choice < 85) await this.#read(tenant);
    else await this.#readAsNobody();
  }

  async #write(tenant: string): Promise<void> {
    const key = this.#newKey(tenant);
    await this.#db.tenant(tenant).execute(sql`INSERT INTO entries (key) VALUES (${key})`);
    this.acknowledged.set(key, tenant);
  }

  async #writeTwo(tenant: string): Promise<void> {
    const keys = [this.#newKey(tenant), this.#newKey(tenant)];
    await this.#db.tenant(tenant).transaction(async (tx) => {
      for (const key of keys) await tx.execute(sql`INSERT INTO entries (key) VALUES (${key})`);
      const { rows } = await tx.execute<{ tenant: string }>(
        sql`SELECT tenant_id AS tenant FROM entries WHERE key = ${keys[0]}`,
      );
      this.#expectOnly(tenant, rows);
    });
    for (const key of keys) this.acknowledged.set(key, tenant);
  }

  async #read(tenant: string): Promise<void> {
    const { rows } = await this.#db
      .tenant(tenant)
      .execute<{ tenant: string }>(sql`SELECT tenant_id AS tenant FROM entries LIMIT ${30}`);
    this.#expectOnly(tenant, rows);
  }

  async #readAsNobody(): Promise<void> {
    const { rows } = await this.#db.execute<{ tenant: string; seen: number }>(
      sql`SELECT coalesce(current_setting('app.current_tenant_id', true), '') AS tenant,
                 (SELECT count(*)::int FROM entries) AS seen`,
    );
    const [row] = rows;
    if (row?.tenant !== '' || row.seen !== 0) this.strangers.push(`nobody: ${JSON.stringify(row)}`);
  }

  #expectOnly(tenant: string, rows: readonly { readonly tenant: string }[]): void {
    for (const row of rows) {
      if (row.tenant !== tenant) this.strangers.push(`${tenant}: ${row.tenant}`);
    }
  }

  #newKey(tenant: string): string {
    const key = randomUUID();
    this.attempted.set(key, tenant);
    return key;
  }
}
