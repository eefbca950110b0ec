// What an action of a caller works with, and how often it comes up.

import type { Database } from 'plinth';
import type { Random } from './random.js';
import type { TenantBooks } from './tenant-books.js';
import type { TenantRows } from './tenant-rows.js';
import type { TenantTally } from './tenant-tally.js';

export interface CallerParts {
  readonly db: Database;
  readonly random: Random;
  readonly tenants: readonly string[];
  readonly books: TenantBooks;
  readonly tally: TenantTally;
  /** The role that the connections log in as. */
  readonly login: string;
}

export interface Turn extends CallerParts {
  readonly own: TenantRows;
  readonly tenant: string;
}

/** One thing to do, and how often it comes up beside the others. */
export type WeighedAction = readonly [weight: number, act: (turn: Turn) => Promise<void>];

/** A tenant, and never this one. */
export function anotherTenant({ tenants, random }: Turn, tenant: string): string {
  const others = tenants.filter((one) => one !== tenant);
  return others[random(others.length)] ?? '';
}
