// What `plinth upgrade` and `plinth downgrade` may be told beside how far. Types only.

/** As commander reads them. */
export interface RunOptions {
  /** Print a script, and connect to nothing. */
  readonly sql?: boolean;
  /** Say what would run, and run nothing. */
  readonly dryRun?: boolean;
  readonly singleTransaction?: boolean;
  readonly tag?: string;
  /** Seconds. */
  readonly lockTimeout?: number;
  /** Seconds. */
  readonly statementLockTimeout?: number;
  readonly lockRetries?: number;
}
