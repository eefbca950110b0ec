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
  readonly seq: number;
  /** Hexadecimal digits. */
  readonly hash: string;
}
