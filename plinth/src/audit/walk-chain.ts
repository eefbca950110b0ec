// Goes along one chain of audit rows and says where it is broken. Pure: it is given the rows in their
// order, and asks no database.

import type { AuditFinding } from './audit-finding.js';

/** What the chain's own row says of it. */
export interface Chain {
  readonly firstSeq: number;
  /** Hash of the row before the first: empty, unless rows were pruned. */
  readonly firstPrevious: string;
  readonly lastSeq: number;
  readonly lastHash: string;
  /** ISO 8601; `undefined` where nothing was. */
  readonly prunedBefore: string | undefined;
  /** Whether all that is older than that can have been pruned by now. */
  readonly isPrunedRightly: boolean;
}

/** A row, its hashes in hexadecimal digits. */
export interface ChainRow {
  readonly seq: number;
  /** As the database writes it: the largest are no numbers here. */
  readonly number: string;
  /** ISO 8601. */
  readonly occurredAt: string;
  readonly previous: string;
  readonly hash: string;
  /** The hash that its content has; none where no row can have it. */
  readonly computed: string | undefined;
}

export type ChainFinding = Omit<AuditFinding, 'tenant'>;

const WITHOUT_CHAIN: Chain = {
  firstSeq: 1,
  firstPrevious: '',
  lastSeq: Number.POSITIVE_INFINITY,
  lastHash: '',
  prunedBefore: undefined,
  isPrunedRightly: false,
};

export class ChainWalk {
  readonly #chain: Chain;
  readonly #isKnown: boolean;
  #next: number;
  /** Hash of the row before the next one; none where that row is missing, or was changed. */
  #before: string | undefined;
  #first: ChainRow | undefined;
  #last: ChainRow | undefined;

  /** @param chain `undefined` where nothing is known of the chain but its rows. */
  constructor(chain: Chain | undefined) {
    this.#chain = chain ?? WITHOUT_CHAIN;
    this.#isKnown = chain !== undefined;
    this.#next = this.#chain.firstSeq;
    this.#before = this.#chain.firstPrevious;
  }

  /** What is wrong about a row, the next in the order of `seq`. */
  take(row: ChainRow): readonly ChainFinding[] {
    const { firstSeq, lastSeq } = this.#chain;
    const { seq, number } = row;
    if (seq < firstSeq) {
      return [inserted(seq, `row ${number} is before the first row of the chain, ${firstSeq}`)];
    }
    if (seq > lastSeq) {
      return [inserted(seq, `row ${number} is behind the end of the chain, row ${lastSeq}`)];
    }
    const findings: ChainFinding[] = [];
    if (seq > this.#next) {
      findings.push(missing(this.#next, seq - 1));
      this.#before = undefined;
    }
    findings.push(...this.#look(row));
    this.#next = seq + 1;
    this.#before = row.hash === row.computed ? row.hash : undefined;
    if (seq === firstSeq) this.#first = row;
    this.#last = row;
    return findings;
  }

  #look({ seq, previous, hash, computed }: ChainRow): readonly ChainFinding[] {
    if (hash !== computed) {
      return [{ kind: 'changed', seq, message: `row ${seq} was changed: its hash is another` }];
    }
    if (this.#before === undefined || this.#before === previous) return [];
    const message =
      seq === this.#chain.firstSeq
        ? `row ${seq} does not follow from ${seq === 1 ? 'nothing, as a first row does' : 'what was pruned before it'}`
        : `row ${seq} does not follow from row ${seq - 1}: one of them was replaced`;
    return [{ kind: 'unlinked', seq, message }];
  }

  /** The first row that was not pruned, once all were taken; none where it is not as it was written. */
  firstRow(): ChainRow | undefined {
    return this.#first?.hash === this.#first?.computed ? this.#first : undefined;
  }

  /** The last row, once all were taken; none where the chain does not end with it. */
  lastRow(): ChainRow | undefined {
    const { lastHash } = this.#chain;
    return this.#before === lastHash && this.#last?.hash === lastHash ? this.#last : undefined;
  }

  /** What is wrong about the end, once all rows were taken. */
  end(): readonly ChainFinding[] {
    const { firstSeq, lastSeq, lastHash } = this.#chain;
    if (!this.#isKnown) {
      const message = `its rows up to ${this.#next - 1} are there, and the row of the chain is not`;
      return this.#next === 1 ? [] : [{ kind: 'no-chain', seq: this.#next - 1, message }];
    }
    if (firstSeq > lastSeq) return [emptied(lastSeq)];
    if (this.#next <= lastSeq) return [missing(this.#next, lastSeq)];
    if (this.#before === undefined || this.#before === lastHash) return [];
    const message = `the chain was said to end with another row ${lastSeq}: it, or the row of the chain, was changed`;
    return [{ kind: 'end-changed', seq: lastSeq, message }];
  }
}

function emptied(seq: number): ChainFinding {
  const message = `row ${seq}, the last of the chain, was taken away: the last is never pruned`;
  return { kind: 'missing', seq, message };
}

function inserted(seq: number, message: string): ChainFinding {
  return { kind: 'inserted', seq, message };
}

function missing(first: number, last: number): ChainFinding {
  const message =
    first === last ? `row ${first} is missing` : `rows ${first} to ${last} are missing`;
  return { kind: 'missing', seq: first, message };
}
