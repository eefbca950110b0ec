// Runs the statements of a script, many in one message. Where one fails, those of its message are
// run one at a time, to know which it is. What is missing and belongs to the server, such as a
// role, is made for the scratch only.

import type { Connection } from '../engine/index.js';
import { quoteIdentifier, type ServerFailure } from '../sql/index.js';
import { roleOf } from './created-names.js';
import { canWait, FRESH_SESSION, isSetting } from './free-order.js';
import { missingRole } from './missing-role.js';
import { describePlace } from './place.js';
import type { ScriptStatement } from './read-script.js';
import { type Refusal, refusalOf, statementFailed } from './refusal.js';

/** How a script has to be run. It changes while it is found out. */
export interface Manner {
  /** Whether everything runs in one transaction, which is open, and which the caller ends. */
  together: boolean;
  /** Whether the transaction is kept. */
  readonly keep: boolean;
  /** Whether a statement may wait for those after it. */
  readonly isFree: boolean;
  /** Statements that have to wait, because others create the same unasked. */
  readonly provided: ReadonlySet<ScriptStatement>;
  /** Roles that the script names and nobody made. */
  readonly roles: Set<string>;
  /** Statements that are left out, and why. */
  readonly skipped: Map<ScriptStatement, string>;
}

export interface ScriptHost {
  /** Told of a role that stays when the database is gone. */
  madeRole(role: string): void;
}

/**
 * @returns Whether it passed. If not, it has to be run anew in an empty database, in the new manner.
 * @throws PlinthError SCRATCH_STATEMENT_FAILED or SCRATCH_EXTENSION_MISSING.
 */
export async function runScript(
  connection: Connection,
  statements: readonly ScriptStatement[],
  manner: Manner,
  host: ScriptHost,
): Promise<boolean> {
  const run = new ScriptRun(connection, statements, manner, host);
  return await run.run();
}

/** Statements in one message: what one that fails costs, and what a message saves. */
const CHUNK = 100;

const SAVEPOINT = 'SAVEPOINT plinth_load';
const NEXT_SAVEPOINT = `RELEASE ${SAVEPOINT};\n${SAVEPOINT}`;

/** Of a statement that failed: whether the script goes on, or has to begin anew. */
type Verdict = 'passed' | 'anew';

class ScriptRun {
  readonly #connection: Connection;
  readonly #script: readonly ScriptStatement[];
  readonly #manner: Manner;
  readonly #host: ScriptHost;
  #waiting = new Map<ScriptStatement, Refusal>();

  constructor(
    connection: Connection,
    script: readonly ScriptStatement[],
    manner: Manner,
    host: ScriptHost,
  ) {
    this.#connection = connection;
    this.#script = script;
    this.#manner = manner;
    this.#host = host;
  }

  async run(): Promise<boolean> {
    await this.#begin();
    let late = this.#manner.provided;
    let round: readonly ScriptStatement[] = this.#script.filter(
      (statement) => !late.has(statement),
    );
    let tried = Number.POSITIVE_INFINITY;
    for (;;) {
      this.#waiting = new Map();
      if ((await this.#runAll(round)) === 'anew') return false;
      const [first, ...others] = this.#waiting.values();
      if (first === undefined && late.size === 0) break;
      if (first !== undefined && this.#waiting.size >= tried) {
        throw statementFailed(first, this.#script, others);
      }
      tried = this.#waiting.size + late.size;
      round = this.#nextRound(late);
      late = new Set();
    }
    await this.#connection.query(FRESH_SESSION);
    return true;
  }

  async #begin(): Promise<void> {
    const { together, roles } = this.#manner;
    await this.#connection.query(FRESH_SESSION);
    for (const role of roles) {
      await this.#connection.query(createRole(role));
      this.#madeRole(role);
    }
    if (together) await this.#connection.query(SAVEPOINT);
  }

  /** Those that wait, and what they find: settings are made again on the way. */
  #nextRound(late: ReadonlySet<ScriptStatement>): readonly ScriptStatement[] {
    return this.#script.filter(
      (statement) => this.#waiting.has(statement) || late.has(statement) || isSetting(statement),
    );
  }

  async #runAll(statements: readonly ScriptStatement[]): Promise<Verdict> {
    const { together, skipped } = this.#manner;
    const left = statements.filter((statement) => !skipped.has(statement));
    const size = together ? CHUNK : 1;
    for (let start = 0; start < left.length; start += size) {
      const verdict = await this.#runChunk(left.slice(start, start + size));
      if (verdict === 'anew') return verdict;
    }
    return 'passed';
  }

  async #runChunk(chunk: readonly ScriptStatement[]): Promise<Verdict> {
    const [only, ...others] = chunk;
    if (only === undefined) return 'passed';
    if (others.length === 0) return await this.#runOne(only);
    const failed = await this.#send(chunk.map(({ text }) => text).join(';\n'));
    if (failed === undefined) {
      for (const statement of chunk) this.#passed(statement);
      return 'passed';
    }
    for (const statement of chunk) {
      if ((await this.#runOne(statement)) === 'anew') return 'anew';
    }
    return 'passed';
  }

  async #runOne(statement: ScriptStatement): Promise<Verdict> {
    const failed = await this.#send(statement.text);
    if (failed !== undefined) return await this.#settle(refusalOf(statement, failed.error));
    this.#passed(statement);
    return 'passed';
  }

  #passed({ text }: ScriptStatement): void {
    const role = roleOf(text);
    if (role !== undefined) this.#madeRole(role);
  }

  #madeRole(role: string): void {
    const { together, keep } = this.#manner;
    if (!together || keep) this.#host.madeRole(role);
  }

  /** @returns The error, where there is one. In a transaction it is as if nothing had been sent. */
  async #send(text: string): Promise<{ readonly error: unknown } | undefined> {
    const { together } = this.#manner;
    try {
      await this.#connection.query(together ? `${text};\n${NEXT_SAVEPOINT}` : text);
      return undefined;
    } catch (error) {
      if (together) await this.#connection.query(`ROLLBACK TO ${SAVEPOINT}`);
      return { error };
    }
  }

  /** Finds a way for a statement that failed. */
  async #settle(refusal: Refusal): Promise<Verdict> {
    const { statement, failure } = refusal;
    const { skipped, roles, isFree } = this.#manner;
    const mayWait = isFree && canWait(statement, failure);
    const role = missingRole(failure);
    if (role !== undefined && !roles.has(role) && !(mayWait && this.#creates(role))) {
      return await this.#provideRole(role, statement);
    }
    const why = reasonToSkip(statement, failure);
    if (why !== undefined) {
      skipped.set(statement, `${describePlace(statement)}: ${why}`);
      return 'passed';
    }
    if (this.#manner.together && NOT_TOGETHER.has(failure.sqlstate ?? '')) {
      this.#manner.together = false;
      return 'anew';
    }
    if (!mayWait) throw statementFailed(refusal, this.#script);
    this.#waiting.set(statement, refusal);
    return 'passed';
  }

  #creates(role: string): boolean {
    return this.#script.some(({ text }) => roleOf(text) === role);
  }

  async #provideRole(role: string, statement: ScriptStatement): Promise<Verdict> {
    this.#manner.roles.add(role);
    // Whoever the script has become may not be allowed to.
    if ((await this.#send(createRole(role))) !== undefined) return 'anew';
    this.#madeRole(role);
    return await this.#runOne(statement);
  }
}

function createRole(role: string): string {
  return `CREATE ROLE ${quoteIdentifier(role)}`;
}

/** It may not run in a transaction; a value of an enum that is not committed is used. */
const NOT_TOGETHER: ReadonlySet<string> = new Set(['25001', '55P04']);

function reasonToSkip({ text }: ScriptStatement, failure: ServerFailure): string | undefined {
  if (failure.sqlstate === '42710' && roleOf(text) !== undefined) {
    return `${failure.message}: it is left as it is on the scratch server`;
  }
  // A dump of a newer PostgreSQL sets what this one does not know.
  if (failure.sqlstate === '42704' && /^SET\s+\w+\s*(?:=|TO)/i.test(text)) {
    return `${failure.message}: the scratch is older than what wrote the file`;
  }
  return undefined;
}
