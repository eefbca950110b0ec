// One of the callers who write beside retention, and what all of them know of their rows.

import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import type { Database } from 'plinth';
import type { Random } from './random.js';
import type { Row } from './retention-stage.js';

/** Callers at work until they are told to stop, or whoever uses them is done or has failed. */
export class RecordCallers implements AsyncDisposable {
  readonly #work: Promise<unknown>;
  #isOver = false;

  constructor(callers: readonly RecordCaller[]) {
    this.#work = Promise.all(callers.map((caller) => caller.work(() => this.#isOver)));
  }

  /** Resolves when each has had its last answer. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#work;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** What was acknowledged, and what may have happened. */
export class RecordBooks {
  /** Rows that must be there, each with the texts that it may have. */
  readonly kept = new Map<string, { readonly tenant: string; bodies: string[] }>();
  /** Rows that were due as soon as they were made. */
  readonly dueAtOnce = new Set<string>();
  acknowledged = 0;
  failures = 0;
  rescued = 0;
  tooLate = 0;

  /** Rows that must be there and are not, or are another's, or have a text that nobody wrote. */
  wrongRows(rows: ReadonlyMap<string, Row>): readonly string[] {
    return [...this.kept].flatMap(([id, { tenant, bodies }]) => {
      const row = rows.get(id);
      if (row === undefined) return [`${id} is gone`];
      if (row.tenant !== tenant) return [`${id} is ${row.tenant}'s`];
      return bodies.includes(row.body) ? [] : [`${id} holds ${row.body}, not ${bodies.join()}`];
    });
  }
}

/** After a failure a caller waits this long, so that a database that is away is not a busy loop. */
const PAUSE_MS = 3;

export interface CallerParts {
  readonly db: Database;
  readonly tenants: readonly string[];
  readonly books: RecordBooks;
  readonly random: Random;
  /** Due rows that this caller alone may make young again. */
  readonly rescues: [id: string, tenant: string][];
  readonly onAnswer: () => void;
}

export class RecordCaller {
  readonly #parts: CallerParts;
  readonly #own: string[] = [];

  constructor(parts: CallerParts) {
    this.#parts = parts;
  }

  async work(isOver: () => boolean): Promise<void> {
    const { random, books, onAnswer } = this.#parts;
    while (!isOver()) {
      const choice = random(10);
      try {
        if (choice < 5) await this.#insert();
        else if (choice < 7) await this.#change();
        else if (choice < 8) await this.#insertDue();
        else await this.#rescue();
        books.acknowledged += 1;
        onAnswer();
      } catch {
        // It may have happened or not; the books say so.
        books.failures += 1;
        await pause(PAUSE_MS);
      }
    }
  }

  async #insert(): Promise<void> {
    const { books } = this.#parts;
    const tenant = this.#tenant();
    const id = randomUUID();
    await this.#run(tenant, sql`INSERT INTO records VALUES (${id}, ${tenant}, 'made', now())`);
    books.kept.set(id, { tenant, bodies: ['made'] });
    this.#own.push(id);
  }

  async #change(): Promise<void> {
    const { books, random } = this.#parts;
    const id = this.#own[random(this.#own.length)];
    const known = id === undefined ? undefined : books.kept.get(id);
    if (known === undefined) return;
    const body = randomUUID();
    const before = known.bodies;
    known.bodies = [...before, body];
    const { rowCount } = await this.#run(
      known.tenant,
      sql`UPDATE records SET body = ${body} WHERE id = ${id}`,
    );
    if (rowCount !== 1) known.bodies = ['a row that was there'];
    else known.bodies = [body];
  }

  async #insertDue(): Promise<void> {
    const tenant = this.#tenant();
    const id = randomUUID();
    this.#parts.books.dueAtOnce.add(id);
    await this.#run(
      tenant,
      sql`INSERT INTO records VALUES (${id}, ${tenant}, 'due', now() - interval '91 days')`,
    );
  }

  /** Whoever is first has it: once it is young again it stays. */
  async #rescue(): Promise<void> {
    const { books, rescues } = this.#parts;
    const [id, tenant] = rescues.pop() ?? [];
    if (id === undefined || tenant === undefined) return;
    const { rowCount } = await this.#run(
      tenant,
      sql`UPDATE records SET created_at = now(), body = 'rescued' WHERE id = ${id}`,
    );
    if (rowCount === 1) {
      books.rescued += 1;
      books.kept.set(id, { tenant, bodies: ['rescued'] });
    } else books.tooLate += 1;
  }

  #tenant(): string {
    const { tenants, random } = this.#parts;
    return tenants[random(tenants.length)] ?? '';
  }

  async #run(tenant: string, query: ReturnType<typeof sql>) {
    return await this.#parts.db.tenant(tenant, { actor: 'caller' }).execute(query);
  }
}
