// Whether what a chain lost can have been pruned, and whether it goes on from a head that was kept
// elsewhere. It tells what is wrong as findings.

import type { AuditNames } from '../models/index.js';
import type { AuditHead } from './audit-finding.js';
import { type AuditExecutor, isPrunable, readHash } from './read-chain.js';
import type { Chain, ChainFinding } from './walk-chain.js';

interface Reading {
  readonly tx: AuditExecutor;
  readonly names: AuditNames;
  readonly tenant: string;
  readonly keep: string | undefined;
}

/** Rows at the beginning that cannot have been pruned, by what the row of the chain says. */
export function findTakenAway(
  chain: Chain | undefined,
  keep: string | undefined,
): readonly ChainFinding[] {
  if (chain === undefined || chain.firstSeq <= 1 || chain.isPrunedRightly) return [];
  return [cut(chain.firstSeq - 1, whyNotPruned(chain, keep))];
}

function whyNotPruned({ firstSeq, prunedBefore }: Chain, keep: string | undefined): string {
  const rows = `rows up to ${firstSeq - 1} were taken away`;
  if (keep === undefined) return `${rows}, and the log does not say how long it keeps them`;
  if (prunedBefore === undefined) return `${rows}, and were not pruned`;
  return `${rows}, all before ${prunedBefore}: that is no ${keep} ago`;
}

/** A chain goes on from every head that it ever had. */
export async function compareHead(
  { tx, names, tenant, keep }: Reading,
  chain: Chain | undefined,
  head: AuditHead,
): Promise<readonly ChainFinding[]> {
  const { seq } = head;
  if (chain === undefined || chain.lastSeq < seq) {
    const end = chain === undefined ? 'is gone' : `ends with row ${chain.lastSeq}`;
    return [cut(seq, `the chain ${end}, and had a row ${seq}`)];
  }
  if (chain.firstSeq < head.firstSeq) {
    const message = `the chain begins with row ${chain.firstSeq}, and began with row ${head.firstSeq}: rows that were pruned came back`;
    return [{ kind: 'rewritten', seq: chain.firstSeq, message }];
  }
  for (const row of knownRows(head)) {
    if (row.seq < chain.firstSeq && !(await isPrunable(tx, row.occurredAt, keep))) {
      return [cut(row.seq, whyNotThisOne(chain, row, keep))];
    }
  }
  const found =
    seq === chain.firstSeq - 1 ? chain.firstPrevious : await readHash(tx, names, tenant, seq);
  // What was pruned cannot be looked at any more, but for the hash of its last row.
  if (found === undefined || found === head.hash) return [];
  const message = `row ${seq} has another hash than it had: the chain was written anew`;
  return [{ kind: 'rewritten', seq, message }];
}

interface KnownRow {
  readonly seq: number;
  readonly occurredAt: string;
}

/** The rows that a head says the time of. */
function knownRows({ firstSeq, firstOccurredAt, seq, occurredAt }: AuditHead): readonly KnownRow[] {
  const last = { seq, occurredAt };
  return firstOccurredAt === null ? [last] : [last, { seq: firstSeq, occurredAt: firstOccurredAt }];
}

function whyNotThisOne(
  { firstSeq }: Chain,
  { seq, occurredAt }: KnownRow,
  keep: string | undefined,
): string {
  const why =
    keep === undefined ? 'the log does not say how long it keeps it' : `is kept for ${keep}`;
  return `rows up to ${firstSeq - 1} were taken away; row ${seq} is of ${occurredAt}, and ${why}`;
}

function cut(seq: number, message: string): ChainFinding {
  return { kind: 'cut', seq, message };
}
