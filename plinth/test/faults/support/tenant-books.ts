// What callers know about the rows that they wrote: acknowledged, undone, or in doubt, when nobody
// heard how a write ended. It compares that with what is there, and asks no database itself.

import type { HistoryRow } from './tenant-tables.js';

/** A row as it may be: its version, or that it is not there. */
export type RowState = number | 'absent';

/** One row that a write changes. */
export interface RowChange {
  readonly id: string;
  readonly tenant: string;
  readonly before: RowState;
  readonly after: RowState;
}

interface Entry {
  readonly tenant: string;
  /** Where it can be; more than one while a write goes on, or when its end was not heard. */
  readonly states: readonly RowState[];
}

/** Thrown inside of a transaction to undo it. */
export class Undo extends Error {}

export class TenantBooks {
  readonly #rows = new Map<string, Entry>();
  readonly #counts = new Map<string, { acknowledged: number; inDoubt: number }>();
  readonly #recent: { readonly id: string; readonly tenant: string }[] = [];
  acknowledged = 0;
  inDoubt = 0;

  /** A row that is there. */
  note(id: string, { tenant, version }: { readonly tenant: string; readonly version: number }) {
    this.#rows.set(id, { tenant, states: [version] });
    this.#remember(id, tenant);
  }

  /** Does work that changes these rows, all or none, and writes down what is known afterwards. */
  async writing<Result>(
    changes: readonly RowChange[],
    work: () => Promise<Result>,
  ): Promise<Result> {
    this.#set(changes, ({ before, after }) => [before, after]);
    try {
      const result = await work();
      this.#set(changes, ({ after }) => [after]);
      this.acknowledged += 1;
      for (const { id, tenant } of changes) this.#remember(id, tenant);
      return result;
    } catch (error) {
      if (isUndone(error)) this.#set(changes, ({ before }) => [before]);
      else this.inDoubt += 1;
      throw error;
    }
  }

  /** Does work that counts a tenant's configuration up. */
  async counting(tenant: string, work: () => Promise<unknown>): Promise<void> {
    const count = this.#counts.get(tenant) ?? { acknowledged: 0, inDoubt: 0 };
    this.#counts.set(tenant, count);
    try {
      await work();
      count.acknowledged += 1;
    } catch (error) {
      if (!isUndone(error)) count.inDoubt += 1;
      throw error;
    }
  }

  /** A row of somebody else, the newest first. */
  rowOfOther(tenant: string, pick: (below: number) => number): string | undefined {
    const others = this.#recent.filter((row) => row.tenant !== tenant);
    return others[pick(others.length)]?.id;
  }

  /** What is there and should not be, or the other way round, a sentence each. */
  wrongRows(rows: readonly HistoryRow[]): readonly string[] {
    const found = new Map(rows.map((row) => [row.id, row]));
    const wrong = rows.flatMap((row) => {
      const entry = this.#rows.get(row.id);
      const { id, tenantId, owner, version } = row;
      if (entry === undefined) return [`${id} of ${tenantId} was written by nobody`];
      if (entry.tenant !== tenantId) return [`${id} of ${entry.tenant} belongs to ${tenantId}`];
      if (owner !== tenantId) return [`${id} of ${tenantId} was written by ${owner}`];
      if (entry.states.includes(version)) return [];
      return [`${id} of ${tenantId} is ${version}, not ${entry.states.join(' or ')}`];
    });
    const lost = [...this.#rows].filter(
      ([id, { states }]) => !states.includes('absent') && !found.has(id),
    );
    return [...wrong, ...lost.map(([id, { tenant }]) => `${id} of ${tenant} is lost`)];
  }

  wrongCounts(counts: ReadonlyMap<string, number>): readonly string[] {
    return [...this.#counts].flatMap(([tenant, { acknowledged, inDoubt }]) => {
      const found = counts.get(tenant) ?? Number.NaN;
      if (found >= acknowledged && found <= acknowledged + inDoubt) return [];
      return [`${tenant} counted to ${found}, not ${acknowledged} (in doubt: ${inDoubt})`];
    });
  }

  #set(changes: readonly RowChange[], statesOf: (change: RowChange) => readonly RowState[]): void {
    for (const change of changes) {
      this.#rows.set(change.id, { tenant: change.tenant, states: statesOf(change) });
    }
  }

  #remember(id: string, tenant: string): void {
    this.#recent.unshift({ id, tenant });
    this.#recent.splice(100);
  }
}

/** PostgreSQL said that it undid the work; a session that ended, or an abort, says nothing. */
function isUndone(error: unknown): boolean {
  if (error instanceof Undo) return true;
  return error instanceof Error && 'severity' in error && error.severity === 'ERROR';
}
