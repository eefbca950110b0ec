// What a verification finds in a chain of audit rows. Plain data.

/** One thing that is wrong with a chain. */
export interface AuditFinding {
  readonly kind:
    | 'changed'
    | 'missing'
    | 'inserted'
    | 'reordered'
    | 'unlinked'
    | 'end-changed'
    | 'no-chain'
    | 'unreadable'
    | 'cut'
    | 'rewritten';
  /** Whose chain it is. */
  readonly tenant: string;
  /** The row it is about; of several that are missing, the first. */
  readonly seq: number;
  /** What is wrong, in words. */
  readonly message: string;
}

/** The last row of a chain: kept elsewhere, it proves what the chain was. */
export interface AuditHead {
  readonly tenant: string;
  /** The first row that was not pruned. */
  readonly firstSeq: number;
  /**
   * When that was written: as long as it is too young to be pruned, the chain begins with it. `null`
   * where it was not as it was written. ISO 8601, in UTC.
   */
  readonly firstOccurredAt: string | null;
  readonly seq: number;
  /** When the last row was written: it can be pruned once it is old enough. ISO 8601, in UTC. */
  readonly occurredAt: string;
  /** Hexadecimal digits. */
  readonly hash: string;
}

/** What was taken away from the beginning of a chain because its time was up. */
export interface AuditPruned {
  readonly tenant: string;
  /** The last row of it: 1 to this one are gone. */
  readonly lastSeq: number;
  /** They are all older than this, as the row of the chain says. ISO 8601, in UTC. */
  readonly before: string | null;
}
