// Looks at every row and every refusal that callers get, says at once what nobody should have seen,
// and counts the rest.

import { isPlinthError } from 'plinth';

/** What every row that is read has: whose it is, and who wrote it. */
export interface OwnedRow {
  readonly tenantId: string;
  readonly owner: string;
}

/** What PostgreSQL says of work that was hurt, or met other work: ended, cancelled, to be retried. */
const SQL_STATES_OF_FAULTS = ['57P01', '57014', '40001'];
const PLINTH_CODES_OF_FAULTS = ['ENGINE_ABORTED', 'ENGINE_CONNECT_FAILED'] as const;
const LOST_CONNECTION =
  /ECONNRESET|EPIPE|^Connection terminated|^Client has encountered a connection error/;

export class TenantTally {
  /** Statements of a tenant that were answered: with rows, or with the refusal that was due. */
  statements = 0;
  /** Statements that belong to no tenant. */
  unscoped = 0;
  rows = 0;
  refusals = 0;
  retries = 0;
  timeouts = 0;
  /** Work that was hurt, by what was said of it. */
  readonly failures = new Map<string, number>();
  /** What somebody saw, could do, or was told, who should not have. */
  readonly leaks: string[] = [];
  /** Called after every statement that was answered. */
  readonly #onAnswer: (statements: number) => void;

  constructor(onAnswer: (statements: number) => void) {
    this.#onAnswer = onAnswer;
  }

  /** Rows that a tenant got; `where` says by what. */
  seen(tenant: string, rows: readonly OwnedRow[], where: string): void {
    this.rows += rows.length;
    for (const { tenantId, owner } of rows) {
      if (tenantId === tenant && owner === tenant) continue;
      this.leak(`${tenant} got a row of ${tenantId}, written by ${owner}, by ${where}`);
    }
    this.#answer();
  }

  /** Work that has to be refused: it would write into another tenant. */
  async refused(tenant: string, work: PromiseLike<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (codeOf(error) !== '42501') throw error;
      this.refusals += 1;
      this.#answer();
      return;
    }
    this.leak(`${tenant} could write into another tenant`);
  }

  /** Work that ended with an error. */
  failed(error: unknown): void {
    const said = codeOf(error) ?? (error instanceof Error ? error.message : String(error));
    this.failures.set(said, (this.failures.get(said) ?? 0) + 1);
    if (!isOfFault(error, said)) this.leak(`an error that no fault explains: ${said}: ${error}`);
  }

  leak(what: string): void {
    this.leaks.push(what);
  }

  #answer(): void {
    this.statements += 1;
    this.#onAnswer(this.statements);
  }
}

/** An SQLSTATE, one of the system's, or one of Plinth's. */
export function codeOf(error: unknown): string | undefined {
  const hasCode = error instanceof Error && 'code' in error && typeof error.code === 'string';
  return hasCode ? String(error.code) : undefined;
}

function isOfFault(error: unknown, said: string): boolean {
  if (isPlinthError(error)) return PLINTH_CODES_OF_FAULTS.some((code) => code === said);
  return SQL_STATES_OF_FAULTS.includes(said) || LOST_CONNECTION.test(said);
}
